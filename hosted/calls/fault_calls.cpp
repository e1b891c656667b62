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
    Process child { self, kSysvSem };
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
    sweep([&] { return self.msgsnd(queue, &message, 8, IPC_NOWAIT); }, [](long) {});
    static const Message without_type { 0, {} };
    fail_allocation(1);
    EXPECT_EQ(self.msgsnd(queue, &without_type, 8, IPC_NOWAIT), -EINVAL); /* checked first */
    fail_allocation(0);
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

/* An index that needs none is free, but it is not the next one's turn. */
TEST(no_call_falls_back_to_another_index_when_memory_runs_out)
{
    constexpr int kInPlace = 64;
    Process self;
    std::vector<int> queues;
    for (int i = 0; i <= kInPlace; ++i)
        queues.push_back(static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600)));
    EXPECT_EQ(self.msgctl(queues.front(), IPC_RMID, nullptr), 0);
    for (unsigned long n = 1;; ++n) {
        fail_allocation(n);
        const long result = self.msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        const bool has_failed = allocations_seen() >= n;
        fail_allocation(0);
        if (!has_failed) {
            queues.front() = static_cast<int>(result);
            break;
        }
        EXPECT_EQ(result, -ENOMEM);
    }
    for (const int queue : queues)
        EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
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

TEST(the_first_call_in_a_namespace_may_run_out_of_memory)
{
    Process self;
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; ++n) {
        Process inside { self, kNewIpc };
        fail_allocation(n);
        const long id = inside.msgget(IPC_PRIVATE, IPC_CREAT);
        has_failed = allocations_seen() >= n;
        fail_allocation(0);
        EXPECT(id >= 0 || (has_failed && id == -ENOMEM));
        if (id < 0)
            EXPECT(inside.msgget(IPC_PRIVATE, IPC_CREAT) >= 0);
    }
    wait_until([] { return unload_module() == 0; }, "the namespaces are buried");
    EXPECT_EQ(load_module(), 0);
}

TEST(the_first_operation_with_undo_may_run_out_of_memory)
{
    Process self;
    const int set = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    sembuf add { 0, 1, SEM_UNDO };
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; ++n) {
        Process user;
        fail_allocation(n);
        const long result = user.semop(set, &add, 1);
        has_failed = allocations_seen() >= n;
        fail_allocation(0);
        EXPECT(result == 0 || (has_failed && result == -ENOMEM));
        EXPECT_EQ(self.semctl(set, 0, GETVAL, 0), result == 0 ? 1 : 0);
    }
    EXPECT_EQ(self.semctl(set, 0, GETVAL, 0), 0);
    EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
}

/* More than a list has places for: the rest is woken at once where it cannot grow. */
TEST(many_waiters_are_woken_without_memory_for_their_list)
{
    constexpr unsigned kWaiters = 9;
    Process self;
    const int set = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    EXPECT_EQ(self.semctl(set, 0, SETVAL, 1), 0);
    {
        std::vector<std::unique_ptr<Process>> processes;
        std::vector<std::unique_ptr<Running>> waiting;
        for (unsigned i = 0; i < kWaiters; ++i) {
            processes.push_back(std::make_unique<Process>());
            Process& process = *processes.back();
            waiting.push_back(std::make_unique<Running>(process, [&process, set] {
                sembuf zero { 0, 0, 0 };
                EXPECT_EQ(process.semop(set, &zero, 1), 0);
            }));
        }
        wait_until([&] { return self.semctl(set, 0, GETZCNT, 0) == kWaiters; }, "all wait");
        fail_allocation(1);
        EXPECT_EQ(self.semctl(set, 0, SETVAL, 0), 0);
        EXPECT_EQ(allocations_seen(), 2); /* one page is enough for those after the first */
        fail_allocation(0);
        waiting.clear();
    }
    EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
}

TEST(a_copy_that_is_made_to_fail_fails)
{
    Process self;
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    msqid_ds stat {};
    fail_user_copy(1);
    EXPECT_EQ(self.msgctl(queue, IPC_SET, &stat), -EFAULT);
    fail_user_copy(1);
    EXPECT_EQ(self.msgctl(queue, IPC_STAT, &stat), -EFAULT);
    fail_user_copy(0);
    EXPECT_EQ(self.msgctl(queue, IPC_STAT, &stat), 0);
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
}

TEST(a_receiver_whose_memory_stalls_gets_its_message)
{
    Process self;
    Process stalled;
    static Message got;
    struct {
        long type;
        char text[8];
    } sent { 7, "seven" };
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    provoke_fault(&got.type, 8, Fault::Stall);
    {
        Running receive { stalled, [&] { EXPECT_EQ(stalled.msgrcv(queue, &got, 8, 0, 0), 8); } };
        EXPECT_EQ(self.msgsnd(queue, &sent, 8, 0), 0);
        msqid_ds stat {};
        wait_until([&] { return self.msgctl(queue, IPC_STAT, &stat) == 0 && stat.msg_qnum == 0; },
                   "it has been received");
        forget_faults();
    }
    EXPECT_EQ(got.type, 7);
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
}
