// SPDX-License-Identifier: GPL-2.0
/*
 * Actor: another process that takes part in a test.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <cctype>
#include <csignal>
#include <cstdlib>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Lives in memory that the child shares with the test.
struct Actor::Report {
    long result;
};

Actor::Actor(const Body& body) : Actor { 0ul, body } { }

Actor::Actor(unsigned long clone_flags, const Body& body)
{
    void* memory =
        mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    report_ = static_cast<Report*>(memory);

    pid_ = clone_flags == 0
        ? fork()
        : static_cast<pid_t>(syscall(SYS_clone, clone_flags | SIGCHLD, 0, 0, 0, 0));
    REQUIRE(pid_ >= 0);
    if (pid_ > 0)
        return;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::string reason;
    const auto verdict = harness::run_guarded([&] { report_->result = body().as_raw(); }, reason);
    _exit(verdict == harness::Verdict::Passed ? 0 : 1);
}

Actor::Actor(const Identity& identity, const Body& body)
    : Actor { [&] {
          become(identity);
          return body();
      } }
{
}

Actor::Actor(Actor&& other) noexcept
    : pid_ { std::exchange(other.pid_, -1) },
      report_ { std::exchange(other.report_, nullptr) }
{
}

Actor::~Actor()
{
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    if (report_)
        munmap(report_, sizeof(Report));
}

void Actor::wait_asleep_in(long number) const
{
    wait_until([&] {
        REQUIRE(is_running());
        return state_of(pid_) == 'S' && sleeping_call_of(pid_) == number;
    });
}

long Actor::sleeps() const
{
    const auto status = read_file(("/proc/" + std::to_string(pid_) + "/status").c_str());
    REQUIRE(status.has_value());
    constexpr std::string_view field = "\nvoluntary_ctxt_switches:";
    const auto at = status->find(field);
    REQUIRE(at != std::string::npos);
    return std::strtol(status->c_str() + at + field.size(), nullptr, 10);
}

void Actor::wait_slept_again(long number, long sleeps_before) const
{
    wait_until([&] {
        REQUIRE(is_running());
        return sleeps() > sleeps_before;
    });
    wait_asleep_in(number);
}

void Actor::wait_stopped() const
{
    wait_until([&] {
        REQUIRE(is_running());
        return state_of(pid_) == 'T';
    });
}

void Actor::signal(int signal) const
{
    REQUIRE_EQ(kill(pid_, signal), 0);
}

bool Actor::is_running() const
{
    siginfo_t info {};
    return pid_ > 0
        && waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0
        && info.si_pid == 0;
}

Outcome Actor::join()
{
    int status = 0;
    REQUIRE_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    REQUIRE(ended_well);
    return Outcome::raw(report_->result);
}

void Actor::join_killed(int signal)
{
    int status = 0;
    REQUIRE_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    EXPECT(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal);
}

Outcome play(const Identity& identity, const Actor::Body& body)
{
    return Actor { identity, body }.join();
}

void in_a_process(const std::function<void()>& body)
{
    REQUIRE_OK(Actor { [&] {
                   body();
                   return Outcome::raw(0);
               } }.join());
}

void wait_until(const std::function<bool()>& condition)
{
    while (!condition())
        usleep(500);
}

void pin_to_cpu(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    REQUIRE_EQ(sched_setaffinity(0, sizeof(set), &set), 0);
}

void use_fifo_scheduling()
{
    const sched_param parameters { .sched_priority = 1 };
    REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &parameters), 0);
}

char state_of(pid_t pid)
{
    const auto stat = read_file(("/proc/" + std::to_string(pid) + "/stat").c_str());
    const auto paren = stat ? stat->rfind(')') : std::string::npos;
    return paren == std::string::npos || paren + 2 >= stat->size() ? '?' : (*stat)[paren + 2];
}

long sleeping_call_of(pid_t pid)
{
    const auto call = read_file(("/proc/" + std::to_string(pid) + "/syscall").c_str());
    if (!call || call->empty() || !std::isdigit(static_cast<unsigned char>(call->front())))
        return -1;
    return std::strtol(call->c_str(), nullptr, 10);
}
