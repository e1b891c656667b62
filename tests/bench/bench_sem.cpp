// SPDX-License-Identifier: GPL-2.0
/* Benchmark cases of the semaphore calls. */
#include "bench/bench.hpp"

#include <deque>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>

namespace bench {

namespace {

constexpr key_t kKey = 0x62656e63;

class Set {
public:
    explicit Set(int semaphores = 1, key_t key = IPC_PRIVATE)
        : id { must(call(SYS_semget, key, semaphores, IPC_CREAT | 0600)) }
    {
    }
    ~Set() { call(SYS_semctl, id, 0, IPC_RMID, 0); }
    Set(const Set&) = delete;
    Set& operator=(const Set&) = delete;

    const long id;
};

void get_existing(Meter& meter)
{
    const Set set { 1, kKey };
    meter.count(kAtOnce, 1, [] { return call(SYS_semget, kKey, 0, 0); });
}

template <int present, key_t key = IPC_PRIVATE>
void get_and_remove(Meter& meter)
{
    const auto create = [] { return call(SYS_semget, key, 1, IPC_CREAT | 0600); };
    const auto remove = [](long id) { return call(SYS_semctl, id, 0, IPC_RMID, 0); };
    begin_index_cycle(create, remove);
    const std::deque<Set> others(present);
    meter.count(kUntilFreed, 2, [=] {
        const long id = create();
        return id | remove(id);
    });
}

// One more in each semaphore of a set, then one less: the cost is for one of the two calls.
template <unsigned short count, short flags>
void operate(Meter& meter)
{
    const Set set { count };
    std::array<sembuf, count> up;
    std::array<sembuf, count> down;
    for (unsigned short i = 0; i < count; ++i) {
        up[i] = { i, 1, flags };
        down[i] = { i, -1, flags };
    }
    const auto up_and_down = [&] {
        const long status = call(SYS_semop, set.id, up.data(), count);
        return status | call(SYS_semop, set.id, down.data(), count);
    };
    meter.count(kAtOnce, 2, up_and_down, 2);
}

// By a task that has undo records of many sets, each of which it uses in turn.
template <int records>
void operate_in_turn(Meter& meter)
{
    const std::deque<Set> sets(records);
    sembuf up { 0, 1, SEM_UNDO };
    sembuf down { 0, -1, SEM_UNDO };
    auto next = sets.begin();
    const auto up_and_down = [&] {
        if (next == sets.end())
            next = sets.begin();
        const long status = call(SYS_semop, next->id, &up, 1);
        return status | call(SYS_semop, next++->id, &down, 1);
    };
    for (int i = 0; i < records; ++i)
        must(up_and_down());
    // However many rounds are of it, each begins with the same set.
    constexpr int kTurns = (200 + records - 1) / records;
    meter.count({ records * kTurns, 3 }, 2, up_and_down, 2);
}

void get_value(Meter& meter)
{
    const Set set;
    meter.count(kAtOnce, 1, [&] { return call(SYS_semctl, set.id, 0, GETVAL, 0); });
}

void set_value(Meter& meter)
{
    const Set set;
    meter.count(kAtOnce, 1, [&] { return call(SYS_semctl, set.id, 0, SETVAL, 7); });
}

void stat(Meter& meter)
{
    const Set set;
    semid_ds status;
    meter.count(kAtOnce, 1, [&] { return call(SYS_semctl, set.id, 0, IPC_STAT, &status); });
}

void proc_line(Meter& meter)
{
    constexpr int kRows = 1000;
    const std::deque<Set> sets(kRows);
    meter.count_lines("/proc/sysvipc/sem", kRows);
}

} // namespace

const std::vector<Case> kSemaphoreCases {
    { "semget,existing", "semget", get_existing },
    { "semget+RMID", "semget", get_and_remove<0> },
    { "semget+RMID,key", "semget", get_and_remove<0, kKey> },
    { "semget+RMID,10-present", "semget", get_and_remove<10> },
    { "semget+RMID,1000-present", "semget", get_and_remove<1000> },
    { "semget+RMID,30000-present", "semget", get_and_remove<30000> },
    { "semop", "semop", operate<1, 0> },
    { "semop,UNDO", "semop", operate<1, SEM_UNDO> },
    { "semop,UNDO,10-records", "semop", operate_in_turn<10> },
    { "semop,UNDO,1000-records", "semop", operate_in_turn<1000> },
    { "semop,UNDO,8000-records", "semop", operate_in_turn<8000> },
    { "semop,8-operations", "semop", operate<8, 0> },
    { "semop,8-operations,UNDO", "semop", operate<8, SEM_UNDO> },
    { "semctl,GETVAL", "semctl", get_value },
    { "semctl,SETVAL", "semctl", set_value },
    { "semctl,IPC_STAT", "semctl", stat },
    { "/proc/sysvipc/sem,line", "semctl", proc_line },
};

} // namespace bench
