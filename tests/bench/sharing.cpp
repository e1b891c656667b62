// SPDX-License-Identifier: GPL-2.0
/*
 * sharing: two CPUs make the same calls at the same time, to see which memory both write.
 *
 * Runs under QEMU with sharing_plugin.cpp, which counts.  Each test prints "# sharing ROW CALLS": how many calls
 * each CPU has made in the section that the plugin counted.  scripts/measure joins both.
 *
 *   sharing [NAME]...
 */
#include "bench/bench.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <functional>
#include <string>

namespace {

constexpr int kCpus = 2;

// Each CPU does its work so often; a work is one call, or some that belong together.
void measure(const std::string& row, const std::function<void(int cpu)>& work)
{
    constexpr int kCalls = 2000;
    const Shared<Rendezvous> start;
    const auto body = [&](int cpu) {
        return [&, cpu] {
            pin_to_cpu(cpu);
            work(cpu);
            start->meet(kCpus);
            bench::mark_start();
            for (int i = 0; i < kCalls; ++i) {
                bench::mark_call();
                work(cpu);
            }
            bench::mark_stop();
            return Outcome::raw(0);
        };
    };
    Actor first { body(0) };
    Actor second { body(1) };
    REQUIRE_OK(first.join());
    REQUIRE_OK(second.join());
    harness::note("sharing " + row + ' ' + std::to_string(kCalls));
}

struct Message {
    long type;
    char text[8];
};

void exchange(const Queue& queue, long type)
{
    Message message { type, {} };
    REQUIRE_OK(sysv::msgsnd(queue.id(), &message, sizeof(message.text), IPC_NOWAIT));
    REQUIRE_OK(sysv::msgrcv(queue.id(), &message, sizeof(message.text), type, IPC_NOWAIT));
}

void change(const SemSet& set, int number)
{
    sembuf one = up(number);
    REQUIRE_OK(sysv::semop(set.id(), &one, 1));
}

void attach(const Segment& segment)
{
    const long address = REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0));
    REQUIRE_OK(sysv::shmdt(reinterpret_cast<void*>(address)));
}

TEST(queues)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    const Queue own[kCpus];
    measure("msgget,existing", [&](int) { REQUIRE_OK(sysv::msgget(key, 0)); });
    measure("msgget+RMID", [](int) {
        const auto made = static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0600)));
        REQUIRE_OK(sysv::msgctl(made, IPC_RMID, nullptr));
    });
    measure("msgsnd+msgrcv,same-queue", [&](int cpu) { exchange(queue, 1 + cpu); });
    measure("msgsnd+msgrcv,own-queue", [&](int cpu) { exchange(own[cpu], 1); });
}

// A round trip: one CPU asks, the other answers.
TEST(a_round_trip)
{
    const Queue questions;
    const Queue answers;
    measure("round-trip", [&](int cpu) {
        const Queue& to = cpu == 0 ? questions : answers;
        const Queue& from = cpu == 0 ? answers : questions;
        Message message { 1, {} };
        if (cpu == 0)
            REQUIRE_OK(sysv::msgsnd(to.id(), &message, sizeof(message.text), 0));
        REQUIRE_OK(sysv::msgrcv(from.id(), &message, sizeof(message.text), 1, 0));
        if (cpu != 0)
            REQUIRE_OK(sysv::msgsnd(to.id(), &message, sizeof(message.text), 0));
    });
}

TEST(sets)
{
    const key_t key = unused_set_key();
    const SemSet set { 2, 0600, key };
    const SemSet own[kCpus];
    measure("semget,existing", [&](int) { REQUIRE_OK(sysv::semget(key, 0, 0)); });
    measure("semget+RMID", [](int) {
        const auto made = static_cast<int>(REQUIRE_OK(sysv::semget(IPC_PRIVATE, 1, 0600)));
        REQUIRE_OK(sysv::semctl(made, 0, IPC_RMID));
    });
    measure("semop,same-semaphore", [&](int) { change(set, 0); });
    measure("semop,another-semaphore", [&](int cpu) { change(set, cpu); });
    measure("semop,own-set", [&](int cpu) { change(own[cpu], 0); });
}

TEST(segments)
{
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0600, key };
    const Segment own[kCpus];
    measure("shmget,existing", [&](int) { REQUIRE_OK(sysv::shmget(key, 0, 0)); });
    measure("shmat+shmdt,same-segment", [&](int) { attach(segment); });
    measure("shmat+shmdt,own-segment", [&](int cpu) { attach(own[cpu]); });
}

} // namespace

int main(int argc, char** argv)
{
    return harness::run_tests(argc, argv);
}
