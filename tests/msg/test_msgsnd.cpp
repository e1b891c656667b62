// SPDX-License-Identifier: GPL-2.0
/*
 * msgsnd(2) without sleeping: arguments, the order of the checks, limits, and the recorded data.
 * Message contents: test_msg_contents.cpp.  Sleeping senders: test_msg_blocking.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <cstring>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace {

struct SmallMessage {
    long type = 1;
    char text[64] = "some text";
};

// A message whose type can be read and whose text cannot.
const void* message_without_text(const GuardedBuffer& memory, long type = 1)
{
    std::byte* start = memory.with_room_for(sizeof(type));
    std::memcpy(start, &type, sizeof(type));
    return start;
}

int msgmax()
{
    sysv::Info info {};
    REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info));
    return info.msgmax;
}

TEST(type_zero_is_einval)
{
    EXPECT_ERR(Queue {}.send(0, "text"), EINVAL);
}

TEST(negative_types_are_einval)
{
    const Queue queue;
    EXPECT_ERR(queue.send(-1, "text"), EINVAL);
    EXPECT_ERR(queue.send(LONG_MIN, "text"), EINVAL);
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(types_from_one_to_long_max_arrive_unchanged)
{
    constexpr long types[] {
        1,           2,          LONG_MAX / 2, LONG_MAX - 1, LONG_MAX,
#ifdef __LP64__
        0x7fff'ffff, 0x80000000, 0x100000001,
#endif
    };
    const Queue queue;
    for (const long type : types) {
        EXPECT_OK(queue.send(type, "text"));
        EXPECT(queue.receive().is(type, "text"));
    }
}

TEST(a_message_of_msgmax_bytes_is_accepted)
{
    const Queue queue;
    const auto text = pattern(static_cast<std::size_t>(msgmax()));
    EXPECT_OK(queue.send(1, text));
    EXPECT(queue.receive(0, IPC_NOWAIT, text.size()).is(1, text));
}

TEST(a_message_longer_than_msgmax_is_einval)
{
    const Queue queue;
    EXPECT_ERR(queue.send(1, pattern(static_cast<std::size_t>(msgmax()) + 1)), EINVAL);
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(sizes_that_are_negative_as_long_are_einval)
{
    const Queue queue;
    const SmallMessage message;
    EXPECT_ERR(sysv::msgsnd(queue.id(), &message, static_cast<std::size_t>(-1), 0), EINVAL);
    EXPECT_ERR(sysv::msgsnd(queue.id(), &message, static_cast<std::size_t>(LONG_MIN), 0), EINVAL);
    EXPECT_ERR(sysv::msgsnd(queue.id(), &message, static_cast<std::size_t>(LONG_MAX), 0), EINVAL);
}

#ifdef __LP64__
TEST(sizes_are_not_cut_to_32_bits)
{
    const Queue queue;
    const SmallMessage message;
    EXPECT_ERR(sysv::msgsnd(queue.id(), &message, 0x1'0000'0001ul, IPC_NOWAIT), EINVAL);
    EXPECT_EQ(queue.stat().qnum, 0u);
}
#endif

TEST(sending_to_a_negative_id_is_einval)
{
    EXPECT_ERR(send(-1, 1, "text"), EINVAL);
    EXPECT_ERR(send(INT_MIN, 1, "text"), EINVAL);
}

TEST(sending_to_an_unknown_id_is_einval)
{
    Queue queue;
    const int id = queue.id();
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(send(id, 1, "text"), EINVAL);
}

TEST(an_unreadable_message_is_efault)
{
    const Queue queue;
    EXPECT_ERR(sysv::msgsnd(queue.id(), kNull, 4, IPC_NOWAIT), EFAULT);
    EXPECT_ERR(sysv::msgsnd(queue.id(), kKernelAddress, 4, IPC_NOWAIT), EFAULT);
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(an_unreadable_message_of_no_bytes_is_efault)
{
    EXPECT_ERR(sysv::msgsnd(Queue {}.id(), kNull, 0, IPC_NOWAIT), EFAULT);
}

TEST(a_type_that_is_only_partly_readable_is_efault)
{
    const GuardedBuffer memory;
    EXPECT_ERR(sysv::msgsnd(Queue {}.id(), memory.with_room_for(sizeof(long) - 1), 0, IPC_NOWAIT),
               EFAULT);
}

TEST(an_unreadable_type_is_noticed_before_a_negative_id)
{
    EXPECT_ERR(sysv::msgsnd(-1, kNull, 4, 0), EFAULT);
}

TEST(an_unreadable_type_is_noticed_before_a_bad_size)
{
    EXPECT_ERR(sysv::msgsnd(Queue {}.id(), kNull, static_cast<std::size_t>(-1), 0), EFAULT);
}

TEST(a_negative_id_is_noticed_before_unreadable_text)
{
    const GuardedBuffer memory;
    EXPECT_ERR(sysv::msgsnd(-1, message_without_text(memory), 4, 0), EINVAL);
}

TEST(a_bad_size_is_noticed_before_unreadable_text)
{
    const GuardedBuffer memory;
    const auto size = static_cast<std::size_t>(msgmax()) + 1;
    EXPECT_ERR(sysv::msgsnd(Queue {}.id(), message_without_text(memory), size, 0), EINVAL);
}

TEST(a_bad_type_is_noticed_before_unreadable_text)
{
    const GuardedBuffer memory;
    EXPECT_ERR(sysv::msgsnd(Queue {}.id(), message_without_text(memory, 0), 4, 0), EINVAL);
}

TEST(unreadable_text_is_noticed_before_an_unknown_id)
{
    Queue queue;
    const int id = queue.id();
    REQUIRE_OK(queue.remove());
    const GuardedBuffer memory;
    EXPECT_ERR(sysv::msgsnd(id, message_without_text(memory), 4, 0), EFAULT);
}

TEST(unreadable_text_is_noticed_before_missing_permission)
{
    const Queue queue { 0600 };
    EXPECT_ERR(play(kAlice,
                    [&] {
                        const GuardedBuffer memory;
                        return sysv::msgsnd(queue.id(), message_without_text(memory), 4, 0);
                    }),
               EFAULT);
}

TEST(unreadable_text_is_noticed_before_a_full_queue)
{
    const Queue queue;
    queue.fill();
    const GuardedBuffer memory;
    EXPECT_ERR(sysv::msgsnd(queue.id(), message_without_text(memory), 4, IPC_NOWAIT), EFAULT);
}

TEST(missing_permission_is_noticed_before_a_full_queue)
{
    const Queue queue { 0604 };
    queue.fill();
    EXPECT_ERR(play(kAlice, [&] { return queue.send(1, "text"); }), EACCES);
}

TEST(text_that_ends_in_unreadable_memory_is_efault_at_every_distance)
{
    const Queue queue;
    const GuardedBuffer memory;
    const long type = 1;
    // 8000 bytes cross page and segment borders; the last `missing` of them cannot be read.
    for (const std::size_t missing : { 1, 100, 3000, 3904, 3952, 4000, 4096, 7999, 8000 }) {
        std::byte* start = memory.with_room_for(8000 - missing + sizeof(type));
        std::memcpy(start, &type, sizeof(type));
        EXPECT_ERR(sysv::msgsnd(queue.id(), start, 8000, IPC_NOWAIT), EFAULT);
    }
    const auto stat = queue.stat();
    EXPECT_EQ(stat.qnum, 0u);
    EXPECT_EQ(stat.cbytes, 0u);
    EXPECT_EQ(stat.lspid, 0);
    EXPECT_EQ(stat.stime, 0);
}

TEST(text_that_ends_with_the_readable_memory_is_sent)
{
    const Queue queue;
    const GuardedBuffer memory;
    const auto text = pattern(8000);
    const long type = 9;
    std::byte* start = memory.with_room_for(text.size() + sizeof(type));
    std::memcpy(start, &type, sizeof(type));
    std::memcpy(start + sizeof(type), text.data(), text.size());
    EXPECT_OK(sysv::msgsnd(queue.id(), start, text.size(), IPC_NOWAIT));
    EXPECT(queue.receive().is(9, text));
}

TEST(a_message_of_no_bytes_does_not_touch_the_text)
{
    const Queue queue;
    const GuardedBuffer memory;
    EXPECT_OK(sysv::msgsnd(queue.id(), message_without_text(memory), 0, IPC_NOWAIT));
    EXPECT(queue.receive().is(1, ""));
}

TEST(flags_other_than_nowait_are_ignored)
{
    const Queue queue;
    const SmallMessage message;
    EXPECT_EQ(sysv::msgsnd(queue.id(), &message, 9, -1), Outcome::raw(0));
    EXPECT_EQ(sysv::msgsnd(queue.id(), &message, 9, MSG_NOERROR | MSG_EXCEPT | IPC_CREAT),
              Outcome::raw(0));
    EXPECT_EQ(queue.stat().qnum, 2u);
}

TEST(bytes_up_to_qbytes_fit_and_not_one_more)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(100));
    EXPECT_OK(queue.send(1, pattern(60)));
    EXPECT_ERR(queue.send(1, pattern(41)), EAGAIN);
    EXPECT_OK(queue.send(1, pattern(40)));
    EXPECT_ERR(queue.send(1, "x"), EAGAIN);
    EXPECT_EQ(queue.stat().cbytes, 100u);
}

TEST(a_full_queue_still_takes_messages_of_no_bytes)
{
    const Queue queue;
    queue.fill(64);
    EXPECT_OK(queue.send(1, ""));
    EXPECT_EQ(queue.stat().qnum, 2u);
}

TEST(messages_of_no_bytes_are_limited_by_their_count)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(10));
    for (int i = 0; i < 10; ++i)
        EXPECT_OK(queue.send(1, ""));
    EXPECT_ERR(queue.send(1, ""), EAGAIN);
    EXPECT_EQ(queue.stat().qnum, 10u);
    EXPECT_EQ(queue.stat().cbytes, 0u);
    EXPECT_OK(queue.receive().outcome);
    EXPECT_OK(queue.send(1, ""));
}

TEST(a_queue_of_no_bytes_takes_nothing)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(0));
    EXPECT_ERR(queue.send(1, ""), EAGAIN);
    EXPECT_ERR(queue.send(1, "x"), EAGAIN);
}

TEST(a_message_longer_than_the_whole_queue_is_eagain)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(10));
    EXPECT_ERR(queue.send(1, pattern(11)), EAGAIN);
}

TEST(a_queue_shrunk_below_its_contents_takes_nothing_and_loses_nothing)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, pattern(100)));
    REQUIRE_OK(queue.set_qbytes(50));
    EXPECT_ERR(queue.send(1, ""), EAGAIN);
    EXPECT(queue.receive().is(1, pattern(100)));
    EXPECT_OK(queue.send(1, pattern(50)));
}

TEST(receiving_gives_room_back)
{
    const Queue queue;
    queue.fill(64);
    EXPECT_ERR(queue.send(1, "x"), EAGAIN);
    EXPECT_OK(queue.receive().outcome);
    EXPECT_OK(queue.send(1, pattern(64)));
}

TEST(sending_records_the_process_and_the_time)
{
    const Queue queue;
    const auto before = kernel_seconds();
    REQUIRE_OK(queue.send(1, "text"));
    const auto after = kernel_seconds();
    const auto stat = queue.stat();
    EXPECT_EQ(stat.lspid, getpid());
    EXPECT(stat.stime >= before && stat.stime <= after);
    EXPECT_EQ(stat.qnum, 1u);
    EXPECT_EQ(stat.cbytes, 4u);
}

TEST(sending_leaves_the_records_of_receiving_and_changing_alone)
{
    const Queue queue;
    const auto before = queue.stat();
    REQUIRE_OK(queue.send(1, "text"));
    const auto after = queue.stat();
    EXPECT_EQ(after.lrpid, 0);
    EXPECT_EQ(after.rtime, 0);
    EXPECT_EQ(after.ctime, before.ctime);
}

// The text's page fault could wait for long: for a file system in user space, or userfaultfd.
TEST(an_invalid_type_is_found_before_the_text_is_touched)
{
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* memory =
        mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    char* text = static_cast<char*>(memory) + page;
    const Queue queue;
    for (const long type : { 0L, -1L }) {
        std::memcpy(text - sizeof(type), &type, sizeof(type));
        for (const std::size_t size : { 1ul, 100ul, 4000ul })
            EXPECT_ERR(sysv::msgsnd(queue.id(), text - sizeof(type), size, IPC_NOWAIT), EINVAL);
    }
    unsigned char is_resident = 0;
    REQUIRE_EQ(mincore(text, page, &is_resident), 0);
    EXPECT_EQ(is_resident & 1, 0);
    munmap(memory, 2 * page);
}

TEST(the_last_sender_is_shown_after_its_exit)
{
    const Queue queue;
    Actor sender { [&] { return queue.send(1, "text"); } };
    const pid_t pid = sender.pid();
    REQUIRE_OK(sender.join());
    EXPECT_EQ(queue.stat().lspid, pid);
}

TEST(a_sending_thread_is_recorded_as_its_process)
{
    const Queue queue;
    std::thread { [&] { EXPECT_OK(queue.send(1, "text")); } }.join();
    EXPECT_EQ(queue.stat().lspid, getpid());
}

TEST(a_refused_message_changes_nothing)
{
    const Queue queue;
    queue.fill(64);
    const auto before = queue.stat();
    Actor other { [&] { return queue.send(1, "text"); } };
    EXPECT_ERR(other.join(), EAGAIN);
    const auto after = queue.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(before)), 0);
}

} // namespace
