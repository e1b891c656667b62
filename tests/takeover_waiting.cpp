// SPDX-License-Identifier: GPL-2.0
/*
 * test_takeover_waiting [PATH]: while the module comes to a kernel that has System V IPC of its own, calls wait
 * until it is decided whether it stays.  Neither they nor it may depend on what a user can delay.
 */
#include "actor.hpp"
#include "harness.hpp"
#include "kernel_log.hpp"
#include "module.hpp"
#include "proc_file.hpp"
#include "shared.hpp"
#include "sysv_msg.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr char kGivenUp[] = "loading takes too long for the calls that wait for it: given up";

// A call that never sleeps, but for what is tried here.
Outcome call()
{
    sysv::Info info;
    return sysv::msgctl(0, MSG_INFO, &info);
}

// In the kernel and on a CPU, where a grace period of tasks-RCU waits for it; sleeps now and then until told not to.
[[noreturn]] void stay_in_the_kernel(const std::atomic<bool>& is_for_good)
{
    const int random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    REQUIRE(random >= 0);
    std::vector<char> buffer(1 << 20, 'x');
    const std::vector<iovec> many(1024, iovec { buffer.data(), buffer.size() });
    while (!is_for_good) {
        const auto begun = Clock::now();
        while (Clock::now() - begun < Seconds { 1 })
            REQUIRE(read(random, buffer.data(), buffer.size()) > 0);
        if (!is_for_good)
            usleep(1000);
    }
    alarm(60); // where calls do wait for us
    for (;;)
        REQUIRE(readv(random, many.data(), static_cast<int>(many.size())) > 0);
}

// What loading with such a task came to, and how long the longest call took until then.
struct Attempt {
    Outcome loaded;
    Seconds longest;
};
Attempt load_beside_a_task_that_stays()
{
    struct Board {
        std::atomic<bool> is_for_good;
        std::atomic<bool> is_over;
        Seconds longest;
    };
    const Shared<Board> board;
    const Actor staying { [&]() -> Outcome { stay_in_the_kernel(board->is_for_good); } };
    Actor caller { [&] {
        while (!board->is_over && board->longest < Seconds { 1 }) {
            const auto begun = Clock::now();
            REQUIRE_OK(call());
            board->longest = std::max<Seconds>(board->longest, Clock::now() - begun);
        }
        return Outcome::raw(0);
    } };
    Actor loader { [&] {
        const Outcome loaded = module::load();
        board->is_over = true;
        return loaded;
    } };
    wait_until([&] { return board->is_over || sleeping_call_of(caller.pid()) == SYS_msgctl; });
    board->is_for_good = true;
    EXPECT_OK(caller.join());
    staying.signal(SIGKILL);
    return { loader.join(), board->longest };
}

TEST(calls_do_not_wait_for_a_task_that_stays_in_the_kernel)
{
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

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
