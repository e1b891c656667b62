// SPDX-License-Identifier: GPL-2.0
/* Each call where any one of its allocations fails, and where its memory ends at any byte. */
#include "../fault.hpp"
#include "test.hpp"

#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

/* Makes the call with its first, second, ... allocation failing, until none of them does. */
void sweep(const std::function<long()>& call, const std::function<void(long)>& undo)
{
    for (unsigned long n = 1;; ++n) {
        fail_allocation(n);
        const long result = call();
        const bool has_failed = allocations_seen() >= n;
        fail_allocation(0);
        if (result >= 0)
            undo(result);
        else
            EXPECT(result == -ENOMEM || result == -ENOSPC);
        if (!has_failed)
            return;
    }
}

struct Message {
    long type { 1 };
    char text[8000] {};
};

} // namespace

TEST(any_allocation_of_a_call_may_fail)
{
    Process self;
    Process child { self, 0x40000 };
    static const Message message;
    sweep([&] { return self.msgget(5, IPC_CREAT | 0600); },
          [&](long id) { self.msgctl(static_cast<int>(id), IPC_RMID, nullptr); });
    sweep([&] { return self.semget(5, 3, IPC_CREAT | 0600); },
          [&](long id) { self.semctl(static_cast<int>(id), 0, IPC_RMID, 0); });
    sweep([&] { return self.shmget(5, 3, IPC_CREAT | 0600); },
          [&](long id) { self.shmctl(static_cast<int>(id), IPC_RMID, nullptr); });
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    sweep([&] { return self.msgsnd(queue, &message, 8000, IPC_NOWAIT); },
          [&](long) {
              static Message got;
              sweep([&] { return self.msgrcv(queue, &got, 8000, 0, IPC_NOWAIT | MSG_COPY); },
                    [](long) {});
              EXPECT_EQ(self.msgrcv(queue, &got, 8000, 0, IPC_NOWAIT), 8000);
          });
    self.msgctl(queue, IPC_RMID, nullptr);
    const int set = static_cast<int>(self.semget(IPC_PRIVATE, 300, IPC_CREAT | 0600));
    std::vector<sembuf> many(100, sembuf { 0, 0, SEM_UNDO });
    sweep([&] { return child.semop(set, many.data(), 100); }, [](long) {});
    std::vector<unsigned short> values(300);
    sweep(
        [&] { return self.semctl(set, 0, GETALL, reinterpret_cast<unsigned long>(values.data())); },
        [](long) {});
    sweep(
        [&] { return self.semctl(set, 0, SETALL, reinterpret_cast<unsigned long>(values.data())); },
        [](long) {});
    self.semctl(set, 0, IPC_RMID, 0);
    const int segment = static_cast<int>(self.shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    sweep([&] { return self.shmat(segment, nullptr, 0); },
          [&](long at) { EXPECT_EQ(self.shmdt(reinterpret_cast<void*>(at)), 0); });
    self.shmctl(segment, IPC_RMID, nullptr);
}

TEST(loading_may_run_out_of_memory_at_any_moment)
{
    EXPECT_EQ(unload_module(), 0);
    for (unsigned long n = 1;; ++n) {
        fail_allocation(n);
        const int result = load_module();
        const bool has_failed = allocations_seen() >= n;
        fail_allocation(0);
        if (!has_failed) {
            EXPECT_EQ(result, 0);
            break;
        }
        if (result == 0)
            EXPECT_EQ(unload_module(), 0);
        else
            EXPECT_EQ(result, -ENOMEM);
    }
}

TEST(user_memory_may_end_at_any_byte)
{
    Process self;
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    static Message message;
    constexpr std::size_t kSize = 64;
    for (std::size_t bytes = 0; bytes < sizeof(long) + kSize; ++bytes) {
        provoke_fault(reinterpret_cast<char*>(&message) + bytes, 1, Fault::Error);
        EXPECT_EQ(self.msgsnd(queue, &message, kSize, IPC_NOWAIT), -EFAULT);
        forget_faults();
        EXPECT_EQ(self.msgsnd(queue, &message, kSize, IPC_NOWAIT), 0);
        provoke_fault(reinterpret_cast<char*>(&message) + bytes, 1, Fault::Error);
        EXPECT_EQ(self.msgrcv(queue, &message, kSize, 0, IPC_NOWAIT), -EFAULT);
        forget_faults();
        EXPECT_EQ(self.msgrcv(queue, &message, kSize, 0, IPC_NOWAIT), -ENOMSG);
    }
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
}

TEST(a_stalled_copy_delays_nobody_and_keeps_the_module)
{
    Process self;
    Process stalled;
    static Message message;
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    provoke_fault(message.text, 8, Fault::Stall);
    {
        Running send { stalled, [&] { EXPECT_EQ(stalled.msgsnd(queue, &message, 8, 0), 0); } };
        struct {
            long type;
            char text[8];
        } other { 2, {} };
        EXPECT_EQ(self.msgsnd(queue, &other, 8, 0), 0);
        EXPECT_EQ(self.msgrcv(queue, &other, 8, 2, 0), 8);
        EXPECT_EQ(unload_module(), -EAGAIN);
        forget_faults();
    }
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
}
