// SPDX-License-Identifier: GPL-2.0
/*
 * latency: how long one task can make others wait, and how long it takes itself.
 *
 * Each test measures one or several rows of a table, and prints them as "# latency ROW NUMBER
 * UNIT".  scripts/latency runs it on kernels with and without the module, and compares.  It needs a
 * clock that counts instructions (qemu/run --instruction-clock).
 *
 *   latency [NAME]...     these rows' tests (default: all); SCALE=short in the environment shortens
 *                         those that take long
 */
#include "bench/bench.hpp"
#include "bench/record_holders.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "moments/inversion.hpp"
#include "lib/limit_file.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "moments/moment.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"
#include "lib/sysv_shm.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace {

using namespace moment;

bool is_short()
{
    const char* scale = std::getenv("SCALE");
    return scale && std::string_view { scale } == "short";
}

void print_row(const std::string& row, Nanoseconds value, const char* unit)
{
    harness::note("latency " + row + ' ' + std::to_string(value) + ' ' + unit);
}

// A task of high priority that wants the CPU again and again, and maybe does something each time: the
// longest time from when it wanted it to when it was done.
class Probe {
public:
    explicit Probe(const std::function<void()>& work = [] {})
        : actor_ { [&] {
              go_first(50);
              watch(work);
              return Outcome::raw(0);
          } }
    {
        while (state_->wakes < kWarmUp)
            sleep_until(now() + kMillisecond);
        state_->worst = 0;
    }

    // So far; measures no more.
    Nanoseconds worst()
    {
        state_->is_over = true;
        REQUIRE_OK(actor_.join());
        return state_->worst;
    }

private:
    static constexpr Nanoseconds kPeriod = 25 * kMicrosecond;
    static constexpr int kWarmUp = 40;

    struct State {
        std::atomic<bool> is_over { false };
        std::atomic<int> wakes { 0 };
        std::atomic<Nanoseconds> worst { 0 };
    };

    void watch(const std::function<void()>& work)
    {
        Nanoseconds next = now();
        while (!state_->is_over) {
            next = std::max(next + kPeriod, now());
            sleep_until(next);
            work();
            const Nanoseconds lateness = now() - next;
            if (lateness > state_->worst)
                state_->worst = lateness;
            ++state_->wakes;
        }
    }

    Shared<State> state_;
    Actor actor_;
};

// Another task's work, unrelated to the set.
class Neighbour {
public:
    void operator()() const
    {
        const auto id = static_cast<int>(bench::call(SYS_semget, IPC_PRIVATE, 1, 0600));
        sembuf operation = up();
        bench::call(SYS_semop, id, &operation, 1);
        bench::call(SYS_semop, set_.id(), &operation, 1);
        operation = down();
        bench::call(SYS_semop, set_.id(), &operation, 1);
        bench::call(SYS_semctl, id, 0, IPC_RMID, 0);
    }

private:
    SemSet set_;
};

Nanoseconds time_of(const std::function<void()>& body)
{
    const Nanoseconds start = now();
    body();
    return now() - start;
}

// The cost of calls on a whole set, and how long they delay another task's call.
void measure_whole_set(const std::string& row, int nsems, int records, RecordHolders::Who who)
{
    require_one_cpu();
    SemSet set { nsems };
    std::optional<RecordHolders> holders;
    if (records)
        holders.emplace(set, records, who);
    const Values values(static_cast<std::size_t>(nsems), 1);
    Values seen(values.size());
    const Neighbour neighbour;
    neighbour();

    const std::function<void()> set_all = [&] { REQUIRE_OK(set.set_values(values)); };
    const std::function<void()> get_all = [&] {
        REQUIRE_OK(sysv::semctl(set.id(), 0, GETALL, seen.data()));
    };
    const std::function<void()> remove = [&] { REQUIRE_OK(set.remove()); };
    get_all(); // there is memory now
    const auto measure = [&](const char* call, const std::function<void()>& body, bool is_last) {
        Nanoseconds cost = is_last ? 0 : time_of(body);
        Probe probe { [&] { neighbour(); } };
        const Nanoseconds with_probe = time_of(body);
        const Nanoseconds worst = probe.worst();
        // It can be removed once only.
        print_row(std::string { call } + ',' + row + ",cost", is_last ? with_probe : cost, "ns");
        print_row(std::string { call } + ',' + row + ",neighbour", worst, "ns");
    };
    measure("GETALL", get_all, false);
    measure("SETALL", set_all, false);
    measure("IPC_RMID", remove, true);
    if (holders)
        holders->end();
}

// A task that has done much, with rights that everybody has, and then leaves it.
enum class Leave { Exit, Unshare };

Nanoseconds delay_by_leaving(const std::function<void()>& prepare, Leave leave)
{
    constexpr Identity kUser { 1000, 1000 };
    const SemSet gate { 2, 0666 };
    Actor leaver { [&] {
        const std::function<void()> wait_for_it = [&] {
            REQUIRE_OK(gate.operate({ up(0) }));
            REQUIRE_OK(gate.operate({ down(1) }));
        };
        become(kUser);
        prepare();
        wait_for_it();
        if (leave == Leave::Exit)
            _exit(0);
        REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
        wait_for_it();
        return Outcome::raw(0);
    } };
    REQUIRE_OK(gate.operate({ down(0) }));
    Probe probe;
    REQUIRE_OK(gate.operate({ up(1) }));
    if (leave == Leave::Exit)
        REQUIRE_OK(leaver.join());
    else
        REQUIRE_OK(gate.operate({ down(0) }));
    const Nanoseconds worst = probe.worst();
    if (leave != Leave::Exit) {
        REQUIRE_OK(gate.operate({ up(1) }));
        REQUIRE_OK(leaver.join());
    }
    return worst;
}

// The minimum of several: the cost of leaving occurs each time, that of the kernel's deferred work does not.
void print_least(const std::string& row, const std::function<Nanoseconds()>& measure)
{
    constexpr int kTries = 7;
    require_one_cpu();
    Nanoseconds least = measure();
    for (int i = 1; i < kTries; ++i)
        least = std::min(least, measure());
    print_row(row, least, "ns");
}

void measure_leaving(const std::string& row, const std::function<void()>& prepare, Leave leave)
{
    print_least(row, [&] { return delay_by_leaving(prepare, leave); });
}

// Undo for `touched` semaphores of each of `count` sets.
void measure_undo(int count, int nsems, int touched)
{
    constexpr int kMostOperations = 500;
    std::vector<SemSet> sets;
    for (int i = 0; i < count; ++i)
        sets.emplace_back(nsems, 0666);
    const auto prepare = [&] {
        for (const SemSet& set : sets) {
            for (int first = 0; first < touched; first += kMostOperations) {
                Operations operations;
                for (int i = first; i < std::min(touched, first + kMostOperations); ++i)
                    operations.push_back(undone(up(i)));
                REQUIRE_OK(set.operate(operations));
            }
        }
    };
    const std::string row = std::to_string(count) + "-sets-of-" + std::to_string(nsems) + ','
        + std::to_string(touched) + "-touched";
    measure_leaving("exit," + row, prepare, Leave::Exit);
    measure_leaving("unshare," + row, prepare, Leave::Unshare);
}

// A task that has created segments, and possibly attached them.
void measure_segments(bool is_forced, bool is_attached)
{
    const LimitFile forced { "shm_rmid_forced" };
    constexpr int kCount = 1000;
    const Shared<std::array<int, kCount>> made;
    REQUIRE_OK(forced.write(is_forced ? "1" : "0"));
    const auto prepare = [&] {
        for (int& id : *made) {
            id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, 4096, 0600)));
            if (is_attached)
                REQUIRE_OK(sysv::shmat(id, nullptr, 0));
        }
    };
    print_least(std::string { "exit,1000-segments" } + (is_attached ? ",attached" : "")
                    + (is_forced ? ",forced" : ""),
                [&] {
                    const Nanoseconds worst = delay_by_leaving(prepare, Leave::Exit);
                    for (const int id : *made)
                        (void)sysv::shmctl(id, IPC_RMID);
                    return worst;
                });
    REQUIRE_OK(forced.write("0"));
}

TEST(undo_at_exit)
{
    measure_leaving(
        "exit,nothing", [] {}, Leave::Exit);
    measure_leaving(
        "unshare,nothing", [] {}, Leave::Unshare);
    measure_undo(1, 500, 500);
    measure_undo(is_short() ? 200 : 1000, 500, 500);
}

TEST(undo_of_large_sets_at_exit)
{
    measure_undo(is_short() ? 10 : 100, 32000, 20000);
}

TEST(undo_of_single_operations_at_exit)
{
    measure_undo(8000, 1, 1);
}

TEST(segments_at_exit)
{
    for (const bool is_forced : { false, true })
        for (const bool is_attached : { false, true })
            measure_segments(is_forced, is_attached);
}

TEST(whole_sets)
{
    using Who = RecordHolders::Who;
    const int many = is_short() ? 300 : 6000;
    measure_whole_set("32000-semaphores,0-records", 32000, 0, Who::Owner);
    measure_whole_set("32000-semaphores,100-strangers", 32000, 100, Who::Strangers);
    measure_whole_set("32000-semaphores," + std::to_string(many) + "-records", 32000, many,
                      Who::Owner);
    measure_whole_set("500-semaphores," + std::to_string(many) + "-records", 500, many, Who::Owner);
}

// The receiver takes none of the text.
TEST(freeing_a_long_message)
{
    if (read_file("/proc/cmdline").value_or("").find("preempt=full") != std::string::npos)
        harness::skip("the kernel preempts every loop");
    require_one_cpu();
    const std::size_t size = std::size_t { is_short() ? 8u : 64u } << 20;
    REQUIRE_OK(LimitFile { "msgmax" }.write(std::to_string(size)));
    REQUIRE_OK(LimitFile { "msgmnb" }.write(std::to_string(size)));
    const Queue queue;
    REQUIRE_OK(queue.send(1, std::string(size, 'x')));
    Probe probe;
    long type = 0;
    REQUIRE_OK(sysv::msgrcv(queue.id(), &type, 0, 0, MSG_NOERROR));
    print_row("msgrcv," + std::to_string(size >> 20) + "-MiB,neighbour", probe.worst(), "ns");
}

TEST(inversion)
{
    require_one_cpu();
    sleep_until(now() + 2000 * kMillisecond); // for RCU and workers to finish
    const int tries = is_short() ? 30 : 120;
    constexpr Nanoseconds kRange = 6 * kMicrosecond; // longer than any of the calls
    for (const inversion::Sleep& sleep : inversion::sleeps()) {
        int late = 0;
        Nanoseconds worst = 0;
        for (int i = 0; i < tries; ++i) {
            const Nanoseconds lateness = inversion::play(sleep, i * kRange / tries).lateness;
            late += lateness > inversion::kLate ? 1 : 0;
            worst = std::max(worst, lateness);
        }
        print_row(std::string { sleep.name } + ",late-of-" + std::to_string(tries), late, "times");
        print_row(std::string { sleep.name } + ",worst", worst, "ns");
    }
}

} // namespace

int main(int argc, char** argv)
{
    harness::set_time_limit(7200);
    return harness::run_tests(argc, argv);
}
