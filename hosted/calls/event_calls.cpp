// SPDX-License-Identifier: GPL-2.0
/* The trace events: their fields and their order. */
#include "../events.hpp"
#include "../machine.hpp"
#include "rows.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

constexpr long long kSecond = 1'000'000'000;
constexpr std::size_t kPage = 4096;

struct TextMessage {
    long type;
    char text[100];
};

/* The events since listen_to_events(). */
void expect_events(const Words& heard, const Words& expected)
{
    if (heard == expected)
        return;
    for (const std::string& event : heard)
        std::printf("# heard: %s\n", event.c_str());
    EXPECT(heard == expected);
}

/* Removes the duration of a sleep, which must be at least @least nanoseconds. */
Words without_waits(Words heard, long long least)
{
    for (std::string& event : heard) {
        if (!event.starts_with("sem_woken"))
            continue;
        const std::size_t last = event.rfind(' ');
        EXPECT(std::stoll(event.substr(last)) >= least);
        event.resize(last);
    }
    return heard;
}

} // namespace

TEST(calls_emit_events)
{
    Process self;
    Process stranger { user(7) };
    listen_to_events();
    const int queue = static_cast<int>(self.msgget(5, IPC_CREAT | 0600));
    TextMessage message { 3, {} };
    EXPECT_EQ(self.msgsnd(queue, &message, 4, 0), 0);
    EXPECT_EQ(stranger.msgrcv(queue, &message, 100, 0, IPC_NOWAIT), -EACCES);
    EXPECT_EQ(stranger.msgctl(queue, IPC_RMID, nullptr), -EPERM);
    EXPECT_EQ(self.msgrcv(queue, &message, 100, 0, IPC_NOWAIT), 4);
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.msgget(5, 0), -ENOENT);
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), -EINVAL);
    const std::string id = std::to_string(queue);
    expect_events(
        stop_listening(),
        (Words { "ipc_created 1 " + id + " 5 384 0", "msg_sent " + id + " 3 4 1",
                 "ipc_refused " + id + " 5 292 7 0 0 384", "ipc_refused " + id + " 5 0 7 0 0 384",
                 "msg_received " + id + " 3 4 0", "ipc_removed 1 " + id + " 5 0",
                 "ipc_not_found 1 1 5", "ipc_not_found 1 0 " + id }));

    listen_to_events();
    int set = 0;
    {
        Process holder;
        set = static_cast<int>(holder.semget(IPC_PRIVATE, 2, IPC_CREAT | 0600));
        sembuf up { 1, 2, SEM_UNDO };
        EXPECT_EQ(holder.semop(set, &up, 1), 0);
        sembuf both[] { { 0, 1, 0 }, { 1, 1, 0 } };
        EXPECT_EQ(holder.semop(set, both, 2), 0);
        const sembuf many[501] {};
        EXPECT_EQ(holder.semop(set, many, 501), -E2BIG);
    }
    EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
    const std::string name = std::to_string(set);
    expect_events(stop_listening(),
                  (Words { "ipc_created 0 " + name + " 0 384 2", "sem_done " + name + " 1 2 1 2",
                           "sem_done " + name + " 0 1 2 1", "ipc_limit_hit 5 500 0 501",
                           "sem_undone " + name + " 1 -2 1", "ipc_removed 0 " + name + " 0 0" }));

    listen_to_events();
    const int segment = static_cast<int>(self.shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600));
    const long address = self.shmat(segment, nullptr, 0);
    EXPECT_EQ(self.shmctl(segment, IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.shmdt(reinterpret_cast<void*>(address)), 0);
    const int unused = static_cast<int>(self.shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600));
    EXPECT_EQ(self.shmctl(unused, IPC_RMID, nullptr), 0);
    const std::string mapped = std::to_string(segment);
    const std::string other = std::to_string(unused);
    expect_events(
        stop_listening(),
        (Words { "ipc_created 2 " + mapped + " 0 384 100", "shm_attached " + mapped + " 2",
                 "shm_marked " + mapped + " 1", "shm_detached " + mapped + " 0",
                 "ipc_removed 2 " + mapped + " 0 3", "ipc_created 2 " + other + " 0 384 100",
                 "ipc_removed 2 " + other + " 0 0" }));
}

TEST(a_wait_for_a_message_or_for_room_emits_blocked)
{
    Process self;
    Process other;
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    const std::string id = std::to_string(queue);
    TextMessage message { 7, {} };
    listen_to_events();
    {
        TextMessage received {};
        Running wait { other, [&] { EXPECT_EQ(other.msgrcv(queue, &received, 100, -9, 0), 4); } };
        wait_until([&] { return other.is_asleep(); }, "it waits for a message");
        EXPECT_EQ(self.msgsnd(queue, &message, 4, 0), 0);
    }
    expect_events(stop_listening(),
                  { "msg_blocked " + id + " 0 -9 100 0", "msg_sent " + id + " 7 4 1",
                    "msg_handed_over " + id + " 7 4" });

    msqid_ds stat {};
    EXPECT_EQ(self.msgctl(queue, IPC_STAT, &stat), 0);
    stat.msg_qbytes = 5;
    EXPECT_EQ(self.msgctl(queue, IPC_SET, &stat), 0);
    EXPECT_EQ(self.msgsnd(queue, &message, 5, 0), 0);
    listen_to_events();
    {
        const TextMessage second { 8, {} };
        Running wait { other, [&] { EXPECT_EQ(other.msgsnd(queue, &second, 2, 0), 0); } };
        wait_until([&] { return other.is_asleep(); }, "it waits for room");
        EXPECT_EQ(self.msgrcv(queue, &message, 100, 7, 0), 5);
    }
    expect_events(stop_listening(),
                  { "ipc_limit_hit 1 16384 5 2", "msg_blocked " + id + " 1 8 2 1",
                    "msg_received " + id + " 7 5 0", "msg_sent " + id + " 8 2 1" });
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
}

TEST(a_wait_for_a_semaphore_emits_blocked_and_woken)
{
    Process self;
    Process other;
    const int set = static_cast<int>(self.semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
    const std::string id = std::to_string(set);
    const auto wait_while = [&](std::vector<sembuf> operations, long result,
                                const std::function<void()>& ending) {
        listen_to_events();
        {
            Running wait { other, [&] {
                              EXPECT_EQ(other.semop(set, operations.data(),
                                                    static_cast<unsigned>(operations.size())),
                                        result);
                          } };
            wait_until([&] { return other.is_asleep(); }, "it waits");
            machine::advance(3 * kSecond);
            ending();
        }
        return without_waits(stop_listening(), 3 * kSecond);
    };
    sembuf up { 1, 1, 0 };
    expect_events(wait_while({ { 1, -1, 0 } }, 0, [&] { EXPECT_EQ(self.semop(set, &up, 1), 0); }),
                  { "sem_blocked " + id + " 1 -1 1 0", "sem_done " + id + " 1 1 1 1",
                    "sem_done " + id + " 1 -1 1 0", "sem_woken " + id + " 0" });
    EXPECT_EQ(self.semop(set, &up, 1), 0);
    /* The second of three operations cannot be done, as the first has used up the value. */
    sembuf twice { 1, 2, 0 };
    expect_events(wait_while({ { 1, -1, 0 }, { 1, -2, 0 }, { 0, 1, 0 } }, 0,
                             [&] { EXPECT_EQ(self.semop(set, &twice, 1), 0); }),
                  { "sem_blocked " + id + " 1 -2 3 1", "sem_done " + id + " 1 2 1 3",
                    "sem_done " + id + " 1 -1 3 0", "sem_woken " + id + " 0" });
    expect_events(wait_while({ { 2, -5, 0 } }, -EINTR, [&] { other.signal(); }),
                  { "sem_blocked " + id + " 2 -5 1 0", "sem_woken " + id + " 4" });
    drop_signals(other.task());
    const timespec soon { 0, 1'000'000 };
    sembuf down { 2, -5, 0 };
    listen_to_events();
    EXPECT_EQ(self.semtimedop(set, &down, 1, &soon), -EAGAIN);
    expect_events(without_waits(stop_listening(), 1'000'000),
                  { "sem_blocked " + id + " 2 -5 1 0", "sem_woken " + id + " 11" });
    EXPECT_EQ(self.semctl(set, 2, SETVAL, 9), 0);
    Words heard = wait_while({ { 2, 0, 0 } }, -EIDRM,
                             [&] { EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0); });
    std::sort(heard.begin(),
              heard.end()); /* the sleeper may run before or after the remover emits its event */
    expect_events(heard,
                  { "ipc_removed 0 " + id + " 0 0", "sem_blocked " + id + " 2 0 1 9",
                    "sem_woken " + id + " 43" });
}

TEST(a_call_emits_done_for_the_first_of_its_operations)
{
    Process self;
    const int set = static_cast<int>(self.semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
    const std::string id = std::to_string(set);
    listen_to_events();
    sembuf up { 2, 5, 0 };
    EXPECT_EQ(self.semop(set, &up, 1), 0);
    sembuf down { 2, -2, 0 };
    EXPECT_EQ(self.semop(set, &down, 1), 0);
    sembuf several[] { { 1, 4, 0 }, { 2, -1, 0 }, { 0, 0, 0 } };
    EXPECT_EQ(self.semop(set, several, 3), 0);
    sembuf at_once { 0, -1, IPC_NOWAIT };
    EXPECT_EQ(self.semop(set, &at_once, 1), -EAGAIN); /* neither done nor blocked */
    expect_events(stop_listening(),
                  { "sem_done " + id + " 2 5 1 5", "sem_done " + id + " 2 -2 1 3",
                    "sem_done " + id + " 1 4 3 4" });
    EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
}

TEST(the_end_of_a_namespace_emits_removed_for_each_object)
{
    Process self;
    std::string ids[3];
    {
        Process inside { self, kNewIpc };
        ids[0] = std::to_string(inside.semget(8, 2, IPC_CREAT | 0600));
        ids[1] = std::to_string(inside.msgget(9, IPC_CREAT | 0600));
        ids[2] = std::to_string(inside.shmget(10, 1, IPC_CREAT | 0600));
        listen_to_events();
    }
    wait_until([] { return unload_module() == 0; }, "the namespace is buried");
    Words heard = stop_listening();
    std::sort(heard.begin(), heard.end());
    expect_events(heard,
                  { "ipc_removed 0 " + ids[0] + " 8 1", "ipc_removed 1 " + ids[1] + " 9 1",
                    "ipc_removed 2 " + ids[2] + " 10 1" });
    EXPECT_EQ(load_module(), 0);
}

TEST(copied_and_split_mappings_emit_attached)
{
    Process self;
    const int segment = static_cast<int>(self.shmget(IPC_PRIVATE, 3 * kPage, IPC_CREAT | 0600));
    const std::string id = std::to_string(segment);
    char* start = reinterpret_cast<char*>(self.shmat(segment, nullptr, 0));
    listen_to_events();
    {
        Process child { self, 0 };
    }
    expect_events(stop_listening(), { "shm_attached " + id + " 2", "shm_detached " + id + " 1" });
    listen_to_events();
    EXPECT_EQ(self.munmap(start + kPage, kPage), 0);
    expect_events(
        stop_listening(),
        { "shm_attached " + id + " 2", "shm_attached " + id + " 3", "shm_detached " + id + " 2" });
    EXPECT_EQ(self.shmdt(start), 0);
    EXPECT_EQ(self.shmctl(segment, IPC_RMID, nullptr), 0);
}
