// SPDX-License-Identifier: GPL-2.0
/* Security modules that refuse, one hook after the other, and the audit records. */
#include "../kernel.hpp"
#include "../security.hpp"
#include "test.hpp"

#include <string_view>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

constexpr int kRefusal = -ENOTNAM;
const char* refusing = "";

/* While it lives, the hook @name refuses. */
class Refusal {
public:
    explicit Refusal(const char* name)
    {
        refusing = name;
        set_verdict(
            [](const char* hook) { return std::string_view { hook } == refusing ? kRefusal : 0; });
    }
    ~Refusal() { set_verdict(nullptr); }
    Refusal(const Refusal&) = delete;
    Refusal& operator=(const Refusal&) = delete;
};

struct Letter {
    long type { 1 };
    char text[8] {};
};

unsigned long argument(const void* pointer)
{
    return reinterpret_cast<unsigned long>(pointer);
}

} // namespace

TEST(security_modules_may_refuse_each_message_call)
{
    Process self;
    const int id = static_cast<int>(self.msgget(5, IPC_CREAT | 0600));
    Letter letter;
    msqid_ds stat {};
    EXPECT_EQ(self.msgsnd(id, &letter, 8, 0), 0);
    {
        const Refusal refusal { "queue_alloc" };
        EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), kRefusal);
        EXPECT_EQ(self.msgget(5, 0), id);
    }
    {
        const Refusal refusal { "queue_open" };
        EXPECT_EQ(self.msgget(5, 0), kRefusal);
    }
    {
        const Refusal refusal { "queue_send" };
        EXPECT_EQ(self.msgsnd(id, &letter, 8, IPC_NOWAIT), kRefusal);
    }
    {
        const Refusal refusal { "message_alloc" };
        EXPECT_EQ(self.msgsnd(id, &letter, 8, IPC_NOWAIT), kRefusal);
        EXPECT_EQ(self.msgrcv(id, &letter, 8, 0, IPC_NOWAIT | MSG_COPY), kRefusal);
        /* Memory comes first, as on Linux. */
        EXPECT_EQ(self.msgrcv(id, nullptr, 8, 0, IPC_NOWAIT | MSG_COPY), -EFAULT);
    }
    {
        /* A message that a receiver may not have stays for others. */
        const Refusal refusal { "queue_receive" };
        EXPECT_EQ(self.msgrcv(id, &letter, 8, 0, IPC_NOWAIT), -ENOMSG);
    }
    {
        const Refusal refusal { "queue_control" };
        EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), kRefusal);
        EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), kRefusal);
        EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), kRefusal);
        EXPECT_EQ(self.msgctl(0, IPC_INFO, &stat), kRefusal);
    }
    {
        /* Where the mode has granted it. */
        const Refusal refusal { "access" };
        EXPECT_EQ(self.msgget(5, 0600), -EACCES);
        EXPECT_EQ(self.msgsnd(id, &letter, 8, IPC_NOWAIT), -EACCES);
        EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), -EACCES);
    }
    EXPECT_EQ(self.msgrcv(id, &letter, 8, 0, IPC_NOWAIT), 8);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

/* It continues to wait, and others can receive the message. */
TEST(a_waiting_receiver_that_may_not_have_a_message_is_passed_over)
{
    Process self;
    Process receiver;
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    Letter letter;
    msqid_ds stat {};
    {
        Running wait { receiver, [&] {
                          Letter got;
                          EXPECT_EQ(receiver.msgrcv(id, &got, 8, 0, 0), 7);
                      } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        {
            const Refusal refusal { "queue_receive" };
            EXPECT_EQ(self.msgsnd(id, &letter, 8, 0), 0);
        }
        EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
        EXPECT_EQ(stat.msg_qnum, 1);
        EXPECT_EQ(self.msgsnd(id, &letter, 7, 0), 0);
    }
    EXPECT_EQ(self.msgrcv(id, &letter, 8, 0, IPC_NOWAIT), 8);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(security_modules_may_refuse_each_semaphore_call)
{
    Process self;
    const int id = static_cast<int>(self.semget(5, 2, IPC_CREAT | 0600));
    sembuf one { 0, 1, 0 };
    semid_ds stat {};
    unsigned short values[2] {};
    {
        const Refusal refusal { "set_alloc" };
        EXPECT_EQ(self.semget(IPC_PRIVATE, 1, IPC_CREAT), kRefusal);
    }
    {
        const Refusal refusal { "set_open" };
        EXPECT_EQ(self.semget(5, 2, 0), kRefusal);
    }
    {
        const Refusal refusal { "set_operate" };
        EXPECT_EQ(self.semop(id, &one, 1), kRefusal);
    }
    {
        const Refusal refusal { "set_control" };
        EXPECT_EQ(self.semctl(id, 0, GETVAL, 0), kRefusal);
        EXPECT_EQ(self.semctl(id, 0, GETALL, argument(values)), kRefusal);
        EXPECT_EQ(self.semctl(id, 0, SETALL, argument(values)), kRefusal);
        EXPECT_EQ(self.semctl(id, 0, IPC_STAT, argument(&stat)), kRefusal);
        EXPECT_EQ(self.semctl(id, 0, IPC_SET, argument(&stat)), kRefusal);
        EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), kRefusal);
        /* Linux ignores the module's errno: semctl(2) has no other errno for this. */
        EXPECT_EQ(self.semctl(id, 0, SETVAL, 7), -EACCES);
    }
    EXPECT_EQ(self.semctl(id, 0, GETVAL, 0), 0);
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
}

TEST(security_modules_may_refuse_each_segment_call)
{
    Process self;
    const int id = static_cast<int>(self.shmget(5, 1, IPC_CREAT | 0600));
    shmid_ds stat {};
    {
        const Refusal refusal { "segment_alloc" };
        EXPECT_EQ(self.shmget(IPC_PRIVATE, 1, IPC_CREAT), kRefusal);
    }
    {
        const Refusal refusal { "segment_open" };
        EXPECT_EQ(self.shmget(5, 1, 0), kRefusal);
    }
    {
        const Refusal refusal { "segment_attach" };
        EXPECT_EQ(self.shmat(id, nullptr, 0), kRefusal);
    }
    {
        const Refusal refusal { "segment_control" };
        EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), kRefusal);
        EXPECT_EQ(self.shmctl(id, IPC_SET, &stat), kRefusal);
        EXPECT_EQ(self.shmctl(id, SHM_LOCK, nullptr), kRefusal);
        EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), kRefusal);
    }
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(stat.shm_nattch, 0);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}

TEST(audit_records_name_objects_and_changes)
{
    Process self;
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    msqid_ds stat {};
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(audited().objects, 0);
    kernel().is_audited = true;
    EXPECT_EQ(self.msgctl(0, MSG_STAT_ANY, &stat), id);
    EXPECT_EQ(audited().objects, 1);
    EXPECT_EQ(audited().changes, 0);
    stat.msg_perm.uid = 7;
    stat.msg_perm.gid = 8;
    stat.msg_perm.mode = 0640;
    stat.msg_qbytes = 99;
    EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    EXPECT_EQ(audited().changes, 1);
    EXPECT_EQ(audited().qbytes, 99);
    EXPECT_EQ(audited().uid, 7);
    EXPECT_EQ(audited().gid, 8);
    EXPECT_EQ(audited().mode, 0640);
    kernel().is_audited = false;
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}
