// SPDX-License-Identifier: GPL-2.0
/*
 * SEM_UNDO adjustments are applied in every way for a process to exit, and survive exec.  What
 * others observe: test_sem_undo_effects.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/machine.hpp"
#include "lib/proc_table.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

namespace {

// Takes the one token of a set and then ends in some way that the test must see.
struct End {
    const char* name;
    void (*end)();
    int signal; // that kills it, or 0
};

const End kEnds[] = {
    { "exit", [] { std::exit(0); }, 0 },
    { "exit_group_at_once", [] { _exit(0); }, 0 },
    { "exit_of_the_only_thread", [] { syscall(SYS_exit, 0); }, 0 },
    { "sigterm", [] { raise(SIGTERM); }, SIGTERM },
    { "sigkill", [] { kill(getpid(), SIGKILL); }, SIGKILL },
    { "a_fault", [] { *static_cast<volatile int*>(kKernelAddress) = 1; }, SIGSEGV },
    { "abort_with_a_core_dump",
      [] {
          const rlimit unlimited { RLIM_INFINITY, RLIM_INFINITY };
          setrlimit(RLIMIT_CORE, &unlimited);
          if (chdir("/tmp") == 0)
              std::abort();
      },
      SIGABRT },
    { "a_thread_that_ends_the_process", [] { std::thread { [] { _exit(0); } }.join(); }, 0 },
    { "a_program_that_ends", [] { execl("/bin/sh", "sh", "-c", "exit 0", nullptr); }, 0 },
};

void expect_given_back_by(const End& end)
{
    const SemSet set { Values { 1 } };
    const SemSet gate;
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        REQUIRE_OK(gate.operate({ down() }));
        end.end();
        return Outcome::failure(EIO);
    } };
    holder.wait_asleep_in(sysv::kSemopNumber);
    EXPECT_EQ(set.value(), 0);
    REQUIRE_OK(gate.operate({ up() }));
    int status = 0;
    REQUIRE_EQ(waitpid(holder.pid(), &status, 0), holder.pid());
    EXPECT_EQ(set.value(), 1);
    EXPECT_EQ(set.last_pid(), holder.pid());
    EXPECT_EQ(WIFSIGNALED(status) ? WTERMSIG(status) : 0, end.signal);
}

const bool kEndsRegistered = [] {
    for (const End& end : kEnds)
        harness::Registration { std::string { "a_token_is_given_back_by_" } + end.name,
                                [&end] { expect_given_back_by(end); } };
    return true;
}();

TEST(a_process_killed_while_asleep_gives_its_token_back)
{
    const SemSet set { Values { 1, 0 } };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down(0)) }));
        return set.operate({ undone(down(1)) });
    } };
    holder.wait_asleep_in(sysv::kSemopNumber);
    holder.signal(SIGKILL);
    holder.join_killed(SIGKILL);
    EXPECT_EQ(set.text(), "1 0");
}

TEST(a_process_killed_while_stopped_gives_its_token_back)
{
    const SemSet set { Values { 1 } };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        raise(SIGSTOP);
        return Outcome::raw(0);
    } };
    holder.wait_stopped();
    EXPECT_EQ(set.value(), 0);
    holder.signal(SIGKILL);
    holder.join_killed(SIGKILL);
    EXPECT_EQ(set.value(), 1);
}

// A program that holds a token and runs until the pipe is closed.
class Program {
public:
    template <class Start>
    Program(const SemSet& set, Start start)
    {
        int ends[2];
        REQUIRE_EQ(pipe2(ends, O_CLOEXEC), 0);
        write_end_ = ends[1];
        pid_ = fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            dup2(ends[0], STDIN_FILENO);
            (void)set.operate({ undone(down()) });
            start();
            _exit(1);
        }
        close(ends[0]);
        const auto path = "/proc/" + std::to_string(pid_) + "/comm";
        wait_until([&] { return read_file(path.c_str()) == "sh\n"; });
    }
    int end()
    {
        close(write_end_);
        int status = 0;
        REQUIRE_EQ(waitpid(pid_, &status, 0), pid_);
        return status;
    }
    pid_t pid() const { return pid_; }

    static void execute() { execl("/bin/sh", "sh", "-c", "read line; exit 0", nullptr); }

private:
    pid_t pid_;
    int write_end_;
};

TEST(a_program_keeps_the_adjustments_of_the_one_before)
{
    const SemSet set { Values { 1 } };
    Program program { set, Program::execute };
    EXPECT_EQ(set.value(), 0);
    EXPECT_EQ(program.end(), 0);
    EXPECT_EQ(set.value(), 1);
    EXPECT_EQ(set.last_pid(), program.pid());
}

TEST(a_program_started_by_a_thread_keeps_the_adjustments)
{
    const SemSet set { Values { 1 } };
    Program program { set, [] { std::thread { Program::execute }.join(); } };
    EXPECT_EQ(set.value(), 0);
    EXPECT_EQ(program.end(), 0);
    EXPECT_EQ(set.value(), 1);
}

TEST(a_program_that_cannot_be_started_changes_nothing)
{
    const SemSet set { Values { 1 } };
    EXPECT_OK(Actor([&] {
                  REQUIRE_OK(set.operate({ undone(down()) }));
                  EXPECT_ERR(Outcome::of(execl("/no/such/program", "program", nullptr)), ENOENT);
                  EXPECT_EQ(set.value(), 0);
                  return Outcome::raw(0);
              }).join());
    EXPECT_EQ(set.value(), 1);
}

// A program whose only segment lies where no process can have memory: the kernel finds out when
// it has already thrown the old program away.
int impossible_program()
{
    struct {
        Elf64_Ehdr header {};
        Elf64_Phdr segment {};
    } file;
    std::memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    file.header.e_ident[EI_VERSION] = EV_CURRENT;
    file.header.e_type = ET_EXEC;
    file.header.e_machine = machine::kElf64;
    file.header.e_version = EV_CURRENT;
    file.header.e_phoff = sizeof(file.header);
    file.header.e_ehsize = sizeof(file.header);
    file.header.e_phentsize = sizeof(file.segment);
    file.header.e_phnum = 1;
    file.segment.p_type = PT_LOAD;
    file.segment.p_flags = PF_R | PF_X;
    file.segment.p_vaddr = 0xffff'8000'0000'0000;
    file.segment.p_filesz = file.segment.p_memsz = sizeof(file);
    file.segment.p_align = 4096;
    const int fd = memfd_create("impossible", 0);
    REQUIRE(fd >= 0);
    REQUIRE_EQ(write(fd, &file, sizeof(file)), static_cast<ssize_t>(sizeof(file)));
    return fd;
}

TEST(a_program_that_fails_beyond_return_gives_the_token_back)
{
    const SemSet set { Values { 1 } };
    Actor holder { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        const int fd = impossible_program();
        char name[] = "impossible";
        char* const arguments[] = { name, nullptr };
        return Outcome::of(syscall(SYS_execveat, fd, "", arguments, arguments + 1, AT_EMPTY_PATH));
    } };
    holder.join_killed(SIGSEGV);
    EXPECT_EQ(set.value(), 1);
}

TEST(the_main_thread_may_leave_before_the_others)
{
    const SemSet set { Values { 2 } };
    const SemSet gate;
    const Shared<std::atomic<pid_t>> thread;
    Actor process { [&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        std::thread { [&] {
            *thread = gettid();
            REQUIRE_OK(set.operate({ undone(down()) }));
            (void)gate.operate({ down() });
            _exit(0);
        } }.detach();
        syscall(SYS_exit, 1);
        return Outcome::raw(0);
    } };
    wait_until([&] { return state_of(process.pid()) == 'Z'; });
    wait_until([&] { return *thread != 0 && sleeping_call_of(*thread) == sysv::kSemopNumber; });
    EXPECT_EQ(set.value(), 0);
    REQUIRE_OK(gate.operate({ up() }));
    EXPECT_OK(process.join());
    EXPECT_EQ(set.value(), 2);
}

} // namespace
