// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/msg_stats, sem_stats, shm_stats: statistics of each object, and whether its users live.
 */
#include "lib/actor.hpp"
#include "lib/facility.hpp"
#include "lib/own_table.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <unistd.h>

namespace {

OwnRow stats_of(const Queue& queue)
{
    return row_where("msg_stats", "msqid", std::to_string(queue.id()));
}
OwnRow stats_of(const SemSet& set)
{
    return row_where("sem_stats", "semid", std::to_string(set.id()));
}
OwnRow stats_of(const Segment& segment)
{
    return row_where("shm_stats", "shmid", std::to_string(segment.id()));
}

using Numbers = std::map<std::string, long long>;

// The columns named in `expected` have these numbers.
template <class Object>
void expect_stats(const Object& object, const Numbers& expected)
{
    const OwnRow row = stats_of(object);
    for (const auto& [column, number] : expected)
        EXPECT_EQ(column + " " + std::to_string(number_in(row, column)),
                  column + " " + std::to_string(number));
}

// --- Queues.

TEST(a_new_queue_has_its_key_its_creator_and_zeros)
{
    require_module();
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    for (const auto& [column, text] : stats_of(queue)) {
        if (column == "key")
            EXPECT_EQ(text, std::to_string(key));
        else if (column == "cpid")
            EXPECT_EQ(text, std::to_string(getpid()));
        else if (column == "clives")
            EXPECT_EQ(text, "1");
        else if (column != "msqid")
            EXPECT_EQ(column + " " + text, column + " 0");
    }
}

TEST(messages_are_counted_with_the_highest_number_at_once)
{
    require_module();
    const Queue queue;
    for (int i = 0; i < 5; ++i)
        REQUIRE_OK(queue.send(1, "text"));
    for (int i = 0; i < 3; ++i)
        REQUIRE_OK(queue.receive().outcome);
    REQUIRE_OK(queue.send(1, "text"));
    expect_stats(queue, { { "sent", 6 }, { "received", 3 }, { "maxqnum", 5 } });
}

TEST(a_message_that_is_handed_over_is_sent_and_received_and_never_queued)
{
    require_module();
    const Queue queue;
    Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(1, "text"));
    REQUIRE_OK(receiver.join());
    expect_stats(queue, { { "sent", 1 }, { "received", 1 }, { "maxqnum", 0 } });
}

TEST(calls_that_do_not_wait_are_counted)
{
    require_module();
    const Queue queue;
    EXPECT_ERR(queue.receive().outcome, ENOMSG);
    EXPECT_ERR(queue.receive(7).outcome, ENOMSG);
    queue.fill();
    EXPECT_ERR(queue.send(1, "x"), EAGAIN);
    expect_stats(queue,
                 { { "ragained", 2 }, { "sagained", 1 }, { "rblocked", 0 }, { "sblocked", 0 } });
}

TEST(waiting_receivers_are_counted_with_their_durations)
{
    require_module();
    const Queue queue;
    Actor first { [&] { return queue.receive(1, 0).outcome; } };
    first.wait_asleep_in_msgrcv();
    Actor second { [&] { return queue.receive(2, 0).outcome; } };
    second.wait_asleep_in_msgrcv();
    expect_stats(queue,
                 { { "rblocked", 2 }, { "rwaiting", 2 }, { "rmaxwaits", 2 }, { "rwait_us", 0 } });
    usleep(20'000);
    REQUIRE_OK(queue.send(2, "x"));
    REQUIRE_OK(second.join());
    expect_stats(queue, { { "rblocked", 2 }, { "rwaiting", 1 }, { "rmaxwaits", 2 } });
    const OwnRow one = stats_of(queue);
    EXPECT(number_in(one, "rwait_us") >= 20'000);
    EXPECT_EQ(one.at("rwait_us"), one.at("rmaxw_us"));
    REQUIRE_OK(queue.send(1, "x"));
    REQUIRE_OK(first.join());
    const OwnRow both = stats_of(queue);
    EXPECT(number_in(both, "rwait_us") >= number_in(one, "rwait_us") + 20'000);
    EXPECT(number_in(both, "rmaxw_us") < number_in(both, "rwait_us"));
    expect_stats(queue, { { "rwaiting", 0 }, { "swaiting", 0 }, { "sblocked", 0 } });
}

TEST(senders_that_wait_are_counted_once_however_often_they_try)
{
    require_module();
    const Queue queue;
    queue.fill(64);
    Actor sender { [&] { return queue.send(1, std::string(40, 'x'), 0); } };
    sender.wait_asleep_in_msgsnd();
    REQUIRE_OK(queue.set_qbytes(80)); // makes it try again, without success
    REQUIRE_OK(queue.receive().outcome);
    REQUIRE_OK(sender.join());
    expect_stats(queue,
                 { { "sblocked", 1 }, { "swaiting", 0 }, { "smaxwaits", 1 }, { "sagained", 0 } });
}

TEST(a_wait_that_a_signal_ends_is_counted)
{
    require_module();
    const Queue queue;
    Actor receiver { [&] { return queue.receive(1, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    receiver.signal(SIGKILL);
    receiver.join_killed(SIGKILL);
    expect_stats(queue, { { "rblocked", 1 }, { "rwaiting", 0 } });
}

TEST(queue_statistics_show_whether_its_users_live)
{
    require_module();
    Actor maker { [] { return sysv::msgget(IPC_PRIVATE, 0600); } };
    const pid_t dead = maker.pid();
    const Queue queue = Queue::adopt(static_cast<int>(maker.join().value()));
    expect_stats(queue, { { "cpid", dead }, { "clives", 0 }, { "lspid", 0 }, { "lslive", 0 } });
    REQUIRE_OK(queue.send(1, "x"));
    expect_stats(queue, { { "lspid", getpid() }, { "lslive", 1 }, { "clives", 0 } });
    Actor receiver { [&] { return queue.receive().outcome; } };
    const pid_t reader = receiver.pid();
    REQUIRE_OK(receiver.join());
    expect_stats(queue, { { "lrpid", reader }, { "lrlive", 0 } });
}

// --- Sets.

TEST(operations_of_a_set_are_counted_by_call)
{
    require_module();
    const SemSet set { 40 };
    REQUIRE_OK(set.attempt({ up(3) }));
    REQUIRE_OK(set.attempt({ undone(up(39, 5)) }));
    REQUIRE_OK(set.attempt({ up(1), up(2), down(1) }));
    REQUIRE_OK(set.attempt({ zero(7) }));
    expect_stats(set,
                 { { "operations", 4 }, { "undoers", 1 }, { "blocked", 0 }, { "agained", 0 } });
}

TEST(failed_operations_are_counted_by_reason)
{
    require_module();
    const SemSet set { 2 };
    EXPECT_ERR(set.attempt({ down() }), EAGAIN);
    EXPECT_ERR(set.attempt({ up(0), down(1) }), EAGAIN);
    REQUIRE_OK(set.set_value(0, 32767));
    EXPECT_ERR(set.attempt({ up() }), ERANGE);
    expect_stats(set, { { "operations", 0 }, { "agained", 2 }, { "ranged", 1 } });
}

TEST(waiting_operations_are_counted_with_their_durations)
{
    require_module();
    const SemSet set { 2 };
    Actor single = sleeper_in(set, { down() });
    Actor several = sleeper_in(set, { down(1), up(0) });
    expect_stats(set,
                 { { "blocked", 2 }, { "waiting", 2 }, { "maxwaits", 2 }, { "operations", 0 } });
    usleep(20'000);
    REQUIRE_OK(set.attempt({ up(1) }));
    REQUIRE_OK(several.join());
    REQUIRE_OK(single.join());
    expect_stats(set,
                 { { "blocked", 2 }, { "waiting", 0 }, { "maxwaits", 2 }, { "operations", 3 } });
    const OwnRow row = stats_of(set);
    EXPECT(number_in(row, "wait_us") >= 40'000);
    EXPECT(number_in(row, "maxw_us") >= 20'000);
}

TEST(a_timeout_ends_a_wait)
{
    require_module();
    const SemSet set;
    int calls = 0;
    // The time runs from the call on, the wait from later: from how much later is the scheduler's affair.
    do {
        EXPECT_ERR(set.operate_within({ down() }, milliseconds(20)), EAGAIN);
        expect_stats(set, { { "blocked", ++calls }, { "waiting", 0 }, { "agained", 0 } });
    } while (number_in(stats_of(set), "maxw_us") < 10'000);
}

TEST(the_last_user_of_a_set_is_that_of_the_last_operation)
{
    require_module();
    const SemSet set { 5 };
    expect_stats(set, { { "lpid", 0 }, { "llives", 0 }, { "cpid", getpid() }, { "clives", 1 } });
    Actor other { [&] { return set.attempt({ up(3) }); } };
    const pid_t dead = other.pid();
    REQUIRE_OK(other.join());
    expect_stats(set, { { "lpid", dead }, { "llives", 0 } });
}

// --- Segments.

TEST(mappings_of_a_segment_are_counted)
{
    require_module();
    const Segment segment { 2 * kPage };
    expect_stats(segment,
                 { { "mapped", 0 }, { "unmapped", 0 }, { "cpid", getpid() }, { "clives", 1 } });
    {
        const Attachment attachment { segment };
        expect_stats(segment, { { "mapped", 1 }, { "unmapped", 0 }, { "lpid", getpid() } });
        Actor child { [] { return Outcome::raw(0); } };
        const pid_t dead = child.pid();
        REQUIRE_OK(child.join());
        expect_stats(segment,
                     { { "mapped", 2 }, { "unmapped", 1 }, { "lpid", dead }, { "llives", 0 } });
    }
    expect_stats(segment,
                 { { "mapped", 2 }, { "unmapped", 2 }, { "lpid", getpid() }, { "llives", 1 } });
}

// --- All.

std::string kind_of(const Facility& facility)
{
    return std::string { facility.file }.substr(std::string { "/proc/sysvipc/" }.size());
}

std::vector<OwnRow> statistics_of(const Facility& facility, int id)
{
    const std::string kind = kind_of(facility);
    return rows_where(kind + "_stats", kind == "msg" ? "msqid" : kind + "id", std::to_string(id));
}

FACILITY_TEST(all_users_see_the_statistics_of_an_unreadable)
{
    require_module();
    in_a_new_ipc_namespace([&] {
        const int id = facility.make();
        (void)play(kAlice, [&] {
            EXPECT_EQ(statistics_of(facility, id).size(), std::size_t { 1 });
            return Outcome::raw(0);
        });
    });
}

FACILITY_TEST(there_are_no_statistics_of_a_removed)
{
    require_module();
    in_a_new_ipc_namespace([&] {
        const int id = facility.make();
        REQUIRE_OK(facility.remove(id));
        EXPECT(statistics_of(facility, id).empty());
    });
}

FACILITY_TEST(another_namespace_has_no_statistics_of_a)
{
    require_module();
    in_a_new_ipc_namespace([&] {
        const int id = facility.make();
        in_a_new_ipc_namespace(
            [&] { EXPECT(read_own_table(kind_of(facility) + "_stats").empty()); });
        EXPECT_EQ(statistics_of(facility, id).size(), std::size_t { 1 });
    });
}

} // namespace
