// SPDX-License-Identifier: GPL-2.0
/*
 * test_task_watch [PATH]: how the module notices that tasks are created, exit and leave namespaces,
 * while it is loaded and unloaded.
 *
 * Also on kernels with System V IPC, from which it takes over.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/kernel_log.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/userfaultfd.h>
#include <list>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

// Processes sleep at it until its creator opens it.  They may begin to wait later.
class Barrier {
public:
    Barrier() { REQUIRE(pipe2(ends_, O_CLOEXEC) == 0); }
    ~Barrier()
    {
        close(ends_[0]);
        open();
    }
    Barrier(const Barrier&) = delete;
    Barrier& operator=(const Barrier&) = delete;

    void wait()
    {
        open(); // here: the other end is the maker's alone
        char nothing;
        EXPECT_EQ(read(ends_[0], &nothing, 1), 0);
    }
    void open() { close(std::exchange(ends_[1], -1)); }

private:
    int ends_[2];
};

struct Churn {
    std::atomic<bool> is_enough;
    std::atomic<long> threads;
};

// Threads, which are made with CLONE_SYSVSEM, begin and end all the time.  Their process lives on after that, and so
// does the state that they share.
Outcome churn(Churn& state, Barrier& end)
{
    // Seldom as many: most addresses of ended tasks wait to be reused.
    constexpr int kMost = 60;
    for (int count = 1; !state.is_enough; count = count == kMost ? 1 : count + 1) {
        std::vector<std::thread> threads;
        std::atomic<bool> may_end { false };
        for (int i = 0; i < count; ++i)
            threads.emplace_back([&] { may_end.wait(false); });
        may_end = true;
        may_end.notify_all();
        for (auto& thread : threads)
            thread.join();
        state.threads += count;
    }
    end.wait();
    return Outcome::raw(0);
}

// As many processes as go into a batch add one with SEM_UNDO, and end when all have.
void add_and_end(const SemSet& set, int size)
{
    const Shared<std::atomic<int>> there;
    Barrier end;
    std::list<Actor> victims;
    for (int i = 0; i < size; ++i)
        victims.emplace_back(kBob, [&] {
            EXPECT_OK(set.operate({ undone(up()) }));
            ++*there;
            end.wait();
            return Outcome::raw(0);
        });
    wait_until([&] { return *there == size; });
    end.open();
    for (auto& victim : victims)
        EXPECT_OK(victim.join());
}

TEST(exited_tasks_leave_no_state_to_later_tasks)
{
    module::require_unloaded_anywhere();
    constexpr int kLoads = 4;
    KernelLog log;
    for (int load = 0; load < kLoads; ++load) {
        const Shared<Churn> state;
        Barrier end;
        std::list<Actor> others;
        for (int i = 0; i < 3; ++i)
            others.emplace_back(kAlice, [&] { return churn(*state, end); });
        wait_until([&] { return state->threads > 100; });
        REQUIRE_OK(module::load());
        state->is_enough = true;
        {
            const SemSet set { 1, 0666 };
            for (int i = 0; i < 2; ++i)
                add_and_end(set, 100);
            EXPECT_EQ(set.value(), 0);
        }
        end.open();
        for (auto& other : others)
            EXPECT_OK(other.join());
        EXPECT_OK(module::unload());
    }
    EXPECT(log.take("sysvipc: no memory").empty());
}

// A page that arrives on request.
class LatePage {
public:
    LatePage()
    {
        page_ = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(page_ != MAP_FAILED);
        faults_ = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC));
        REQUIRE(faults_ >= 0);
        uffdio_api api { .api = UFFD_API, .features = 0, .ioctls = 0 };
        REQUIRE(ioctl(faults_, UFFDIO_API, &api) == 0);
        uffdio_register whole { .range = range(),
                                .mode = UFFDIO_REGISTER_MODE_MISSING,
                                .ioctls = 0 };
        REQUIRE(ioctl(faults_, UFFDIO_REGISTER, &whole) == 0);
    }
    ~LatePage()
    {
        close(faults_);
        munmap(page_, kPage);
    }
    LatePage(const LatePage&) = delete;
    LatePage& operator=(const LatePage&) = delete;

    int* data() const { return static_cast<int*>(page_); }
    // Returns when a task needs it.
    void wait_wanted() const
    {
        uffd_msg message {};
        REQUIRE(read(faults_, &message, sizeof(message)) == sizeof(message));
        REQUIRE_EQ(message.event, UFFD_EVENT_PAGEFAULT);
    }
    void deliver() const
    {
        uffdio_zeropage zero { .range = range(), .mode = 0, .zeropage = 0 };
        REQUIRE(ioctl(faults_, UFFDIO_ZEROPAGE, &zero) == 0);
    }

private:
    static constexpr std::size_t kPage = 4096;

    uffdio_range range() const { return { reinterpret_cast<std::uintptr_t>(page_), kPage }; }

    void* page_;
    int faults_;
};

struct Lateness {
    std::atomic<bool> is_wanted;
    std::atomic<bool> may_arrive;
};

// A process that is inside clone3(2) until it may be through.
Outcome clone_late(Lateness& lateness, unsigned long flags)
{
    const LatePage page;
    std::thread servant { [&] {
        page.wait_wanted();
        lateness.is_wanted = true;
        wait_until([&] {
            usleep(1000);
            return lateness.may_arrive.load();
        });
        page.deliver();
    } };
    clone_args arguments {};
    arguments.flags = CLONE_PIDFD | flags;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(page.data());
    arguments.exit_signal = SIGCHLD;
    const auto made = Outcome::of(syscall(SYS_clone3, &arguments, sizeof(arguments)));
    if (made.ok() && made.value() == 0)
        _exit(0);
    servant.join();
    if (!made.ok())
        return made;
    int status = 0;
    REQUIRE_EQ(waitpid(static_cast<pid_t>(made.value()), &status, 0), made.value());
    return Outcome::raw(status);
}

// Unloading must end, with any result: only a hang takes so long.
bool ends_in_time(const Actor& unloader)
{
    constexpr std::chrono::seconds kHang { 60 };
    const auto start = std::chrono::steady_clock::now();
    while (unloader.is_running()) {
        if (std::chrono::steady_clock::now() - start > kHang)
            return false;
        usleep(1000);
    }
    return true;
}

void unload_beside_late_clone(unsigned long flags)
{
    module::require_unloaded_anywhere();
    REQUIRE_OK(module::load());
    const Shared<Lateness> lateness;
    Actor late { [&] { return clone_late(*lateness, flags); } };
    wait_until([&] {
        REQUIRE(late.is_running());
        return lateness->is_wanted.load();
    });
    Actor unloader { [] { return module::unload(); } };
    EXPECT(ends_in_time(unloader));
    lateness->may_arrive = true;
    const auto outcome = unloader.join();
    EXPECT(outcome.ok() || module::is_refusal(outcome));
    harness::note(outcome.ok() ? "it was unloaded meanwhile" : "unloading was refused meanwhile");
    EXPECT_OK(late.join());
    if (module::is_loaded())
        EXPECT_OK(module::unload());
}

TEST(unloading_does_not_wait_for_a_task_inside_clone)
{
    unload_beside_late_clone(0);
}

TEST(unloading_does_not_wait_for_a_task_inside_clone_with_sysvsem)
{
    unload_beside_late_clone(CLONE_SYSVSEM);
}

// Whether kprobes are armed: root may change that at any time.
class Probes {
public:
    Probes()
    {
        if (access(kSwitch, F_OK) != 0)
            harness::skip("this kernel has no kprobes");
    }
    ~Probes() { turn("1"); }
    Probes(const Probes&) = delete;
    Probes& operator=(const Probes&) = delete;

    void turn(const char* on_or_off) const { REQUIRE(write_file(kSwitch, on_or_off)); }

private:
    static constexpr const char* kSwitch = "/sys/kernel/debug/kprobes/enabled";
};

void unload_soon()
{
    wait_until([] {
        const auto outcome = module::unload();
        REQUIRE(outcome.ok() || module::is_refusal(outcome));
        return outcome.ok();
    });
}

TEST(with_kprobes_disarmed_direct_calls_report_leaving_and_exit)
{
    module::require_unloaded_anywhere();
    const Probes probes;
    // While probes work: a kernel without direct calls may need one for something else, and miss that first.
    if (!module::has_direct_calls())
        harness::skip("this kernel has no direct calls");
    probes.turn("0");
    REQUIRE_OK(module::load("attach=ftrace"));
    {
        const SemSet set { Values { 5 } };
        in_a_process([&] { REQUIRE_OK(set.operate({ undone(down()) })); });
        EXPECT_EQ(set.value(), 5);
        require_namespaces("ipc");
        in_a_process([&] {
            const NamespaceFile home;
            REQUIRE_OK(set.operate({ undone(down()) }));
            REQUIRE_OK(let_go(CLONE_NEWIPC));
            REQUIRE_OK(home.enter());
            EXPECT_EQ(set.value(), 5);
            REQUIRE_OK(set.operate({ undone(down()) }));
            REQUIRE_OK(home.enter());
            EXPECT_EQ(set.value(), 5);
        });
        EXPECT_EQ(set.value(), 5);
    }
    unload_soon();
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
