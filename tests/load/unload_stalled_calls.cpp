// SPDX-License-Identifier: GPL-2.0
/* Unloading while a system call waits for memory, or has not yet left the module. */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/int80.hpp"
#include "lib/kernel_log.hpp"
#include "lib/module.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"
#include "load/stalled_calls.hpp"
#include "load/unload_stalled.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sched.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

using stalled_calls::Call;
using stalled_calls::Objects;

// So many of the copied bytes are available at once.
constexpr std::size_t kPresent[] { 0, 3 };

void for_each_call(const std::function<void(const Call&, std::size_t)>& body)
{
    for (const Call& one : stalled_calls::all()) {
        for (const std::size_t present : kPresent) {
            try {
                body(one, present);
            } catch (const harness::LeaveTest&) {
            }
            if (harness::has_failed())
                harness::note(std::string { one.name } + " with " + std::to_string(present)
                              + " bytes there");
            REQUIRE(!harness::has_failed());
        }
    }
}

bool has_ia32()
{
#ifdef __x86_64__
    return int80(20 /* getpid */) == getpid();
#else
    return false;
#endif
}

TEST(unloading_is_refused_while_a_call_waits_for_memory_though_no_object_is_left)
{
    const Loaded loaded;
    for_each_call([](const Call& one, std::size_t present) {
        if (std::string_view { one.name }.find("_32_") != std::string_view::npos && !has_ia32())
            return;
        HalfStalled memory { one.contents(), present };
        Objects objects;
        Actor caller { kAlice, [&] { return one.make(objects, memory.address()); } };
        memory.wait_until_waited_for_by(caller);
        const Outcome expected = one.after_removal(objects);
        objects.remove();
        expect_refused([&] { memory.release(); });
        memory.release();
        EXPECT_EQ(caller.join(), expected);
        EXPECT(users_of_module() == 0);
    });
}

TEST(a_call_that_waited_for_memory_completes)
{
    const Loaded loaded;
    for_each_call([](const Call& one, std::size_t present) {
        HalfStalled memory { one.contents(), present };
        const Objects objects;
        Actor caller { kAlice, [&] {
                          const Outcome outcome = one.make(objects, memory.address());
                          if (outcome.ok())
                              one.check(objects, memory.address());
                          return outcome;
                      } };
        memory.wait_until_waited_for_by(caller);
        memory.release();
        EXPECT_EQ(caller.join(), one.usual(objects));
    });
}

TEST(a_call_that_waits_for_memory_can_be_killed_and_the_module_unloaded)
{
    const Loaded loaded;
    HalfStalled memory { stalled_calls::two_operations(), 0 };
    Actor caller { kAlice,
                   [&] { return sysv::semop(0, reinterpret_cast<sembuf*>(memory.address()), 2); } };
    memory.wait_until_waited_for_by(caller);
    expect_refused([&] { memory.release(); });
    caller.signal(SIGKILL);
    caller.join_killed(SIGKILL);
    EXPECT_OK(module::unload());
}

// 0: there is none of that name.
pid_t find_kernel_thread(const std::string& name)
{
    for (const auto& entry : std::filesystem::directory_iterator { "/proc" }) {
        std::ifstream file { entry.path() / "comm" };
        std::string comm;
        if (std::getline(file, comm) && comm == name)
            return static_cast<pid_t>(std::stol(entry.path().filename()));
    }
    return 0;
}

// A process that has been woken in a call, and does not get the CPU to return from it.  With PREEMPT_RT, a
// thread of RCU must get it, or no grace period ends.
TEST(the_log_names_the_reason_why_unloading_waits)
{
    constexpr int kCpu = 1;
    if (sysconf(_SC_NPROCESSORS_ONLN) <= kCpu)
        harness::skip("there is one CPU only");
    const Loaded loaded;
    pin_to_cpu(0);
    Queue queue;
    Actor sleeper { [&] {
        pin_to_cpu(kCpu);
        use_fifo_scheduling();
        return queue.receive(0, 0).outcome;
    } };
    sleeper.wait_asleep_in_msgrcv();
    Shared<std::atomic<bool>> has_begun;
    Shared<std::atomic<bool>> is_over;
    const sched_param highest { .sched_priority = 51 };
    if (const pid_t helper = find_kernel_thread("rcuc/" + std::to_string(kCpu)))
        REQUIRE_EQ(sched_setscheduler(helper, SCHED_FIFO, &highest), 0);
    Actor hog { [&] {
        pin_to_cpu(kCpu);
        const sched_param high { .sched_priority = 50 };
        REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &high), 0);
        *has_begun = true;
        while (!*is_over) { }
        return Outcome::raw(0);
    } };
    wait_until([&] { return has_begun->load(); });
    KernelLog log;
    REQUIRE_OK(queue.remove());
    Actor unloader { [] { return module::unload(); } };
    const auto expected =
        "process " + std::to_string(sleeper.pid()) + " (test_unload_sta), in msgrcv\n";
    wait_until([&] {
        REQUIRE(unloader.is_running());
        return log.take("sysvipc: unloading waits for ") == expected;
    });
    *is_over = true;
    EXPECT_OK(hog.join());
    EXPECT_ERR(sleeper.join(), EIDRM);
    EXPECT_OK(unloader.join());
}

} // namespace
