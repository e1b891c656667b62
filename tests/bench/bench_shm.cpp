// SPDX-License-Identifier: GPL-2.0
/* Benchmark cases of the shared memory calls. */
#include "bench/bench.hpp"

#include <deque>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

namespace bench {

namespace {

constexpr std::size_t kSize = 4096;
constexpr key_t kKey = 0x62656e63;

// These calls take ten and more times as long as the others.
constexpr Plan kFewUntilFreed { 200, 5, kTenTicks };
constexpr Plan kForks { 50, 5, kTenTicks };

class Segment {
public:
    explicit Segment(key_t key = IPC_PRIVATE)
        : id { must(call(SYS_shmget, key, kSize, IPC_CREAT | 0600)) }
    {
    }
    ~Segment() { call(SYS_shmctl, id, IPC_RMID, nullptr); }
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    const long id;
};

class Attachment {
public:
    Attachment() : address_ { must(call(SYS_shmat, segment_.id, nullptr, 0)) } { }
    ~Attachment() { call(SYS_shmdt, address_); }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

private:
    const Segment segment_;
    const long address_;
};

void get_existing(Meter& meter)
{
    const Segment segment { kKey };
    meter.count(kAtOnce, 1, [] { return call(SYS_shmget, kKey, kSize, 0); });
}

void get_and_remove(Meter& meter)
{
    const auto create = [] { return call(SYS_shmget, IPC_PRIVATE, kSize, 0600); };
    const auto remove = [](long id) { return call(SYS_shmctl, id, IPC_RMID, nullptr); };
    begin_index_cycle(create, remove);
    meter.count(kFewUntilFreed, 2, [=] {
        const long id = create();
        return id | remove(id);
    });
}

void attach_and_detach(Meter& meter)
{
    const Segment segment;
    meter.count(kFewUntilFreed, 2, [&] {
        const long address = call(SYS_shmat, segment.id, nullptr, 0);
        return address | call(SYS_shmdt, address);
    });
}

void whole_life(Meter& meter)
{
    meter.count(kFewUntilFreed, 4, [] {
        const long id = call(SYS_shmget, IPC_PRIVATE, kSize, 0600);
        const long address = call(SYS_shmat, id, nullptr, 0);
        const long detached = call(SYS_shmdt, address);
        return id | address | detached | call(SYS_shmctl, id, IPC_RMID, nullptr);
    });
}

void stat(Meter& meter)
{
    const Segment segment;
    shmid_ds status;
    meter.count(kAtOnce, 1, [&] { return call(SYS_shmctl, segment.id, IPC_STAT, &status); });
}

void proc_line(Meter& meter)
{
    constexpr int kRows = 1000;
    const std::deque<Segment> segments(kRows);
    meter.count_lines("/proc/sysvipc/shm", kRows);
}

template <int attached>
void fork_and_exit(Meter& meter)
{
    const std::deque<Attachment> attachments(attached);
    meter.count(kForks, 3, [] {
        const long child = call(SYS_fork);
        if (child == 0)
            call(SYS_exit, 0);
        return child | call(SYS_wait4, child, nullptr, 0, nullptr);
    });
}

} // namespace

const std::vector<Case> kMemoryCases {
    { "shmget,existing", "shmget", get_existing },
    { "shmget+RMID", "shmget", get_and_remove },
    { "shmat+shmdt", "shmat", attach_and_detach },
    { "shmget+shmat+shmdt+RMID", "shmat", whole_life },
    { "shmctl,IPC_STAT", "shmctl", stat },
    { "/proc/sysvipc/shm,line", "shmctl", proc_line },
    // The cost of every process, and the additional cost of attached segments.
    { "fork+exit", "-", fork_and_exit<0> },
    { "fork+exit,1-attached", "shmat", fork_and_exit<1>, "fork+exit" },
    { "fork+exit,64-attached", "shmat", fork_and_exit<64>, "fork+exit" },
};

} // namespace bench
