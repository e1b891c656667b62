// SPDX-License-Identifier: GPL-2.0
/* User memory and its faults (contracts: hosted/address_space.hpp). */
#include "address_space.hpp"
#include "machine.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace hosted {

namespace {

constexpr std::uintptr_t kPage = 4096;

struct Range {
    std::uintptr_t start;
    std::uintptr_t end;
    Fault fault;
};

std::mutex faults_lock;
std::vector<Range> faults;
std::atomic<std::size_t> fault_count { 0 };
unsigned faults_changed = 0; /* a futex */

/* The first range of faults that intersects; no range: start is @end. */
Range next_fault(std::uintptr_t start, std::uintptr_t end) noexcept
{
    Range first { end, end, Fault::Error };
    if (fault_count.load() == 0)
        return first;
    const std::lock_guard guard { faults_lock };
    for (const Range& range : faults) {
        if (range.end > start && range.start < first.start)
            first = { std::max(range.start, start), range.end, range.fault };
    }
    return first;
}

/* Whether the program has the page: asked of the kernel, which answers instead of faulting. */
bool is_mapped(std::uintptr_t page) noexcept
{
    char byte = 0;
    iovec local { &byte, 1 };
    iovec remote { reinterpret_cast<void*>(page), 1 };
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 1;
}

std::uintptr_t mapped_end(std::uintptr_t start, std::uintptr_t end) noexcept
{
    while (start < end) {
        if (!is_mapped(start))
            return start;
        start = std::min(end, (start | (kPage - 1)) + 1);
    }
    return end;
}

} // namespace

void provoke_fault(const void* start, std::size_t size, Fault fault) noexcept
{
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    const std::lock_guard guard { faults_lock };
    faults.push_back({ address, address + size, fault });
    fault_count.store(faults.size());
}

void forget_faults() noexcept
{
    {
        const std::lock_guard guard { faults_lock };
        faults.clear();
        fault_count.store(0);
    }
    std::atomic_ref { faults_changed }.fetch_add(1);
    machine::wake_on(&faults_changed);
}

std::size_t user_memory_present(std::uintptr_t address, std::size_t size, bool may_fault) noexcept
{
    std::uintptr_t end = 0;
    if (__builtin_add_overflow(address, size, &end))
        return 0;
    for (;;) {
        const unsigned changed = std::atomic_ref { faults_changed }.load();
        const Range fault = next_fault(address, end);
        const std::uintptr_t reached = mapped_end(address, fault.start);
        if (reached != fault.start || reached == end || fault.fault == Fault::Error || !may_fault)
            return reached - address;
        machine::wait_on(&faults_changed, changed);
    }
}

/* In the lower 4 GiB, so that 32-bit calls reach it too. */
AddressSpace::AddressSpace() noexcept
    : base_(reinterpret_cast<std::uintptr_t>(mmap(
        nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0)))
{
}

AddressSpace::~AddressSpace()
{
    munmap(reinterpret_cast<void*>(base_), kSize);
}

bool AddressSpace::overlaps(std::uintptr_t start, std::uintptr_t end) const noexcept
{
    return std::any_of(mappings.begin(), mappings.end(), [&](const auto& entry) {
        return entry.second.start < end && start < entry.second.end;
    });
}

std::uintptr_t AddressSpace::place(std::size_t size) const noexcept
{
    std::uintptr_t start = base_;
    for (const auto& [at, mapping] : mappings) {
        if (at - start >= size)
            break;
        start = mapping.end;
    }
    return contains(start, size) ? start : 0;
}

} // namespace hosted
