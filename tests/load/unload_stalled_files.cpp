// SPDX-License-Identifier: GPL-2.0
/*
 * Unloading while the module's files in /proc/sys/kernel, if they are its own, are read, written or
 * listed with memory that does not arrive.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"
#include "lib/stalled_page.hpp"
#include "load/unload_stalled.hpp"

#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace {

void expect_no_users_soon()
{
    wait_until([] {
        REQUIRE(module::is_loaded());
        return users_of_module() == 0;
    });
}

TEST(unloading_is_refused_while_a_limit_is_read_into_a_stalled_page)
{
    module::require_unloaded();
    const Loaded loaded;
    for (const char* path : { "/proc/sys/kernel/msgmax", "/proc/sys/kernel/sem" }) {
        HalfStalled memory { std::string(64, '?'), 0 };
        const auto expected = read_file(path);
        REQUIRE(expected.has_value());
        Actor reader { kAlice, [&] {
                          const int fd = open(path, O_RDONLY);
                          const auto got = Outcome::of(read(fd, memory.address(), 64));
                          EXPECT_EQ(std::string(memory.address(), expected->size()), *expected);
                          return got;
                      } };
        memory.wait_until_waited_for_by(reader);
        expect_refused([&] { memory.release(); });
        memory.release();
        EXPECT_EQ(reader.join(), Outcome::raw(static_cast<long>(expected->size())));
        expect_no_users_soon();
    }
}

TEST(unloading_is_refused_while_a_limit_is_written_from_a_stalled_page)
{
    module::require_unloaded();
    const Loaded loaded;
    const int fd = open("/proc/sys/kernel/msgmax", O_WRONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    expect_no_users_soon(); // an open file alone is none
    UserfaultPage page;
    std::memcpy(page.contents(), "4321\n", 5);
    Outcome written = Outcome::raw(0);
    std::thread writer { [&] { written = Outcome::of(write(fd, page.address(), 5)); } };
    page.wait_until_waited_for();
    expect_refused([&] { page.release(); });
    page.release();
    writer.join();
    close(fd);
    EXPECT_EQ(written, Outcome::raw(5));
    EXPECT(read_number("/proc/sys/kernel/msgmax") == 4321);
    expect_no_users_soon();
}

// `directory` stands where the next entry to be listed is `name`.
void seek_to(int directory, std::string_view name)
{
    long offset = 0;
    alignas(dirent64) char buffer[4096];
    while (const long size = REQUIRE_OK(
               Outcome::of(syscall(SYS_getdents64, directory, buffer, sizeof(buffer))))) {
        for (long at = 0; at < size;) {
            const auto& entry = *reinterpret_cast<const dirent64*>(buffer + at);
            if (entry.d_name == name) {
                REQUIRE_EQ(lseek(directory, offset, SEEK_SET), offset);
                return;
            }
            offset = entry.d_off;
            at += entry.d_reclen;
        }
    }
    REQUIRE(false);
}

// A directory's inodes are made once for each mount of /proc: by the first listing of it, or before.
void list_into_stalled_memory(const char* proc)
{
    HalfStalled memory { std::string(4096, '?'), 0 };
    Actor lister { kAlice, [&] {
                      const auto path = std::string { proc } + "/sys/kernel";
                      const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY);
                      REQUIRE(fd >= 0);
                      seek_to(fd, "msgmax");
                      return Outcome::of(syscall(SYS_getdents64, fd, memory.address(), 4096));
                  } };
    memory.wait_until_waited_for_by(lister);
    expect_refused([&] { memory.release(); });
    memory.release();
    EXPECT(lister.join().value() > 0);
    expect_no_users_soon();
}

TEST(unloading_is_refused_while_limits_are_listed_into_a_stalled_page)
{
    module::require_unloaded();
    const Loaded loaded;
    for (int time = 0; time < 2; ++time)
        list_into_stalled_memory("/proc");
}

TEST(the_files_vanish_at_unloading_and_return_at_loading)
{
    module::require_unloaded();
    for (int time = 0; time < 3; ++time) {
        {
            const Loaded loaded;
            EXPECT(read_number("/proc/sys/kernel/msgmax") == 8192);
            list_into_stalled_memory("/proc");
        }
        module::expect_absent();
    }
}

} // namespace
