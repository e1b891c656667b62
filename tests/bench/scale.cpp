// SPDX-License-Identifier: GPL-2.0
/*
 * scale: the cost of calls with many objects, waiting tasks, messages or undo records.
 *
 * Needs a clock that counts instructions (qemu/run --instruction-clock).  Each line is "# scale ROW INSTRUCTIONS",
 * for one call or a pair of them, without entering and leaving the kernel.  scripts/measure runs it on kernels with
 * and without the module, and compares.
 *
 *   scale [NAME]...
 */
#include "bench/sleepers.hpp"
#include "lib/harness.hpp"
#include "lib/limit_file.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <atomic>
#include <deque>
#include <sched.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace bench;

// `work` makes so many system calls.
void print_row(const std::string& call, long count, const char* of_what, const Work& work,
               int calls)
{
    static const long entry = cost_of([] { syscall(SYS_getppid); });
    harness::note("scale " + call + ',' + std::to_string(count) + '-' + of_what + ' '
                  + std::to_string(cost_of(work) - calls * entry));
}

// The key of the one in the middle, which calls are made about.
key_t key_in_the_middle()
{
    return 0x5359;
}

template <class Object, class... Arguments>
std::deque<Object> many(long count, Arguments... arguments)
{
    std::deque<Object> objects;
    for (long i = 0; i < count; ++i)
        objects.emplace_back(arguments..., i == count / 2 ? key_in_the_middle() : IPC_PRIVATE);
    return objects;
}

struct Message {
    long type;
    char text[8];
};

void allow_objects(const char* limit, const char* value)
{
    REQUIRE_OK(LimitFile { limit }.write(value));
}

TEST(among_queues)
{
    allow_objects("msgmni", "2000000");
    for (const long count : { 1L, 1'000L, 1'000'000L }) {
        const auto queues = many<Queue>(count, 0600);
        const int id = queues[static_cast<std::size_t>(count / 2)].id();
        Message message { 1, {} };
        sysv::QueueStat stat;
        settle();
        print_row(
            "msgget", count, "queues", [] { REQUIRE_OK(sysv::msgget(key_in_the_middle(), 0)); }, 1);
        print_row(
            "IPC_STAT", count, "queues", [&] { REQUIRE_OK(sysv::msgctl(id, IPC_STAT, &stat)); }, 1);
        print_row(
            "msgsnd+msgrcv", count, "queues",
            [&] {
                REQUIRE_OK(sysv::msgsnd(id, &message, 8, IPC_NOWAIT));
                REQUIRE_OK(sysv::msgrcv(id, &message, 8, 0, IPC_NOWAIT));
            },
            2);
        print_row(
            "msgget+RMID", count, "queues",
            [] {
                const auto made = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
                REQUIRE_OK(sysv::msgctl(made, IPC_RMID, nullptr));
            },
            2);
    }
}

TEST(among_sets)
{
    allow_objects("sem", "32000 1024000000 500 2000000");
    for (const long count : { 1L, 1'000L, 1'000'000L }) {
        const auto sets = many<SemSet>(count, 1, 0600);
        const int id = sets[static_cast<std::size_t>(count / 2)].id();
        sembuf one = up();
        settle();
        print_row(
            "semget", count, "sets", [] { REQUIRE_OK(sysv::semget(key_in_the_middle(), 0, 0)); },
            1);
        print_row(
            "semop", count, "sets",
            [&] {
                REQUIRE_OK(sysv::semop(id, &one, 1));
                one.sem_op = static_cast<short>(-one.sem_op);
            },
            1);
        print_row(
            "semget+RMID", count, "sets",
            [] {
                const auto made = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600)));
                REQUIRE_OK(sysv::semctl(made, 0, IPC_RMID));
            },
            2);
    }
}

TEST(among_segments)
{
    allow_objects("shmmni", "2000000");
    for (const long count : { 1L, 1'000L, 30'000L }) {
        const auto segments = many<Segment>(count, kPage, 0600);
        const int id = segments[static_cast<std::size_t>(count / 2)].id();
        sysv::SegmentStat stat;
        settle();
        print_row(
            "shmget", count, "segments",
            [] { REQUIRE_OK(sysv::shmget(key_in_the_middle(), 0, 0)); }, 1);
        print_row(
            "shm_IPC_STAT", count, "segments",
            [&] { REQUIRE_OK(sysv::shmctl(id, IPC_STAT, &stat)); }, 1);
        print_row(
            "shmat+shmdt", count, "segments",
            [&] {
                const long address = REQUIRE_OK(sysv::shmat(id, nullptr, 0));
                REQUIRE_OK(sysv::shmdt(reinterpret_cast<void*>(address)));
            },
            2);
    }
}

TEST(beside_sleepers)
{
    for (const long count : { 1L, 100L, 10'000L }) {
        SemSet set { 2 };
        const Sleepers sleepers { count, [&] { (void)set.operate({ down(0, 1000) }); } };
        EXPECT_EQ(set.waiting_for_increase(), count);
        const auto change = [&](int number) {
            return [&set, number] {
                sembuf one = up(number);
                REQUIRE_OK(sysv::semop(set.id(), &one, 1));
                one = down(number);
                REQUIRE_OK(sysv::semop(set.id(), &one, 1));
            };
        };
        print_row("semop+semop", count, "waiters-for-more", change(0), 2);
        print_row("semop+semop,other-semaphore", count, "waiters-for-more", change(1), 2);
        REQUIRE_OK(set.remove());
    }
    for (const long count : { 1L, 100L, 10'000L }) {
        Queue queue;
        const Sleepers sleepers { count, [&] { (void)queue.receive(7, 0); } };
        Message message { 1, {} };
        print_row(
            "msgsnd+msgrcv", count, "receivers-of-another-type",
            [&] {
                message.type = 1;
                REQUIRE_OK(sysv::msgsnd(queue.id(), &message, 8, IPC_NOWAIT));
                REQUIRE_OK(sysv::msgrcv(queue.id(), &message, 8, 1, IPC_NOWAIT));
            },
            2);
        REQUIRE_OK(queue.remove());
    }
}

// The time that other users of the queue may have to wait: no receiver runs before it ends.
void print_once(const std::string& call, long count, const Work& work)
{
    const long start = now();
    work();
    harness::note("scale " + call + ',' + std::to_string(count) + "-receivers "
                  + std::to_string(now() - start));
}

TEST(waking_all_receivers)
{
    const sched_param first { 1 };
    REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first), 0);
    for (const long count : { 1L, 100L, 10'000L }) {
        Queue queue;
        std::atomic<long> next_type { 1 };
        const Sleepers receivers { count, [&] { (void)queue.receive(next_type++, 0); } };
        sysv::QueueStat stat;
        REQUIRE_OK(sysv::msgctl(queue.id(), IPC_STAT, &stat));
        print_once("IPC_SET", count, [&] { REQUIRE_OK(sysv::msgctl(queue.id(), IPC_SET, &stat)); });
        settle();
        print_once("IPC_RMID", count, [&] { REQUIRE_OK(queue.remove()); });
    }
}

TEST(among_messages)
{
    REQUIRE_OK(LimitFile { "msgmnb" }.write("10000000"));
    for (const long count : { 1L, 100L, 10'000L }) {
        const Queue queue;
        for (long type = 1; type <= count; ++type)
            REQUIRE_OK(queue.send(type, "12345678"));
        Message message { count + 1, {} };
        print_row(
            "msgsnd+msgrcv,by-type", count, "messages-of-other-types",
            [&] {
                REQUIRE_OK(sysv::msgsnd(queue.id(), &message, 8, IPC_NOWAIT));
                REQUIRE_OK(sysv::msgrcv(queue.id(), &message, 8, message.type, IPC_NOWAIT));
            },
            2);
    }
}

TEST(with_undo_records)
{
    for (const long count : { 1L, 1'000L, 8'000L }) {
        const auto sets = many<SemSet>(count, 1, 0600);
        for (const SemSet& set : sets)
            REQUIRE_OK(set.operate({ undone(up()) }));
        sembuf one = undone(up());
        const int id = sets.front().id();
        print_row(
            "semop,UNDO", count, "records",
            [&] {
                REQUIRE_OK(sysv::semop(id, &one, 1));
                one.sem_op = static_cast<short>(-one.sem_op);
            },
            1);
    }
}

} // namespace

int main(int argc, char** argv)
{
    harness::set_time_limit(7200);
    return harness::run_tests(argc, argv);
}
