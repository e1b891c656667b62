// SPDX-License-Identifier: GPL-2.0
/*
 * The test harness: forks, watches, sweeps and reports.
 */
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/sysv_msg.hpp"
#include "lib/sysv_sem.hpp"
#include "lib/sysv_shm.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <set>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace harness {

namespace {

int time_limit_seconds = 600;

std::atomic<bool> failed { false };

std::vector<Test>& registered_tests()
{
    static std::vector<Test> tests;
    return tests;
}

void write_line(const std::string& line)
{
    // One write for one line: lines of several processes must not mix.
    const std::string text = line + '\n';
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
}

// Memory that a test's child shares with the parent: why it wants to be skipped.
struct SkipNote {
    char reason[256];
};

SkipNote* shared_note()
{
    void* memory =
        mmap(nullptr, sizeof(SkipNote), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        std::perror("mmap");
        std::exit(1);
    }
    return static_cast<SkipNote*>(memory);
}

// The facilities that tests could leave something of behind.
const struct {
    const char* file;
    const char* objects;
    Outcome (*remove)(int id);
} kFacilities[] = {
    { kProcMsg, "queue(s)", [](int id) { return sysv::msgctl(id, IPC_RMID, nullptr); } },
    { kProcSem, "semaphore set(s)", [](int id) { return sysv::semctl(id, 0, IPC_RMID); } },
    { kProcShm, "segment(s)", [](int id) { return sysv::shmctl(id, IPC_RMID); } },
};

using Ids = std::array<std::set<int>, std::size(kFacilities)>;

Ids ids_of_all_objects()
{
    Ids ids;
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = read_ids_or_none(kFacilities[i].file);
    return ids;
}

// Removes objects that did not exist before; returns whether there were none.
bool sweep(const Ids& before)
{
    bool clean = true;
    const Ids now = ids_of_all_objects();
    for (std::size_t i = 0; i < now.size(); ++i) {
        std::size_t removed = 0;
        for (const int id : now[i]) {
            if (before[i].contains(id))
                continue;
            (void)kFacilities[i].remove(id);
            ++removed;
        }
        if (removed == 0)
            continue;
        note("the test left " + std::to_string(removed) + ' ' + kFacilities[i].objects + " behind");
        clean = false;
    }
    return clean;
}

bool wait_with_limit(pid_t child, int seconds)
{
    const int fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    if (fd < 0)
        return true;
    pollfd watched { fd, POLLIN, 0 };
    int ready;
    do
        ready = poll(&watched, 1, seconds * 1000);
    while (ready < 0 && errno == EINTR);
    close(fd);
    return ready > 0;
}

// Kills the rest of the test's process group and reaps it: this process is its subreaper.
void end_group(pid_t group)
{
    kill(-group, SIGKILL);
    while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR)
        ;
}

Verdict verdict_of(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) <= static_cast<int>(Verdict::Skipped))
        return static_cast<Verdict>(WEXITSTATUS(status));
    if (WIFSIGNALED(status))
        note("the test died of signal " + std::to_string(WTERMSIG(status)));
    return Verdict::Failed;
}

[[noreturn]] void run_child(const Test& test, SkipNote* skip_note)
{
    setpgid(0, 0);
    std::string reason;
    const Verdict verdict = run_guarded(test.body, reason);
    reason.copy(skip_note->reason, sizeof(skip_note->reason) - 1);
    _exit(static_cast<int>(verdict));
}

Verdict run_one(const Test& test, SkipNote* skip_note)
{
    *skip_note = {};
    const auto before = ids_of_all_objects();

    const pid_t child = fork();
    if (child < 0) {
        note("fork failed");
        return Verdict::Failed;
    }
    if (child == 0)
        run_child(test, skip_note);
    setpgid(child, child);

    Verdict verdict = Verdict::Failed;
    if (wait_with_limit(child, time_limit_seconds)) {
        int status = 0;
        waitpid(child, &status, 0);
        verdict = verdict_of(status);
    } else {
        note("the test hung and was killed");
    }
    end_group(child);

    if (!sweep(before))
        verdict = Verdict::Failed;
    return verdict;
}

} // namespace

Registration::Registration(std::string name, std::function<void()> body)
{
    registered_tests().push_back({ std::move(name), std::move(body) });
}

void set_time_limit(int seconds)
{
    time_limit_seconds = seconds;
}

void skip(std::string reason)
{
    throw SkipTest { std::move(reason) };
}

void note(std::string_view text)
{
    write_line("# " + std::string { text });
}

void record_failure(Place place, std::string_view text)
{
    failed = true;
    std::ostringstream out;
    out << place.file << ':' << place.line << ": " << text;
    note(out.str());
}

bool has_failed()
{
    return failed;
}

Verdict run_guarded(const std::function<void()>& body, std::string& skip_reason)
{
    try {
        body();
    } catch (const LeaveTest&) {
    } catch (const SkipTest& skipped) {
        skip_reason = skipped.reason;
        return failed ? Verdict::Failed : Verdict::Skipped;
    } catch (const std::exception& error) {
        failed = true;
        note(std::string { "unexpected exception: " } + error.what());
    }
    return failed ? Verdict::Failed : Verdict::Passed;
}

int run_tests(const std::vector<std::string>& arguments)
{
    auto tests = registered_tests();
    if (std::ranges::find(arguments, "--list") != arguments.end()) {
        for (const auto& test : tests)
            write_line(test.name);
        return 0;
    }
    if (!arguments.empty())
        std::erase_if(tests, [&](const Test& test) {
            return std::ranges::find(arguments, test.name) == arguments.end();
        });

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    write_line("KTAP version 1");
    write_line("1.." + std::to_string(tests.size()));

    SkipNote* const skip_note = shared_note();
    int number = 0;
    bool all_well = !tests.empty();
    for (const auto& test : tests) {
        const Verdict verdict = run_one(test, skip_note);
        const std::string label = std::to_string(++number) + ' ' + test.name;
        switch (verdict) {
        case Verdict::Passed:
            write_line("ok " + label);
            break;
        case Verdict::Skipped:
            write_line("ok " + label + " # SKIP " + skip_note->reason);
            break;
        case Verdict::Failed:
            write_line("not ok " + label);
            all_well = false;
            break;
        }
    }
    return all_well ? 0 : 1;
}

bool is_kernel_watched()
{
    static const bool is_watched = access("/sys/kernel/debug/kmemleak", F_OK) == 0;
    return is_watched;
}

int affordable(int count)
{
    return is_kernel_watched() ? (count + 7) / 8 : count;
}

int run_tests(int argc, char** argv)
{
    return run_tests(std::vector<std::string>(argv + 1, argv + argc));
}

} // namespace harness
