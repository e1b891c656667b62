// SPDX-License-Identifier: GPL-2.0
/*
 * test_takeover_waiting [PATH]: while the module is loaded on a kernel with System V IPC, calls
 * wait until the load has succeeded or failed.  Neither they nor loading may depend on actions that a user
 * can delay.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/kernel_log.hpp"
#include "lib/module.hpp"
#include "lib/proc_file.hpp"
#include "lib/shared.hpp"
#include "lib/sysv_msg.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr char kGivenUp[] = "loading timed out while System V IPC calls waited for it";

// A call that sleeps only in the situation under test.
Outcome call()
{
    sysv::Info info;
    return sysv::msgctl(0, MSG_INFO, &info);
}

// tests/modules/held_table, loaded until the end of a scope.
class HeldTable {
public:
    HeldTable()
    {
        const int file = open("/held_table.ko", O_RDONLY | O_CLOEXEC);
        REQUIRE(file >= 0);
        REQUIRE_OK(Outcome::of(syscall(SYS_finit_module, file, "", 0)));
        close(file);
    }
    ~HeldTable() { EXPECT_OK(Outcome::of(syscall(SYS_delete_module, "held_table", O_NONBLOCK))); }
    HeldTable(const HeldTable&) = delete;
    HeldTable& operator=(const HeldTable&) = delete;

    // Holds that of the namespace we are in, or of a new one, for so long.
    enum class Where { Here, Elsewhere };
    Actor hold(Where where, const char* milliseconds) const
    {
        Actor holder { [=] {
            REQUIRE(where == Where::Here || unshare(CLONE_NEWIPC) == 0);
            EXPECT(write_file("/sys/module/held_table/parameters/hold", milliseconds));
            return Outcome::raw(0);
        } };
        holder.wait_asleep_in(SYS_write);
        return holder;
    }
};

std::atomic<bool> has_rung;

TEST(calls_wait_for_a_limited_time_and_a_signal_ends_it)
{
    module::require_unloaded_beside_builtin();
    const HeldTable table;
    KernelLog log;
    const Actor holder = table.hold(HeldTable::Where::Here, "60000");
    const Shared<std::atomic<bool>> is_over;
    const Shared<Seconds> waited;
    Actor loader { [&] {
        const Outcome loaded = module::load();
        *is_over = true;
        return loaded;
    } };
    Actor caller { [&] {
        while (!*is_over && *waited < Seconds { 1 }) {
            const auto begun = Clock::now();
            REQUIRE_OK(call());
            *waited = Clock::now() - begun;
        }
        return Outcome::raw(0);
    } };
    caller.wait_asleep_in(SYS_msgctl);

    // One task is killed; another handles a signal and continues to wait.
    Actor killed { [] { return call(); } };
    Actor interrupted { [] {
        struct sigaction action { };
        action.sa_handler = [](int) { has_rung = true; };
        REQUIRE(sigaction(SIGALRM, &action, nullptr) == 0);
        const Outcome outcome = call();
        EXPECT(has_rung.load());
        return outcome;
    } };
    killed.wait_asleep_in(SYS_msgctl);
    killed.signal(SIGKILL);
    killed.join_killed(SIGKILL);
    interrupted.wait_asleep_in(SYS_msgctl);
    interrupted.signal(SIGALRM);
    EXPECT(caller.is_running());
    EXPECT_OK(interrupted.join());

    EXPECT_OK(caller.join());
    EXPECT(*waited < Seconds { 20 });
    EXPECT_ERR(loader.join(), EBUSY);
    EXPECT(holder.is_running());
    EXPECT_EQ(log.take("sysvipc: "), std::string { kGivenUp } + '\n');
}

// Runs in the kernel, where a grace period of tasks-RCU waits for it.  Sleeps now and then until the task `caller`
// waits in a call: so a busy machine cannot delay the decision to stay until after that sleep.
[[noreturn]] void stay_in_the_kernel(pid_t caller)
{
    const int random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    REQUIRE(random >= 0);
    std::vector<char> buffer(1 << 20, 'x');
    const std::vector<iovec> many(1024, iovec { buffer.data(), buffer.size() });
    while (sleeping_call_of(caller) != SYS_msgctl) {
        usleep(1000);
        const auto begun = Clock::now();
        while (Clock::now() - begun < Seconds { 1 })
            REQUIRE(read(random, buffer.data(), buffer.size()) > 0);
    }
    alarm(60); // where calls wait for this process
    for (;;)
        REQUIRE(readv(random, many.data(), static_cast<int>(many.size())) > 0);
}

// The result of loading with such a task, and the duration of the longest call meanwhile.
struct Attempt {
    Outcome loaded;
    Seconds longest;
};
Attempt load_beside_a_task_that_stays()
{
    struct Board {
        std::atomic<bool> is_over;
        Seconds longest;
    };
    const Shared<Board> board;
    Actor caller { [&] {
        while (!board->is_over && board->longest < Seconds { 1 }) {
            const auto begun = Clock::now();
            REQUIRE_OK(call());
            board->longest = std::max<Seconds>(board->longest, Clock::now() - begun);
        }
        return Outcome::raw(0);
    } };
    const Actor staying { [&]() -> Outcome { stay_in_the_kernel(caller.pid()); } };
    Actor loader { [&] {
        const Outcome loaded = module::load();
        board->is_over = true;
        return loaded;
    } };
    EXPECT_OK(caller.join());
    staying.signal(SIGKILL);
    return { loader.join(), board->longest };
}

// Where a task in the kernel is never preempted, any grace period of RCU waits for it: there is no other kind.
bool has_tasks_rcu()
{
    return read_file("/proc/kallsyms").value_or("").find(" synchronize_rcu_tasks\n")
        != std::string::npos;
}

TEST(calls_do_not_wait_for_a_task_that_stays_in_the_kernel)
{
    if (!has_tasks_rcu())
        harness::skip("no such task delays loading in this kernel");
    // It has to be there when the grace period begins.
    constexpr int kAttempts = 20;

    module::require_unloaded_beside_builtin();
    KernelLog log;
    for (int i = 0; i < kAttempts; ++i) {
        const Attempt attempt = load_beside_a_task_that_stays();
        REQUIRE(attempt.longest < Seconds { 20 });
        if (!attempt.loaded.ok()) {
            EXPECT_ERR(attempt.loaded, EBUSY);
            EXPECT(log.take("sysvipc: ").ends_with(std::string { kGivenUp } + '\n'));
            return;
        }
        REQUIRE_OK(module::unload());
    }
    EXPECT(!"loading was delayed");
}

TEST(loading_waits_for_a_creation_in_another_namespace)
{
    module::require_unloaded_beside_builtin();
    const HeldTable table;
    Actor holder = table.hold(HeldTable::Where::Elsewhere, "2000");
    REQUIRE_OK(module::load());
    EXPECT(!holder.is_running());
    EXPECT_OK(holder.join());
    EXPECT_OK(module::unload());
}

TEST(loading_is_refused_when_that_creation_takes_too_long)
{
    module::require_unloaded_beside_builtin();
    const HeldTable table;
    KernelLog log;
    Actor holder = table.hold(HeldTable::Where::Elsewhere, "60000");
    const Outcome loaded = module::load();
    EXPECT_ERR(loaded, EBUSY);
    if (loaded.ok())
        EXPECT_OK(module::unload());
    else
        EXPECT_EQ(log.take("sysvipc: "), std::string { kGivenUp } + '\n');
    holder.signal(SIGKILL);
    holder.join_killed(SIGKILL);
    REQUIRE_OK(module::load());
    EXPECT_OK(module::unload());
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
