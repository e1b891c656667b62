// SPDX-License-Identifier: GPL-2.0
/*
 * test_armed [PATH]: the global switches that disable ftrace and kprobes, and what the
 * module logs when it is loaded and unloaded.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/kernel_log.hpp"
#include "lib/machine.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/shared.hpp"
#include "lib/sysv_sem.hpp"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr const char* kProbes = "/sys/kernel/debug/kprobes/enabled";
constexpr const char* kFtrace = "/proc/sys/kernel/ftrace_enabled";
constexpr const char* kOff = "kprobes are switched off (/sys/kernel/debug/kprobes/enabled)";
constexpr const char* kOnAgain = "kprobes are switched on again\n";

bool is_switched(const char* file)
{
    return read_file(file).value_or("").starts_with('1');
}

// Off, and on again at the end of a test.
class SwitchedOff {
public:
    explicit SwitchedOff(const char* file) : file_ { file }
    {
        REQUIRE(write_file(file_, "0"));
        REQUIRE(!is_switched(file_));
    }
    ~SwitchedOff() { end(); }
    SwitchedOff(const SwitchedOff&) = delete;
    SwitchedOff& operator=(const SwitchedOff&) = delete;

    void end() const { EXPECT(write_file(file_, "1")); }

private:
    const char* file_;
};

using module::Loaded;

void require_kprobes()
{
    module::require_unloaded_anywhere();
    if (!read_file(kProbes))
        harness::skip("this kernel has no kprobes");
}

void run_on(int cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    REQUIRE(sched_setaffinity(0, sizeof(one), &one) == 0);
}

// All lines until one that has this.  The module looks when the CPU that it looked on last is awake.
std::string lines_with(KernelLog& log, const std::string& text)
{
    std::string lines;
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    int cpu = 0;
    wait_until([&] {
        run_on(cpu++ % static_cast<int>(cpus));
        usleep(10'000);
        lines += log.take("sysvipc: ");
        return lines.find(text) != std::string::npos;
    });
    return lines;
}

bool has(const std::string& lines, const std::string& text)
{
    return lines.find(text) != std::string::npos;
}

// A call that gets to the module or not: which of the two serves shows in its parameters.
bool calls_reach_the_module(bool is_builtin)
{
    const Outcome made = sysv::msgget(IPC_PRIVATE, 0600);
    if (!made.ok()) {
        EXPECT_ERR(made, ENOSYS);
        return false;
    }
    const bool is_ours = module::is_refusal(module::unload());
    EXPECT(is_builtin || is_ours);
    EXPECT_OK(sysv::msgctl(static_cast<int>(made.value()), IPC_RMID, nullptr));
    return is_ours;
}

TEST(disabled_kprobes_cannot_attach)
{
    require_kprobes();
    KernelLog log;
    const SwitchedOff off { kProbes };
    EXPECT_ERR(module::load("attach=kprobe"), EBUSY);
    EXPECT(!module::is_loaded());
    const std::string lines = log.take("sysvipc: ");
    EXPECT(has(lines, std::string { ": " } + kOff + '\n'));
    EXPECT(!has(lines, "provides") && !has(lines, "took over"));
    EXPECT(!has(read_file("/sys/kernel/debug/kprobes/list").value_or(""), "sys_msgget"));
}

TEST(disabled_kprobes_do_not_matter_with_ftrace)
{
    require_kprobes();
    module::require_unloaded_anywhere();
    if (!module::has_direct_calls())
        harness::skip("this kernel has no direct calls");
    KernelLog log;
    const SwitchedOff off { kProbes };
    const Loaded loaded { "attach=auto" };
    const std::string lines = log.take("sysvipc: ");
    EXPECT(has(lines, "by ftrace direct calls\n"));
    EXPECT(!has(lines, kOff));
    {
        const Queue queue;
        EXPECT_OK(queue.send(1, "text"));
    }
}

TEST(disabling_kprobes_later_is_logged_once_and_so_is_enabling_them)
{
    require_kprobes();
    const bool is_builtin = module::require_unloaded_anywhere();
    KernelLog log;
    const Loaded loaded { "attach=kprobe" };
    EXPECT(calls_reach_the_module(is_builtin));
    for (int round = 0; round < 2; ++round) {
        const SwitchedOff off { kProbes };
        const std::string lines = lines_with(log, kOff);
        for (const char* loss :
             { "no System V IPC call is served", "exiting tasks do not apply SEM_UNDO",
               "unshare(2) and setns(2) will not drop SEM_UNDO state" })
            EXPECT(has(lines, loss));
        EXPECT_EQ(has(lines, "objects of a deleted IPC namespace are not removed"),
                  has_namespaces("ipc"));
        EXPECT_EQ(lines.find(kOff), lines.rfind(kOff));
        off.end();
        EXPECT_EQ(lines_with(log, kOnAgain), kOnAgain);
        EXPECT(calls_reach_the_module(is_builtin));
    }
}

// Many, that one of them gets the memory of another.
constexpr int kNamespaces = 12;

TEST(a_namespace_at_the_address_of_one_whose_end_was_missed_is_empty)
{
    require_kprobes();
    // With PREEMPT_RT a slab that is empty is given back at once.
    require_namespaces("ipc");
    if (harness::is_kernel_watched() || is_switched("/sys/kernel/realtime"))
        harness::skip("this kernel does not use an address again soon");
    const Loaded loaded { "attach=kprobe" };
    const key_t key = unused_key();
    struct Board {
        std::atomic<int> ready;
        std::atomic<bool> may_end;
    };
    for (int round = 0; round < 2; ++round) {
        const Shared<Board> board;
        std::vector<Actor> actors;
        for (int i = 0; i < kNamespaces; ++i) {
            actors.emplace_back([&] {
                REQUIRE(unshare(CLONE_NEWIPC) == 0);
                EXPECT_ERR(sysv::msgget(key, 0600), ENOENT);
                REQUIRE_OK(sysv::msgget(key, 0600 | IPC_CREAT | IPC_EXCL));
                ++board->ready;
                wait_until([&] { return board->may_end.load(); });
                return Outcome::raw(0);
            });
        }
        wait_until([&] { return board->ready == kNamespaces; });
        {
            // These end while no probe is armed.
            const SwitchedOff off { kProbes };
            board->may_end = true;
            for (Actor& actor : actors)
                EXPECT_OK(actor.join());
            usleep(200'000);
            REQUIRE(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0);
            usleep(200'000);
        }
    }
    // A namespace whose end was missed is removed when its address is reused.  Use all free addresses of
    // both CPUs at once.
    for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); ++cpu) {
        in_a_process([&] {
            run_on(cpu);
            std::vector<int> kept;
            for (int i = 0; i < 32 * kNamespaces; ++i) {
                REQUIRE(unshare(CLONE_NEWIPC) == 0);
                EXPECT_ERR(sysv::msgget(key, 0600), ENOENT);
                kept.push_back(open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC));
                REQUIRE(kept.back() >= 0);
            }
        });
    }
    wait_until([] { return harness::has_failed() || module::unload().ok(); });
}

TEST(a_disabled_ftrace_is_logged)
{
    module::require_unloaded_anywhere();
    if (!read_file(kFtrace))
        harness::skip("this kernel has no function tracer");
    if (!write_file(kFtrace, "0")) { // since 7.3
        EXPECT(is_switched(kFtrace));
        harness::skip("nobody can switch ftrace off in this kernel");
    }
    KernelLog log;
    const SwitchedOff off { kFtrace };
    for (const char* parameters : { "", "attach=kprobe" }) {
        EXPECT_ERR(module::load(parameters), EBUSY);
        EXPECT_EQ(log.take("sysvipc: "),
                  "ftrace is switched off (kernel.ftrace_enabled): nothing is intercepted\n");
    }
}

TEST(ftrace_cannot_be_disabled_while_it_is_loaded)
{
    module::require_unloaded_anywhere();
    if (!read_file(kFtrace))
        harness::skip("this kernel has no function tracer");
    for (const char* parameters : { "", "attach=kprobe" }) {
        const Loaded loaded { parameters };
        EXPECT(!write_file(kFtrace, "0"));
        EXPECT(is_switched(kFtrace));
    }
}

TEST(the_last_log_line_reports_unloading_and_the_result_of_calls)
{
    const bool is_builtin = module::require_unloaded_anywhere();
    KernelLog log;
    REQUIRE_OK(module::load());
    const std::string first = log.take("sysvipc: ");
    EXPECT(has(first, is_builtin ? "took over msgget " : "provides msgget "));
    REQUIRE_OK(module::unload());
    EXPECT_EQ(log.take("sysvipc: "),
              is_builtin ? "unloaded: the kernel's own System V IPC serves again\n"
                         : "unloaded: System V IPC calls fail with ENOSYS again\n");
}

TEST(a_module_that_does_not_load_does_not_take_over)
{
    module::require_unloaded_beside_builtin();
    const Shared<std::atomic<bool>> is_over;
    // Now and then there is an object only after the module has looked for the first time.
    Actor user { [&] {
        while (!*is_over) {
            const Outcome made = sysv::semget(IPC_PRIVATE, 1, 0600);
            usleep(1000);
            // During unloading, the kernel may have created it, and the call still enters the module.
            if (made.ok())
                wait_until(
                    [&] { return sysv::semctl(static_cast<int>(made.value()), 0, IPC_RMID).ok(); });
            usleep(1000);
        }
        return Outcome::raw(0);
    } };
    int refused = 0;
    int loaded = 0;
    for (int round = 0; round < 20; ++round) {
        KernelLog log;
        const Outcome outcome = module::load("");
        const std::string lines = log.take("sysvipc: ");
        EXPECT_EQ(has(lines, "took over"), outcome.ok());
        if (!outcome.ok()) {
            ++refused;
            continue;
        }
        ++loaded;
        wait_until([] { return module::unload().ok(); });
    }
    *is_over = true;
    EXPECT_OK(user.join());
    harness::note(std::to_string(refused) + " times refused, " + std::to_string(loaded)
                  + " times loaded");
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
