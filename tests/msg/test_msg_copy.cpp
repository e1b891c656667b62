// SPDX-License-Identifier: GPL-2.0
/*
 * msgrcv(2) with MSG_COPY: reads a message at a position, and leaves it there.  Kernels without
 * CONFIG_CHECKPOINT_RESTORE return ENOSYS.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <cstring>
#include <sys/mman.h>

namespace {

constexpr int kCopy = MSG_COPY | IPC_NOWAIT;

void require_copy()
{
    const Queue queue;
    if (queue.receive(0, kCopy).outcome.failed_with(ENOSYS))
        harness::skip("MSG_COPY needs CONFIG_CHECKPOINT_RESTORE");
}

TEST(copy_without_checkpoint_restore_is_enosys)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    const auto received = queue.receive(0, kCopy);
    if (received.outcome.ok())
        harness::skip("this kernel has CONFIG_CHECKPOINT_RESTORE");
    EXPECT_ERR(received.outcome, ENOSYS);
    // The rules about flags and ids are checked first, the queue is looked up later.
    EXPECT_ERR(queue.receive(0, MSG_COPY).outcome, EINVAL);
    EXPECT_ERR(queue.receive(0, kCopy | MSG_EXCEPT).outcome, EINVAL);
    EXPECT_ERR(receive(-1, 0, kCopy).outcome, EINVAL);
    EXPECT_ERR(receive(INT_MAX, 0, kCopy).outcome, ENOSYS);
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(copy_without_nowait_is_einval)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(queue.receive(0, MSG_COPY).outcome, EINVAL);
}

TEST(copy_with_except_is_einval)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(queue.receive(0, kCopy | MSG_EXCEPT).outcome, EINVAL);
}

TEST(copy_reads_the_message_at_a_place_counted_from_zero)
{
    require_copy();
    const Queue queue;
    for (const long type : { 9, 5, 7 })
        REQUIRE_OK(queue.send(type, "type " + std::to_string(type)));
    EXPECT(queue.receive(1, kCopy).is(5, "type 5"));
    EXPECT(queue.receive(2, kCopy).is(7, "type 7"));
    EXPECT(queue.receive(0, kCopy).is(9, "type 9"));
}

TEST(copy_leaves_the_queue_exactly_as_it_was)
{
    require_copy();
    const Queue queue;
    REQUIRE_OK(queue.send(1, pattern(100)));
    const auto before = queue.stat();
    EXPECT(queue.receive(0, kCopy).is(1, pattern(100)));
    const auto after = queue.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(before)), 0);
    EXPECT(queue.receive().is(1, pattern(100)));
}

TEST(copy_of_a_place_beyond_the_last_is_enomsg)
{
    require_copy();
    const Queue queue;
    EXPECT_ERR(queue.receive(0, kCopy).outcome, ENOMSG);
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(queue.receive(1, kCopy).outcome, ENOMSG);
    EXPECT_ERR(queue.receive(LONG_MAX, kCopy).outcome, ENOMSG);
}

TEST(copy_of_a_negative_place_is_enomsg)
{
    require_copy();
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(queue.receive(-1, kCopy).outcome, ENOMSG);
    EXPECT_ERR(queue.receive(LONG_MIN, kCopy).outcome, ENOMSG);
}

TEST(copy_into_a_buffer_too_small_is_e2big)
{
    require_copy();
    const Queue queue;
    REQUIRE_OK(queue.send(1, pattern(10)));
    EXPECT_ERR(queue.receive(0, kCopy, 9).outcome, E2BIG);
}

TEST(copy_does_not_truncate_with_noerror_but_is_einval)
{
    require_copy();
    const Queue queue;
    REQUIRE_OK(queue.send(1, pattern(10)));
    EXPECT_ERR(queue.receive(0, kCopy | MSG_NOERROR, 9).outcome, EINVAL);
    EXPECT(queue.receive(0, kCopy | MSG_NOERROR, 10).is(1, pattern(10)));
}

TEST(copy_of_messages_of_several_pieces_is_intact)
{
    require_copy();
    const Queue queue;
    for (const std::size_t length : { 0, 1, 4047, 4048, 4049, 8135, 8136, 8137, 8192 }) {
        REQUIRE_OK(queue.send(3, pattern(length)));
        EXPECT(queue.receive(0, kCopy).is(3, pattern(length)));
        EXPECT(queue.receive().is(3, pattern(length)));
    }
}

TEST(copy_needs_the_right_to_read)
{
    require_copy();
    const Queue queue { 0602 };
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(play(kAlice, [&] { return queue.receive(0, kCopy).outcome; }), EACCES);
}

TEST(copy_from_a_negative_or_unknown_id_is_einval)
{
    require_copy();
    EXPECT_ERR(receive(-1, 0, kCopy).outcome, EINVAL);
    EXPECT_ERR(receive(INT_MAX, 0, kCopy).outcome, EINVAL);
}

TEST(copy_reads_the_buffer_first_and_efault_comes_before_a_bad_id)
{
    require_copy();
    EXPECT_ERR(sysv::msgrcv(INT_MAX, kNull, 10, 0, kCopy), EFAULT);
    EXPECT_ERR(sysv::msgrcv(-1, kNull, 10, 0, kCopy), EINVAL);
}

TEST(copy_reads_as_many_bytes_as_it_was_offered_but_not_more_than_msgmax)
{
    require_copy();
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    const GuardedBuffer memory { 5 * 4096 };
    std::byte* enough = memory.with_room_for(sysv::kDefaultMsgmax);
    EXPECT_EQ(sysv::msgrcv(queue.id(), enough, 1 << 20, 0, kCopy), Outcome::raw(4));
    EXPECT_ERR(sysv::msgrcv(queue.id(), enough + 1, 1 << 20, 0, kCopy), EFAULT);
}

TEST(copy_to_a_buffer_that_may_only_be_read_is_efault_and_the_message_stays)
{
    require_copy();
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    const GuardedBuffer memory;
    memory.protect(PROT_READ);
    EXPECT_ERR(sysv::msgrcv(queue.id(), memory.with_room_for(100), 10, 0, kCopy), EFAULT);
    EXPECT_EQ(queue.stat().qnum, 1u);
}

} // namespace
