// SPDX-License-Identifier: GPL-2.0
/* Message calls: every command, the errors of each, waiting. */
#include "../fault.hpp"
#include "../machine.hpp"
#include "test.hpp"

#include <cstring>
#include <sys/ipc.h>
#include <sys/msg.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

constexpr std::size_t kRoom = 9000;

struct Letter {
    long type;
    char text[kRoom];
};

Letter letter(long type, char fill = 'x')
{
    Letter made {};
    made.type = type;
    std::memset(made.text, fill, sizeof(made.text));
    return made;
}

int make(Process& self)
{
    return static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
}

long send(Process& self, int id, long type, std::size_t size, int flags = IPC_NOWAIT)
{
    const Letter sent = letter(type);
    return self.msgsnd(id, &sent, size, flags);
}

long receive(Process& self, int id, long type, int flags = IPC_NOWAIT, std::size_t room = kRoom)
{
    Letter got {};
    return self.msgrcv(id, &got, room, type, flags);
}

} // namespace

/* The text may be as long as msgmax lets it be. */
TEST(a_refused_type_costs_no_memory_for_a_long_text)
{
    Process self;
    const int id = make(self);
    fail_allocation(0);
    EXPECT_EQ(send(self, id, 0, 8192), -EINVAL);
    EXPECT_EQ(send(self, id, -1, 8192), -EINVAL);
    EXPECT_EQ(self.msgsnd(id, nullptr, 8192, IPC_NOWAIT), -EFAULT);
    EXPECT_EQ(allocations_seen(), 0);
    EXPECT_EQ(send(self, id, 1, 8192), 0);
    EXPECT(allocations_seen() > 0);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(msgget_finds_creates_and_refuses)
{
    Process self;
    Process stranger { user(7) };
    const long id = self.msgget(5, IPC_CREAT | 0600);
    EXPECT_EQ(self.msgget(5, 0), id);
    EXPECT_EQ(self.msgget(5, IPC_CREAT | IPC_EXCL), -EEXIST);
    EXPECT_EQ(self.msgget(6, 0), -ENOENT);
    EXPECT_EQ(stranger.msgget(5, 0600), -EACCES);
    EXPECT_EQ(stranger.msgctl(static_cast<int>(id), IPC_RMID, nullptr), -EPERM);
    EXPECT_EQ(self.msgctl(static_cast<int>(id), IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.msgctl(static_cast<int>(id), IPC_RMID, nullptr), -EINVAL);
}

TEST(msgsnd_and_msgrcv_check_their_arguments)
{
    Process self;
    Process stranger { user(7) };
    const int id = make(self);
    EXPECT_EQ(send(self, id, 0, 1), -EINVAL);
    EXPECT_EQ(send(self, id, 1, 8193), -EINVAL);
    EXPECT_EQ(send(self, -1, 1, 1), -EINVAL);
    EXPECT_EQ(send(self, id + 1, 1, 1), -EINVAL);
    EXPECT_EQ(self.msgsnd(id, nullptr, 1, 0), -EFAULT);
    EXPECT_EQ(self.msgsnd(id, nullptr, 8193, 0), -EFAULT);
    EXPECT_EQ(self.msgsnd(-1, nullptr, 1, 0), -EFAULT);
    EXPECT_EQ(send(stranger, id, 1, 1), -EACCES);
    EXPECT_EQ(receive(stranger, id, 1), -EACCES);
    EXPECT_EQ(receive(self, id, 0), -ENOMSG);
    EXPECT_EQ(receive(self, -1, 0), -EINVAL);
    EXPECT_EQ(receive(self, id + 1, 0), -EINVAL);
    EXPECT_EQ(receive(self, id, 0, IPC_NOWAIT, static_cast<std::size_t>(-1)), -EINVAL);
    EXPECT_EQ(receive(self, id, 0, MSG_COPY), -EINVAL);
    EXPECT_EQ(send(self, id, 1, 8192), 0);
    EXPECT_EQ(self.msgrcv(id, nullptr, kRoom, 0, IPC_NOWAIT), -EFAULT);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(messages_of_every_size_keep_their_text)
{
    Process self;
    const int id = make(self);
    for (const std::size_t size : { 0UL, 1UL, 100UL, 4047UL, 4048UL, 4049UL, 8000UL, 8192UL }) {
        Letter sent = letter(3);
        for (std::size_t i = 0; i < size; ++i)
            sent.text[i] = static_cast<char>(i * 7);
        EXPECT_EQ(self.msgsnd(id, &sent, size, 0), 0);
        Letter copied {};
        EXPECT_EQ(self.msgrcv(id, &copied, kRoom, 0, MSG_COPY | IPC_NOWAIT), size);
        EXPECT_EQ(std::memcmp(copied.text, sent.text, size), 0);
        Letter got {};
        EXPECT_EQ(self.msgrcv(id, &got, kRoom, 0, 0), size);
        EXPECT_EQ(got.type, 3);
        EXPECT_EQ(std::memcmp(got.text, sent.text, size), 0);
    }
    EXPECT_EQ(receive(self, id, 0, MSG_COPY | IPC_NOWAIT), -ENOMSG);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(a_receiver_chooses_by_type)
{
    Process self;
    const int id = make(self);
    for (const long type : { 5L, 3L, 7L, 3L })
        EXPECT_EQ(send(self, id, type, static_cast<std::size_t>(type)), 0);
    EXPECT_EQ(receive(self, id, 7), 7);
    EXPECT_EQ(receive(self, id, -4), 3);
    EXPECT_EQ(receive(self, id, 5, IPC_NOWAIT | MSG_EXCEPT), 3);
    EXPECT_EQ(receive(self, id, -4), -ENOMSG);
    EXPECT_EQ(receive(self, id, 5, IPC_NOWAIT, 4), -E2BIG);
    EXPECT_EQ(receive(self, id, 5, IPC_NOWAIT | MSG_NOERROR, 4), 4);
    EXPECT_EQ(receive(self, id, 0), -ENOMSG);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(msgctl_shows_and_changes_a_queue)
{
    Process self;
    Process other { user(7) };
    const int id = make(self);
    msqid_ds stat {};
    EXPECT_EQ(send(self, id, 1, 10), 0);
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(stat.msg_qnum, 1);
    EXPECT_EQ(stat.__msg_cbytes, 10);
    EXPECT_EQ(stat.msg_lspid, self.pid());
    EXPECT_EQ(stat.msg_qbytes, 16'384);
    EXPECT_EQ(self.msgctl(id, IPC_STAT, reinterpret_cast<void*>(8)), -EFAULT);
    EXPECT_EQ(other.msgctl(id, IPC_STAT, &stat), -EACCES);
    stat.msg_qbytes = 9;
    EXPECT_EQ(other.msgctl(id, IPC_SET, &stat), -EPERM);
    EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    EXPECT_EQ(send(self, id, 1, 1), -EAGAIN);
    stat.msg_perm.uid = 7;
    EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    stat.msg_qbytes = 16'385;
    EXPECT_EQ(other.msgctl(id, IPC_SET, &stat), -EPERM);
    EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    EXPECT_EQ(self.msgctl(id, IPC_SET, reinterpret_cast<void*>(8)), -EFAULT);
    EXPECT_EQ(self.msgctl(0, MSG_STAT, &stat), id);
    EXPECT_EQ(self.msgctl(0, MSG_STAT_ANY, &stat), id);
    EXPECT_EQ(self.msgctl(1, MSG_STAT, &stat), -EINVAL);
    msginfo info {};
    EXPECT_EQ(self.msgctl(0, IPC_INFO, reinterpret_cast<msqid_ds*>(&info)), 0);
    EXPECT_EQ(info.msgmax, 8192);
    EXPECT_EQ(self.msgctl(0, MSG_INFO, reinterpret_cast<msqid_ds*>(&info)), 0);
    EXPECT_EQ(info.msgpool, 1);
    EXPECT_EQ(info.msgmap, 1);
    EXPECT_EQ(info.msgtql, 10);
    EXPECT_EQ(self.msgctl(id, 999, nullptr), -EINVAL);
    EXPECT_EQ(self.msgctl(-1, IPC_STAT, &stat), -EINVAL);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(senders_and_receivers_wait_and_are_served)
{
    Process self;
    Process sender;
    Process receiver;
    const int id = make(self);
    {
        Running wait { receiver, [&] { EXPECT_EQ(receive(receiver, id, 2, 0), 5); } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        EXPECT_EQ(send(self, id, 1, 4), 0);
        EXPECT_EQ(send(self, id, 2, 5), 0);
    }
    EXPECT_EQ(receive(self, id, 0), 4);
    EXPECT_EQ(send(self, id, 1, 8192), 0);
    EXPECT_EQ(send(self, id, 1, 8192), 0);
    {
        Running wait { sender, [&] { EXPECT_EQ(send(sender, id, 1, 100, 0), 0); } };
        wait_until([&] { return sender.is_asleep(); }, "it waits");
        EXPECT_EQ(send(self, id, 1, 1), -EAGAIN);
        EXPECT_EQ(receive(self, id, 0), 8192);
    }
    EXPECT_EQ(receive(self, id, 0), 8192);
    EXPECT_EQ(receive(self, id, 0), 100);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(a_removed_queue_and_a_signal_end_a_wait)
{
    Process self;
    Process receiver;
    Process sender;
    const int id = make(self);
    {
        Running wait { receiver, [&] { EXPECT_EQ(receive(receiver, id, 0, 0), -EINTR); } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        receiver.signal();
    }
    drop_signals(receiver.task());
    EXPECT_EQ(send(self, id, 1, 8192), 0);
    EXPECT_EQ(send(self, id, 1, 8192), 0);
    {
        Running wait { sender, [&] { EXPECT_EQ(send(sender, id, 1, 100, 0), -EINTR); } };
        wait_until([&] { return sender.is_asleep(); }, "it waits");
        sender.signal();
    }
    drop_signals(sender.task());
    long ended[2] {};
    {
        Running one { receiver, [&] { ended[0] = receive(receiver, id, 9, 0); } };
        Running other { sender, [&] { ended[1] = send(sender, id, 1, 100, 0); } };
        wait_until([&] { return receiver.is_asleep() && sender.is_asleep(); }, "both wait");
        EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
    }
    for (const long end : ended)
        EXPECT_EQ(end, -EIDRM);
}

TEST(a_message_too_big_for_a_waiting_receiver_is_e2big)
{
    Process self;
    Process receiver;
    const int id = make(self);
    {
        Running wait { receiver, [&] { EXPECT_EQ(receive(receiver, id, 0, 0, 4), -E2BIG); } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        EXPECT_EQ(send(self, id, 1, 5), 0);
    }
    EXPECT_EQ(receive(self, id, 0), 5);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(each_waiting_receiver_gets_what_it_asked_for)
{
    Process self;
    Process by_type;
    Process by_limit;
    Process by_exception;
    const int id = make(self);
    {
        Running one { by_type, [&] { EXPECT_EQ(receive(by_type, id, 5, 0), 50); } };
        wait_until([&] { return by_type.is_asleep(); }, "it waits");
        Running two { by_limit, [&] { EXPECT_EQ(receive(by_limit, id, -3, 0), 30); } };
        wait_until([&] { return by_limit.is_asleep(); }, "it waits");
        Running three { by_exception,
                        [&] { EXPECT_EQ(receive(by_exception, id, 8, MSG_EXCEPT), 90); } };
        wait_until([&] { return by_exception.is_asleep(); }, "it waits");
        EXPECT_EQ(send(self, id, 3, 30), 0);
        EXPECT_EQ(send(self, id, 5, 50), 0);
        EXPECT_EQ(send(self, id, 8, 80), 0);
        EXPECT_EQ(send(self, id, 9, 90), 0);
    }
    EXPECT_EQ(receive(self, id, 0), 80);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(a_raised_limit_lets_senders_go_on)
{
    Process self;
    Process sender;
    const int id = make(self);
    msqid_ds stat {};
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    stat.msg_qbytes = 9;
    EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    {
        Running wait { sender, [&] { EXPECT_EQ(send(sender, id, 1, 10, 0), 0); } };
        wait_until([&] { return sender.is_asleep(); }, "it waits");
        stat.msg_qbytes = 10;
        EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    }
    EXPECT_EQ(receive(self, id, 0), 10);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(a_copy_is_refused_where_it_would_be_cut)
{
    Process self;
    const int id = make(self);
    constexpr int kCopy = MSG_COPY | IPC_NOWAIT;
    EXPECT_EQ(send(self, id, 1, 10), 0);
    EXPECT_EQ(receive(self, id, 0, kCopy | MSG_EXCEPT), -EINVAL);
    EXPECT_EQ(receive(self, id, 0, kCopy, 9), -E2BIG);
    EXPECT_EQ(receive(self, id, 0, kCopy | MSG_NOERROR, 9), -EINVAL);
    EXPECT_EQ(receive(self, id, 1, kCopy), -ENOMSG);
    EXPECT_EQ(receive(self, id + 1, 0, kCopy), -EINVAL);
    EXPECT_EQ(receive(self, id, 0, kCopy), 10);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(no_command_finds_a_removed_queue)
{
    Process self;
    const int id = make(self);
    msqid_ds stat {};
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
    for (const int command : { IPC_STAT, IPC_SET, IPC_RMID, MSG_STAT, MSG_STAT_ANY })
        EXPECT_EQ(self.msgctl(id, command, &stat), -EINVAL);
    for (const int command : { IPC_STAT, IPC_SET, IPC_RMID })
        EXPECT_EQ(self.msgctl(-1, command, &stat), -EINVAL);
}

/* From the queue, and directly from the sender. */
TEST(a_queue_records_when_its_messages_were_sent_and_received)
{
    Process self;
    Process receiver;
    const int id = make(self);
    msqid_ds stat {};
    machine::advance(kHour);
    EXPECT_EQ(send(self, id, 1, 4), 0);
    machine::advance(kHour);
    EXPECT_EQ(receive(receiver, id, 0), 4);
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    EXPECT(stat.msg_stime >= stat.msg_ctime + 3'600);
    EXPECT(stat.msg_rtime >= stat.msg_stime + 3'600);
    EXPECT_EQ(stat.msg_lrpid, receiver.pid());
    const time_t before = stat.msg_rtime;
    {
        Running wait { receiver, [&] { EXPECT_EQ(receive(receiver, id, 0, 0), 5); } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        machine::advance(kHour);
        EXPECT_EQ(send(self, id, 1, 5), 0);
    }
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    EXPECT(stat.msg_stime >= before + 3'600 && stat.msg_rtime >= before + 3'600);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}
