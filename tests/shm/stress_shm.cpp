// SPDX-License-Identifier: GPL-2.0
/*
 * stress_shm SECONDS: eight processes that attach, detach, fork, exit and remove at random, and are
 * killed at random.
 *
 * A segment's creator writes the id into the first word, and a page's number into each page.  A
 * process that attaches one checks that it is the requested one.
 *
 * INVARIANT: when all processes are dead, no segment is attached, all pages of removed ones are
 * free, and the others can be removed.  While they live, none sees another segment's bytes.
 */
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"
#include "lib/shared.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <random>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace {

constexpr int kProcesses = 8;
constexpr int kSlots = 12; // ids that all processes share
constexpr std::size_t kPages = 6;
constexpr int kSecondsPerTest = 60; // the harness watches over tests, not over hours
constexpr int kKillsPerRound = 40; // all are killed and counted after so many

struct Stage {
    std::atomic<int> ids[kSlots]; // -1: none
    std::atomic<unsigned long> attached;
    std::atomic<unsigned long> forked;
    std::atomic<int> foreign_bytes;
    std::atomic<int> broken_calls;
};

// One of the eight workers: runs until it is killed.
class Worker {
public:
    Worker(Stage& stage, unsigned seed) : stage_ { stage }, random_ { seed } { }

    [[noreturn]] void run()
    {
        for (;;) {
            switch (below(8)) {
            case 0:
                replace();
                break;
            case 1:
                remove(stage_.ids[below(kSlots)]);
                break;
            case 2:
                fork_with_an_attachment();
                break;
            default:
                use(stage_.ids[below(kSlots)]);
            }
        }
    }

private:
    int below(unsigned bound) { return static_cast<int>(random_() % bound); }

    // Replaces the segment of a slot by a new one and removes the old one.
    void replace()
    {
        const auto made = sysv::shmget(IPC_PRIVATE, kPages * kPage, 0600);
        if (!expect(made.ok()))
            return;
        const int id = static_cast<int>(made.value());
        if (char* data = attach(id, 0)) {
            for (std::size_t page = 0; page < kPages; ++page)
                *word(data, page) = stamp(id, page);
            expect(sysv::shmdt(data).ok());
        }
        remove(stage_.ids[below(kSlots)].exchange(id));
    }

    void remove(int id)
    {
        if (id < 0)
            return;
        const auto outcome = sysv::shmctl(id, IPC_RMID);
        expect(outcome.ok() || is_gone(outcome));
    }

    void use(int id)
    {
        const bool only_reads = below(3) == 0;
        char* data = id < 0 ? nullptr : attach(id, only_reads ? SHM_RDONLY : 0);
        if (!data)
            return;
        check(data, id);
        switch (below(5)) {
        case 0:
            expect(mprotect(data + kPage, kPage, PROT_NONE) == 0);
            break;
        case 1:
            expect(munmap(data + 2 * kPage, kPage) == 0);
            break;
        case 2: {
            void* moved = mremap(data, kPages * kPage, kPages * kPage, MREMAP_MAYMOVE);
            expect(moved == data);
            break;
        }
        default:
            break;
        }
        expect(sysv::shmdt(data).ok());
    }

    void fork_with_an_attachment()
    {
        const int id = stage_.ids[below(kSlots)];
        char* data = id < 0 ? nullptr : attach(id, 0);
        const pid_t child = fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (data)
                check(data, id);
            if (data && below(2))
                expect(sysv::shmdt(data).ok());
            _exit(0);
        }
        ++stage_.forked;
        if (data)
            expect(sysv::shmdt(data).ok());
        if (child > 0)
            waitpid(child, nullptr, 0);
    }

    char* attach(int id, int flags)
    {
        const auto outcome = sysv::shmat(id, nullptr, flags);
        expect(outcome.ok() || is_gone(outcome));
        if (!outcome.ok())
            return nullptr;
        ++stage_.attached;
        return reinterpret_cast<char*>(outcome.value());
    }

    void check(char* data, int id)
    {
        for (std::size_t page = 0; page < kPages; ++page) {
            const unsigned long seen = *word(data, page);
            // It may not have been written yet: its maker may have been killed before.
            if (seen != 0 && seen != stamp(id, page))
                ++stage_.foreign_bytes;
        }
    }

    static bool is_gone(Outcome outcome)
    {
        return outcome.failed_with(EINVAL) || outcome.failed_with(EIDRM);
    }
    bool expect(bool truth)
    {
        stage_.broken_calls += !truth;
        return truth;
    }
    static volatile unsigned long* word(char* data, std::size_t page)
    {
        return reinterpret_cast<volatile unsigned long*>(data + page * kPage);
    }
    static unsigned long stamp(int id, std::size_t page)
    {
        return static_cast<unsigned long>(id) << 8 | page | 1ul << 63;
    }

    Stage& stage_;
    std::minstd_rand random_;
};

// The eight workers, and the process that kills and counts.
class Stress {
public:
    explicit Stress(unsigned seed) : random_ { seed }
    {
        for (auto& id : stage_->ids)
            id = -1;
    }

    // One round: random kills, then all are killed and everything must be back.
    void play_round()
    {
        const auto before = shm_usage();
        for (int number = 0; number < kProcesses; ++number)
            start(number);
        for (int i = 0; i < kKillsPerRound; ++i) {
            const int number = static_cast<int>(random_() % kProcesses);
            usleep(random_() % 8000);
            expect_right();
            bury(number);
            start(number);
        }
        for (int number = 0; number < kProcesses; ++number)
            bury(number);
        // Grandchildren are killed with their parents, and reaped here.
        while (waitpid(-1, nullptr, 0) > 0)
            ;
        expect_right();
        for (const auto& row : read_segment_rows()) {
            REQUIRE_EQ(row.nattch, 0u);
            REQUIRE_EQ(row.perms & sysv::kMarked, 0u);
            REQUIRE_OK(sysv::shmctl(row.id, IPC_RMID));
        }
        const auto after = shm_usage();
        REQUIRE_EQ(after.used_ids, before.used_ids);
        REQUIRE_EQ(after.shm_tot, before.shm_tot);
        REQUIRE_EQ(after.shm_rss, before.shm_rss);
        for (auto& id : stage_->ids)
            id = -1;
    }

    std::string summary() const
    {
        return std::to_string(stage_->attached) + " attached, " + std::to_string(stage_->forked)
            + " forks, " + std::to_string(kills_) + " kills";
    }

private:
    void start(int number)
    {
        const auto seed = static_cast<unsigned>(random_());
        pids_[static_cast<std::size_t>(number)] = fork();
        REQUIRE(pids_[static_cast<std::size_t>(number)] >= 0);
        if (pids_[static_cast<std::size_t>(number)] > 0)
            return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        Worker { *stage_, seed }.run();
    }

    void bury(int number)
    {
        const pid_t pid = pids_[static_cast<std::size_t>(number)];
        REQUIRE_EQ(kill(pid, SIGKILL), 0);
        REQUIRE_EQ(waitpid(pid, nullptr, 0), pid);
        ++kills_;
    }

    void expect_right() const
    {
        REQUIRE_EQ(stage_->foreign_bytes, 0);
        REQUIRE_EQ(stage_->broken_calls, 0);
    }

    Shared<Stage> stage_;
    std::mt19937 random_;
    std::array<pid_t, kProcesses> pids_ {};
    unsigned long kills_ = 0;
};

long monotonic_seconds()
{
    timespec now {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

long shmem_kilobytes()
{
    const auto text = read_file("/proc/meminfo");
    REQUIRE(text.has_value());
    for (const auto& line : split_lines(*text)) {
        if (line.starts_with("Shmem:"))
            return std::stol(line.substr(6));
    }
    return 0;
}

void run_for(long seconds, unsigned seed)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    constexpr long kCountingError =
        2048; // kB: each CPU counts for itself, and adds up now and then
    const auto end = monotonic_seconds() + seconds;
    const auto before = shmem_kilobytes();
    Stress stress { seed };
    int rounds = 0;
    do {
        stress.play_round();
        ++rounds;
    } while (monotonic_seconds() < end);
    harness::note(std::to_string(rounds) + " rounds: " + stress.summary());
    EXPECT(shmem_kilobytes() < before + kCountingError);
}

} // namespace

int main(int argc, char** argv)
{
    const long seconds = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 60;
    if (seconds <= 0) {
        std::fprintf(stderr, "usage: %s [SECONDS]\n", argv[0]);
        return 2;
    }
    unsigned part = 0;
    for (long left = seconds; left > 0; left -= kSecondsPerTest) {
        const long length = std::min<long>(left, kSecondsPerTest);
        ++part;
        harness::Registration { "no_page_is_lost_in_" + std::to_string(length)
                                    + "_seconds_of_kills_part_" + std::to_string(part),
                                [=] { run_for(length, part); } };
    }
    return harness::run_tests(std::vector<std::string> {});
}
