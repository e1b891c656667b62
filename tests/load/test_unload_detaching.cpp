// SPDX-License-Identifier: GPL-2.0
/*
 * test_unload_detaching [PATH]: unloading while shmdt() waits, inside the module, for the mmap lock
 * of its process, which a page fault holds as long as the user likes.  No segment exists, nor
 * anything else that would keep the module.
 */
#include "lib/actor.hpp"
#include "lib/detaching.hpp"
#include "lib/harness.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"
#include "lib/shared.hpp"
#include "lib/stalled_page.hpp"

#include <sys/mman.h>
#include <thread>

namespace {

struct Threads {
    std::atomic<pid_t> mapping;
    std::atomic<pid_t> detaching;
    std::atomic<bool> may_detach;
};

// One thread's fault has the mmap lock for reading; a second waits to write, and readers behind it.
Outcome detach_behind_writer(StalledFile& file, Threads& threads)
{
    const FusePage page { file };
    auto detached = Outcome::raw(0);
    std::atomic<int> ready { 0 };
    std::thread mapping { [&] {
        threads.mapping = gettid();
        ++ready;
        page.wait_until_waited_for();
        void* other =
            mmap(nullptr, StalledPage::kSize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT(other != MAP_FAILED);
    } };
    std::thread detaching { [&] {
        // All that it touches is there when the lock is not to be had.
        threads.detaching = gettid();
        (void)sysv::shmdt(nullptr);
        ++ready;
        wait_until([&] { return threads.may_detach.load(); });
        detached = sysv::shmdt(nullptr);
    } };
    wait_until([&] { return ready == 2; });
    (void)*page.as<volatile std::byte>();
    mapping.join();
    detaching.join();
    return detached;
}

bool is_going()
{
    return read_file("/sys/module/sysvipc/initstate") == "going\n";
}

TEST(unloading_is_refused_while_shmdt_waits_for_the_mmap_lock)
{
    module::require_unloaded_anywhere();
    REQUIRE_OK(module::load());
    StalledFile file { kAlice, 1, StalledFile::Fault::HoldsMmapLock };
    Shared<Threads> threads;
    Actor process { kAlice, [&] { return detach_behind_writer(file, *threads); } };
    wait_until([&] { return is_stuck_in(threads->mapping, SYS_mmap); });
    threads->may_detach = true;
    wait_until([&] { return is_stuck_in(threads->detaching, SYS_shmdt); });

    // Where it begins, it cannot end before shmdt() does.
    Actor unloader { [] { return module::unload(); } };
    wait_until([&] { return !unloader.is_running() || is_going(); });
    EXPECT(!is_going());
    file.release_all();
    EXPECT(module::is_refusal(unloader.join()));
    EXPECT_ERR(process.join(), EINVAL);
    if (module::is_loaded())
        EXPECT_OK(module::unload());
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
