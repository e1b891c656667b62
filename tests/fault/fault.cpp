// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection: makes the nth allocation or user copy in one section of this task fail.
 */
#include "fault/fault.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr const char* kFailNth = "/proc/self/fail-nth";

char scratch[65536];

bool write_number(int fd, unsigned number)
{
    const auto text = std::to_string(number);
    return pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

} // namespace

void require_fault_injection()
{
    std::memset(scratch, 1, sizeof(scratch));
    if (access(kFailNth, W_OK) != 0)
        harness::skip("the kernel has no /proc/self/fail-nth (CONFIG_FAULT_INJECTION)");
    if (access("/sys/kernel/debug/failslab", F_OK) != 0)
        (void)mount("debugfs", "/sys/kernel/debug", "debugfs", 0, nullptr);
    if (access("/sys/kernel/debug/failslab", F_OK) != 0)
        harness::skip("the kernel has no failslab (CONFIG_FAILSLAB, debugfs)");
    // Make allocations that may sleep fail, too; suppress the stack dumps.
    REQUIRE(write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N"));
    REQUIRE(write_file("/sys/kernel/debug/failslab/verbose", "0"));
    (void)write_file("/sys/kernel/debug/fail_usercopy/verbose", "0");
    (void)write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
    (void)write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0");
}

void spare_debugging_caches()
{
    const bool are_marked = read_file("/sys/kernel/slab/kmalloc-64/failslab") == "1\n";
    (void)write_file("/sys/kernel/debug/failslab/cache-filter", are_marked ? "Y" : "N");
}

Outcome read_with_faults(const char* path)
{
    const auto fd = Outcome::of(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY));
    if (!fd.ok())
        return fd;
    Outcome got = Outcome::raw(0);
    do
        got = Outcome::of(syscall(SYS_read, fd.value(), scratch, sizeof(scratch)));
    while (got.ok() && got.value() > 0);
    syscall(SYS_close, fd.value());
    return got;
}

Fault::Fault(unsigned nth) : fd_ { open(kFailNth, O_RDWR | O_CLOEXEC) }
{
    REQUIRE(fd_ >= 0);
    REQUIRE(write_number(fd_, nth));
}

unsigned Fault::chances_left() const
{
    char text[16] {};
    REQUIRE(pread(fd_, text, sizeof(text) - 1, 0) > 0);
    return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

bool Fault::happened()
{
    char text[16] {};
    // The read copies to user memory, and may be hit by a fault that waited for just one more
    // chance: then it had not happened before.
    const bool was_hit = pread(fd_, text, sizeof(text) - 1, 0) < 0;
    const bool spent = !was_hit && std::strtoul(text, nullptr, 10) == 0;
    // The same applies to the write that cancels a waiting fault.
    if (!spent && !write_number(fd_, 0))
        REQUIRE(write_number(fd_, 0));
    return spent;
}

Fault::~Fault()
{
    if (!write_number(fd_, 0))
        (void)write_number(fd_, 0);
    close(fd_);
}
