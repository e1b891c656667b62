// SPDX-License-Identifier: GPL-2.0
/* Benchmark cases of the message queue calls. */
#include "bench/bench.hpp"

#include <deque>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>

namespace bench {

namespace {

constexpr key_t kKey = 0x62656e63;

class Queue {
public:
    explicit Queue(key_t key = IPC_PRIVATE) : id { must(call(SYS_msgget, key, IPC_CREAT | 0600)) }
    {
    }
    ~Queue() { call(SYS_msgctl, id, IPC_RMID, nullptr); }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    const long id;
};

struct Message {
    long type;
    char text[8192];
};

void get_existing(Meter& meter)
{
    const Queue queue { kKey };
    meter.count(kAtOnce, 1, [] { return call(SYS_msgget, kKey, 0); });
}

template <int present, key_t key = IPC_PRIVATE>
void get_and_remove(Meter& meter)
{
    const auto create = [] { return call(SYS_msgget, key, IPC_CREAT | 0600); };
    const auto remove = [](long id) { return call(SYS_msgctl, id, IPC_RMID, nullptr); };
    begin_index_cycle(create, remove);
    const std::deque<Queue> others(present);
    meter.count(kUntilFreed, 2, [=] {
        const long id = create();
        return id | remove(id);
    });
}

void count_send_and_receive(Meter& meter, const Queue& queue, int size, long wanted)
{
    const Message sent { 1, {} };
    Message received;
    meter.count(kAtOnce, 2, [&] {
        const long status = call(SYS_msgsnd, queue.id, &sent, size, IPC_NOWAIT);
        return status | call(SYS_msgrcv, queue.id, &received, size, wanted, IPC_NOWAIT);
    });
}

template <int size>
void send_and_receive(Meter& meter)
{
    const Queue queue;
    count_send_and_receive(meter, queue, size, 0);
}

void receive_by_type(Meter& meter)
{
    const Queue queue;
    constexpr int kSize = 64;
    for (int i = 0; i < 200; ++i) {
        const Message other { 1000 + i, {} };
        must(call(SYS_msgsnd, queue.id, &other, kSize, IPC_NOWAIT));
    }
    count_send_and_receive(meter, queue, kSize, 1);
    // How deep the module's index is where this type belongs depends on random numbers.
    meter.margin = meter.per_unit / 10;
}

void stat(Meter& meter)
{
    const Queue queue;
    msqid_ds status;
    meter.count(kAtOnce, 1, [&] { return call(SYS_msgctl, queue.id, IPC_STAT, &status); });
}

void proc_line(Meter& meter)
{
    constexpr int kRows = 1000;
    const std::deque<Queue> queues(kRows);
    meter.count_lines("/proc/sysvipc/msg", kRows);
}

} // namespace

const std::vector<Case> kMessageCases {
    { "msgget,existing", "msgget", get_existing },
    { "msgget+RMID", "msgget", get_and_remove<0> },
    { "msgget+RMID,key", "msgget", get_and_remove<0, kKey> },
    { "msgget+RMID,10-present", "msgget", get_and_remove<10> },
    { "msgget+RMID,1000-present", "msgget", get_and_remove<1000> },
    { "msgget+RMID,30000-present", "msgget", get_and_remove<30000> },
    { "msgsnd+msgrcv,64B", "msgsnd", send_and_receive<64> },
    { "msgsnd+msgrcv,4KiB", "msgsnd", send_and_receive<4096> },
    { "msgsnd+msgrcv,8KiB", "msgsnd", send_and_receive<8192> },
    { "msgsnd+msgrcv,type,200-queued", "msgrcv", receive_by_type },
    { "msgctl,IPC_STAT", "msgctl", stat },
    { "/proc/sysvipc/msg,line", "msgctl", proc_line },
};

} // namespace bench
