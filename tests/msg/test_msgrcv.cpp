// SPDX-License-Identifier: GPL-2.0
/*
 * msgrcv(2) without sleeping: which message is taken, the order of the checks, the recorded data.
 * MSG_COPY: test_msg_copy.cpp.  Sleeping receivers: test_msg_blocking.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <cstring>
#include <sys/mman.h>
#include <thread>

namespace {

// Sends one message for each type; its text is its position.
void send_types(const Queue& queue, std::initializer_list<long> types)
{
    int place = 0;
    for (const long type : types)
        REQUIRE_OK(queue.send(type, "place " + std::to_string(place++)));
}

void expect_places(const Queue& queue, long type, int flags, std::initializer_list<int> places)
{
    for (const int place : places)
        EXPECT_EQ(queue.receive(type, flags | IPC_NOWAIT).text, "place " + std::to_string(place));
}

void expect_no_message(const Queue& queue, long type, int flags = 0)
{
    EXPECT_ERR(queue.receive(type, flags | IPC_NOWAIT).outcome, ENOMSG);
}

TEST(type_zero_takes_messages_in_the_order_of_sending)
{
    const Queue queue;
    send_types(queue, { 5, 1, 3, 1 });
    expect_places(queue, 0, 0, { 0, 1, 2, 3 });
    expect_no_message(queue, 0);
}

TEST(a_positive_type_takes_only_messages_of_that_type)
{
    const Queue queue;
    send_types(queue, { 5, 1, 3, 1, 5 });
    expect_places(queue, 1, 0, { 1, 3 });
    expect_no_message(queue, 1);
    expect_no_message(queue, 4);
    expect_places(queue, 5, 0, { 0, 4 });
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(types_that_differ_in_high_bits_only_are_different)
{
    constexpr long high = LONG_MAX / 2 + 1 + 7;
    const Queue queue;
    send_types(queue, { high, 7 });
    expect_places(queue, 7, 0, { 1 });
    expect_no_message(queue, 7);
    expect_places(queue, high, 0, { 0 });
}

TEST(a_negative_type_takes_the_lowest_type_first)
{
    const Queue queue;
    send_types(queue, { 5, 3, 4, 2 });
    expect_places(queue, -5, 0, { 3, 1, 2, 0 });
}

TEST(a_negative_type_takes_equal_types_in_the_order_of_sending)
{
    const Queue queue;
    send_types(queue, { 3, 2, 3, 2, 1, 1 });
    expect_places(queue, -3, 0, { 4, 5, 1, 3, 0, 2 });
}

TEST(a_negative_type_takes_nothing_above_its_value)
{
    const Queue queue;
    send_types(queue, { 5, 6 });
    expect_no_message(queue, -4);
    expect_places(queue, -5, 0, { 0 });
    expect_no_message(queue, -5);
}

TEST(long_min_takes_the_lowest_type_of_all)
{
    const Queue queue;
    send_types(queue, { LONG_MAX, 7, LONG_MAX - 1 });
    expect_places(queue, LONG_MIN, 0, { 1, 2, 0 });
}

TEST(minus_long_max_takes_even_the_highest_type)
{
    const Queue queue;
    send_types(queue, { LONG_MAX });
    expect_no_message(queue, -(LONG_MAX - 1));
    expect_places(queue, -LONG_MAX, 0, { 0 });
}

TEST(except_takes_the_first_message_of_another_type)
{
    const Queue queue;
    send_types(queue, { 2, 2, 1, 3, 2 });
    expect_places(queue, 2, MSG_EXCEPT, { 2, 3 });
    expect_no_message(queue, 2, MSG_EXCEPT);
    EXPECT_EQ(queue.stat().qnum, 3u);
}

TEST(except_with_type_zero_takes_any_message)
{
    const Queue queue;
    send_types(queue, { 2, 1 });
    expect_places(queue, 0, MSG_EXCEPT, { 0, 1 });
}

TEST(except_with_a_negative_type_is_ignored)
{
    const Queue queue;
    send_types(queue, { 9, 2, 1 });
    expect_places(queue, -2, MSG_EXCEPT, { 2, 1 });
    expect_no_message(queue, -2, MSG_EXCEPT);
}

TEST(an_empty_queue_is_enomsg)
{
    const Queue queue;
    for (const long type : { 0l, 1l, -1l, LONG_MIN, LONG_MAX })
        expect_no_message(queue, type);
    expect_no_message(queue, 1, MSG_EXCEPT);
}

TEST(the_length_of_the_message_is_returned)
{
    const Queue queue;
    for (const std::size_t length : { 0, 1, 100, 8192 }) {
        REQUIRE_OK(queue.send(1, pattern(length)));
        EXPECT_EQ(queue.receive().outcome, Outcome::raw(static_cast<long>(length)));
    }
}

TEST(a_buffer_too_small_is_e2big_and_the_message_stays)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, pattern(10)));
    const auto before = queue.stat();
    EXPECT_ERR(queue.receive(0, IPC_NOWAIT, 9).outcome, E2BIG);
    EXPECT_ERR(queue.receive(0, IPC_NOWAIT, 0).outcome, E2BIG);
    const auto after = queue.stat();
    EXPECT_EQ(std::memcmp(&before, &after, sizeof(before)), 0);
    EXPECT(queue.receive(0, IPC_NOWAIT, 10).is(1, pattern(10)));
}

TEST(e2big_is_judged_on_the_first_match_even_if_a_later_one_would_fit)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, pattern(10)));
    REQUIRE_OK(queue.send(1, "x"));
    EXPECT_ERR(queue.receive(1, IPC_NOWAIT, 5).outcome, E2BIG);
    EXPECT_ERR(queue.receive(-1, IPC_NOWAIT, 5).outcome, E2BIG);
    EXPECT_ERR(queue.receive(2, IPC_NOWAIT | MSG_EXCEPT, 5).outcome, E2BIG);
}

TEST(noerror_cuts_the_message_and_the_rest_is_lost)
{
    const Queue queue;
    REQUIRE_OK(queue.send(7, pattern(10)));
    EXPECT(queue.receive(0, IPC_NOWAIT | MSG_NOERROR, 4).is(7, pattern(10).substr(0, 4)));
    expect_no_message(queue, 0);
    EXPECT_EQ(queue.stat().cbytes, 0u);
}

TEST(noerror_with_room_for_nothing_gives_the_type_and_returns_zero)
{
    const Queue queue;
    REQUIRE_OK(queue.send(7, pattern(10)));
    EXPECT(queue.receive(0, IPC_NOWAIT | MSG_NOERROR, 0).is(7, ""));
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(noerror_leaves_messages_that_fit_whole)
{
    const Queue queue;
    REQUIRE_OK(queue.send(7, pattern(10)));
    EXPECT(queue.receive(0, IPC_NOWAIT | MSG_NOERROR, 10).is(7, pattern(10)));
}

TEST(a_message_of_no_bytes_fits_a_buffer_of_no_bytes)
{
    const Queue queue;
    REQUIRE_OK(queue.send(3, ""));
    EXPECT(queue.receive(0, IPC_NOWAIT, 0).is(3, ""));
}

TEST(buffer_sizes_above_msgmax_are_accepted)
{
    const Queue queue;
    std::vector<char> buffer(sizeof(long) + 8192);
    constexpr std::size_t sizes[] {
        9000,
        LONG_MAX,
#ifdef __LP64__
        0x1'0000'0000,
#endif
    };
    for (const std::size_t size : sizes) {
        REQUIRE_OK(queue.send(1, "text"));
        EXPECT_EQ(sysv::msgrcv(queue.id(), buffer.data(), size, 0, IPC_NOWAIT), Outcome::raw(4));
    }
}

TEST(buffer_sizes_that_are_negative_as_long_are_einval)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    long message[8];
    for (const long size : { -1l, LONG_MIN })
        EXPECT_ERR(sysv::msgrcv(queue.id(), message, static_cast<std::size_t>(size), 0,
                                IPC_NOWAIT | MSG_NOERROR),
                   EINVAL);
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(receiving_from_a_negative_or_unknown_id_is_einval)
{
    Queue queue;
    const int id = queue.id();
    REQUIRE_OK(queue.remove());
    for (const int bad : { -1, INT_MIN, id, INT_MAX })
        EXPECT_ERR(receive(bad).outcome, EINVAL);
}

TEST(a_bad_id_is_noticed_before_a_bad_buffer)
{
    EXPECT_ERR(sysv::msgrcv(-1, kNull, 10, 0, IPC_NOWAIT), EINVAL);
    EXPECT_ERR(sysv::msgrcv(INT_MAX, kNull, 10, 0, IPC_NOWAIT), EINVAL);
}

TEST(an_empty_queue_is_noticed_before_a_bad_buffer)
{
    EXPECT_ERR(sysv::msgrcv(Queue {}.id(), kNull, 10, 0, IPC_NOWAIT), ENOMSG);
}

TEST(a_message_too_long_is_noticed_before_a_bad_buffer)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(sysv::msgrcv(queue.id(), kNull, 3, 0, IPC_NOWAIT), E2BIG);
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(missing_permission_is_noticed_before_an_empty_queue_and_a_long_message)
{
    const Queue queue { 0602 };
    const auto receive_as_stranger = [&](std::size_t room) {
        return play(kAlice, [&] { return queue.receive(0, IPC_NOWAIT, room).outcome; });
    };
    EXPECT_ERR(receive_as_stranger(10), EACCES);
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(receive_as_stranger(1), EACCES);
    EXPECT_EQ(queue.stat().qnum, 1u);
}

TEST(an_unwritable_buffer_is_efault_and_the_message_is_lost)
{
    const Queue queue;
    for (void* bad : { kNull, kKernelAddress }) {
        REQUIRE_OK(queue.send(1, "text"));
        EXPECT_ERR(sysv::msgrcv(queue.id(), bad, 10, 0, IPC_NOWAIT), EFAULT);
        const auto stat = queue.stat();
        EXPECT_EQ(stat.qnum, 0u);
        EXPECT_EQ(stat.cbytes, 0u);
        EXPECT_EQ(stat.lrpid, getpid());
        EXPECT(stat.rtime > 0);
    }
}

TEST(a_buffer_that_may_only_be_read_is_efault)
{
    const Queue queue;
    const GuardedBuffer memory;
    memory.protect(PROT_READ);
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_ERR(sysv::msgrcv(queue.id(), memory.with_room_for(100), 10, 0, IPC_NOWAIT), EFAULT);
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(a_buffer_that_ends_inside_the_text_is_efault_at_every_distance)
{
    const Queue queue;
    const GuardedBuffer memory;
    for (const std::size_t missing : { 1, 100, 3952, 4000, 4096, 7999, 8000 }) {
        REQUIRE_OK(queue.send(1, pattern(8000)));
        std::byte* start = memory.with_room_for(8000 - missing + sizeof(long));
        EXPECT_ERR(sysv::msgrcv(queue.id(), start, 8000, 0, IPC_NOWAIT), EFAULT);
        EXPECT_EQ(queue.stat().qnum, 0u);
    }
}

TEST(a_failed_copy_of_the_text_has_already_written_the_type)
{
    const Queue queue;
    const GuardedBuffer memory;
    REQUIRE_OK(queue.send(0x1234, "text"));
    std::byte* start = memory.with_room_for(sizeof(long));
    EXPECT_ERR(sysv::msgrcv(queue.id(), start, 10, 0, IPC_NOWAIT), EFAULT);
    long type = 0;
    std::memcpy(&type, start, sizeof(type));
    EXPECT_EQ(type, 0x1234);
}

TEST(a_buffer_that_ends_with_the_message_is_enough_however_large_it_claims_to_be)
{
    const Queue queue;
    const GuardedBuffer memory;
    REQUIRE_OK(queue.send(1, "text"));
    std::byte* start = memory.with_room_for(sizeof(long) + 4);
    EXPECT_EQ(sysv::msgrcv(queue.id(), start, 8192, 0, IPC_NOWAIT), Outcome::raw(4));
    REQUIRE_OK(queue.send(1, ""));
    EXPECT_EQ(sysv::msgrcv(queue.id(), memory.with_room_for(sizeof(long)), 8192, 0, IPC_NOWAIT),
              Outcome::raw(0));
}

TEST(receiving_records_the_process_and_the_time)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    const auto before = kernel_seconds();
    REQUIRE_OK(queue.receive().outcome);
    const auto after = kernel_seconds();
    const auto stat = queue.stat();
    EXPECT_EQ(stat.lrpid, getpid());
    EXPECT(stat.rtime >= before && stat.rtime <= after);
    EXPECT_EQ(stat.qnum, 0u);
    EXPECT_EQ(stat.cbytes, 0u);
}

TEST(receiving_leaves_the_records_of_sending_and_changing_alone)
{
    const Queue queue;
    Actor sender { [&] { return queue.send(1, "text"); } };
    REQUIRE_OK(sender.join());
    const auto before = queue.stat();
    REQUIRE_OK(queue.receive().outcome);
    const auto after = queue.stat();
    EXPECT_EQ(after.lspid, before.lspid);
    EXPECT_EQ(after.stime, before.stime);
    EXPECT_EQ(after.ctime, before.ctime);
}

TEST(a_failed_receive_records_nothing)
{
    const Queue queue;
    expect_no_message(queue, 0);
    REQUIRE_OK(queue.send(1, "text"));
    expect_no_message(queue, 2);
    const auto stat = queue.stat();
    EXPECT_EQ(stat.lrpid, 0);
    EXPECT_EQ(stat.rtime, 0);
}

TEST(a_receiving_thread_that_need_not_wait_is_recorded_as_its_process)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    std::thread { [&] { EXPECT_OK(queue.receive().outcome); } }.join();
    EXPECT_EQ(queue.stat().lrpid, getpid());
}

TEST(flags_of_other_calls_are_ignored_by_msgrcv)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT(queue.receive(0, IPC_NOWAIT | IPC_CREAT | IPC_EXCL | 0777).is(1, "text"));
}

} // namespace
