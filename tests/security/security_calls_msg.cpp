// SPDX-License-Identifier: GPL-2.0
/*
 * test_security_calls: message queues.
 */
#include "lib/actor.hpp"
#include "security/hook_calls.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <optional>

namespace {

TEST(creating_a_queue_labels_it_and_opening_it_checks_it)
{
    Trace trace;
    const key_t key = unused_key();
    int id = -1;
    EXPECT_CALLS(trace, id = static_cast<int>(REQUIRE_OK(sysv::msgget(key, IPC_CREAT | 0640))),
                 "msg_queue_alloc");
    Queue queue = Queue::adopt(id);
    EXPECT_CALLS(trace, EXPECT_OK(sysv::msgget(key, 0400)), "ipc_permission flag=0400",
                 "msg_queue_associate flag=0400");
    EXPECT_CALLS(trace, EXPECT_OK(sysv::msgget(key, IPC_CREAT | 0600)), "ipc_permission flag=01600",
                 "msg_queue_associate flag=01600");
    EXPECT_CALLS(trace, EXPECT_OK(sysv::msgget(key, 0)), "ipc_permission flag=0",
                 "msg_queue_associate flag=0");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgget(key, IPC_CREAT | IPC_EXCL | 0600), EEXIST));
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgget(unused_key(), 0600), ENOENT));
}

TEST(sending_and_receiving)
{
    Trace trace;
    const Queue queue;
    EXPECT_CALLS(trace, EXPECT_OK(queue.send(7, "text", 0)), "msg_msg_alloc", kMayWrite,
                 "msg_queue_msgsnd type=7 size=4 flag=0");
    EXPECT_CALLS(trace, EXPECT_OK(queue.receive(0, 0).outcome), kMayRead,
                 "msg_queue_msgrcv type=7 size=4 wanted=0 mode=01", "msg_msg_free");
    EXPECT_CALLS(trace, EXPECT_ERR(queue.receive(3).outcome, ENOMSG), kMayRead);
    EXPECT_CALLS(trace, EXPECT_ERR(queue.send(0, "text"), EINVAL));
    EXPECT_CALLS(trace, EXPECT_ERR(send(queue.id() ^ 1 << 20, 1, "text"), EINVAL), "msg_msg_alloc",
                 "msg_msg_free");
}

TEST(a_message_without_room_is_checked_first)
{
    Trace trace;
    const Queue queue;
    queue.fill();
    EXPECT_CALLS(trace, EXPECT_ERR(queue.send(1, "text"), EAGAIN), "msg_msg_alloc", kMayWrite,
                 "msg_queue_msgsnd type=1 size=4 flag=04000", "msg_msg_free");
}

TEST(every_way_to_choose_a_message)
{
    Trace trace;
    const Queue queue;
    const auto receive_one = [&](long type, int flags) {
        REQUIRE_OK(queue.send(5, "text"));
        return joined(trace.calls_of([&] { EXPECT_OK(queue.receive(type, flags).outcome); }));
    };
    const auto read_of = [](const std::string& wanted, int mode) {
        return std::string { kMayRead } + ", msg_queue_msgrcv type=5 size=4 wanted=" + wanted
            + " mode=0" + std::to_string(mode) + ", msg_msg_free";
    };
    EXPECT_EQ(receive_one(0, 0), read_of("0", 1));
    EXPECT_EQ(receive_one(5, 0), read_of("5", 2));
    EXPECT_EQ(receive_one(4, MSG_EXCEPT), read_of("4", 3));
    EXPECT_EQ(receive_one(-6, 0), read_of("6", 4));
    EXPECT_EQ(receive_one(LONG_MIN, 0), read_of(std::to_string(LONG_MAX), 4));
}

TEST(a_copy_is_a_message_and_all_before_it_are_checked)
{
    Trace trace;
    const Queue queue;
    for (long type = 1; type <= 3; ++type)
        REQUIRE_OK(queue.send(type, "text"));
    const std::string third = "msg_queue_msgrcv type=3 size=4 wanted=2 mode=05";
    EXPECT_CALLS(trace, EXPECT_OK(queue.receive(2, IPC_NOWAIT | MSG_COPY).outcome), "msg_msg_alloc",
                 kMayRead, "msg_queue_msgrcv type=1 size=4 wanted=2 mode=05",
                 "msg_queue_msgrcv type=2 size=4 wanted=2 mode=05", third, "msg_msg_free");
    EXPECT_CALLS(trace, EXPECT_ERR(queue.receive(2, MSG_COPY).outcome, EINVAL));
}

TEST(the_sender_checks_a_queued_receiver)
{
    Trace trace;
    const Queue queue;
    std::optional<Actor> receiver;
    EXPECT_CALLS(
        trace,
        {
            receiver.emplace([&] { return queue.receive(9, 0).outcome; });
            receiver->wait_asleep_in_msgrcv();
        },
        kMayRead);
    EXPECT_CALLS(trace, EXPECT_OK(queue.send(8, "other")), "msg_msg_alloc", kMayWrite,
                 "msg_queue_msgsnd type=8 size=5 flag=04000");
    EXPECT_CALLS(
        trace,
        {
            EXPECT_OK(queue.send(9, "text"));
            EXPECT_OK(receiver->join());
        },
        "msg_msg_alloc", kMayWrite, "msg_queue_msgsnd type=9 size=4 flag=04000",
        "msg_queue_msgrcv type=9 size=4 wanted=9 mode=02", "msg_msg_free");
}

TEST(a_queued_sender_is_checked_before_it_sleeps_and_again_with_room)
{
    Trace trace;
    const Queue queue;
    queue.fill();
    const std::string asked = "msg_queue_msgsnd type=2 size=4 flag=0";
    std::optional<Actor> sender;
    EXPECT_CALLS(
        trace,
        {
            sender.emplace([&] { return queue.send(2, "text", 0); });
            sender->wait_asleep_in_msgsnd();
        },
        "msg_msg_alloc", kMayWrite, asked);
    const std::size_t fill = queue.stat().qbytes;
    EXPECT_CALLS(
        trace,
        {
            EXPECT_OK(queue.set_qbytes(fill + 64));
            EXPECT_OK(sender->join());
        },
        kMayRead, "msg_queue_msgctl cmd=2", "msg_queue_msgctl cmd=1", kMayWrite, asked);
}

TEST(removing_a_queue_frees_its_messages)
{
    Trace trace;
    Queue queue;
    REQUIRE_OK(queue.send(1, "one"));
    REQUIRE_OK(queue.send(1, "two"));
    EXPECT_CALLS(trace, EXPECT_OK(queue.remove()), "msg_queue_msgctl cmd=0", "msg_msg_free",
                 "msg_msg_free");
}

TEST(commands_for_queues)
{
    Trace trace;
    const Queue queue;
    sysv::QueueStat stat {};
    sysv::Info info {};
    const auto control = [&](int command, void* buffer, int id) {
        return joined(trace.calls_of([&] { EXPECT_OK(sysv::msgctl(id, command, buffer)); }));
    };
    const std::string read = kMayRead;
    const int index = sysv::index_of(queue.id());
    EXPECT_EQ(control(IPC_STAT, &stat, queue.id()), read + ", msg_queue_msgctl cmd=2");
    EXPECT_EQ(control(MSG_STAT, &stat, index), read + ", msg_queue_msgctl cmd=11");
    EXPECT_EQ(control(MSG_STAT_ANY, &stat, index), "msg_queue_msgctl cmd=13");
    EXPECT_EQ(control(IPC_INFO, &info, 0), "msg_queue_msgctl of all cmd=3");
    EXPECT_EQ(control(MSG_INFO, &info, 0), "msg_queue_msgctl of all cmd=12");
    EXPECT_EQ(control(IPC_SET, &stat, queue.id()), "msg_queue_msgctl cmd=1");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgctl(queue.id(), 99, &stat), EINVAL));
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgctl(queue.id(), IPC_SET, nullptr), EFAULT));
}

} // namespace
