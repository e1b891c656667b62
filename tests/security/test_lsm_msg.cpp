// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals of a security module: message queues.  Most calls ask Smack twice, for the permission
 * and for the call itself, which needs more access: so each check can be made to refuse.
 */
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "security/smack.hpp"

namespace {

using smack::as_user;
using smack::let_user;

// A queue of the label Maker, for tasks of the label User with the rights of the rule.
struct LabelledQueue {
    explicit LabelledQueue(key_t with_key = IPC_PRIVATE) : key { with_key } { }

    // Nothing of it is different.
    void expect_unchanged(harness::Place place, const std::function<void()>& body) const
    {
        const auto before = queue.stat();
        body();
        const auto after = queue.stat();
        harness::check_equal(place, "messages", after.qnum, before.qnum);
        harness::check_equal(place, "bytes", after.cbytes, before.cbytes);
        harness::check_equal(place, "last sender", after.lspid, before.lspid);
        harness::check_equal(place, "last receiver", after.lrpid, before.lrpid);
        harness::check_equal(place, "send time", after.stime, before.stime);
        harness::check_equal(place, "mode", after.perm.mode, before.perm.mode);
        harness::check_equal(place, "most bytes", after.qbytes, before.qbytes);
    }
    // `body`, as User, is refused, and changes nothing.
    void expect_refused(harness::Place place, const Actor::Body& body, int error = EACCES) const
    {
        expect_unchanged(place,
                         [&] { harness::check_error(place, "the call", as_user(body), error); });
    }

    key_t key;
    Queue queue { Queue::adopt(
        smack::made_by_maker([this] { return sysv::msgget(key, IPC_CREAT | IPC_EXCL | 0600); })) };
};

TEST(a_queue_can_be_opened_if_the_rule_permits)
{
    const LabelledQueue fixture { unused_key() };
    const auto open_as_user = [&](int mode) {
        return as_user([&] { return sysv::msgget(fixture.key, mode); });
    };
    EXPECT_OK(open_as_user(0600));
    let_user("r");
    EXPECT_OK(open_as_user(0400));
    EXPECT_ERR(open_as_user(0600), EACCES);
    let_user("");
    EXPECT_ERR(open_as_user(0400), EACCES);
    EXPECT_ERR(open_as_user(IPC_CREAT | 0400), EACCES);
    EXPECT_ERR(open_as_user(IPC_CREAT | IPC_EXCL | 0400), EEXIST);
    EXPECT_OK(smack::play(smack::kMaker, [&] { return sysv::msgget(fixture.key, 0600); }));
}

TEST(a_sender_without_permission_is_refused)
{
    const LabelledQueue fixture;
    let_user("r");
    fixture.expect_refused(HERE, [&] { return fixture.queue.send(1, "text"); });
    let_user("rw");
    EXPECT_OK(as_user([&] { return fixture.queue.send(1, "text"); }));
    EXPECT(fixture.queue.receive().is(1, "text"));
}

TEST(a_message_that_must_not_be_sent_is_refused)
{
    const LabelledQueue fixture;
    let_user("w");
    // Smack reads the flags of msgsnd() as a mode.
    fixture.expect_refused(HERE, [&] { return fixture.queue.send(1, "text", IPC_NOWAIT | 0400); });
    EXPECT_OK(as_user([&] { return fixture.queue.send(1, "text"); }));
    EXPECT(fixture.queue.receive().is(1, "text"));
}

TEST(a_receiver_without_permission_is_refused)
{
    const LabelledQueue fixture;
    REQUIRE_OK(fixture.queue.send(1, "text"));
    let_user("w");
    fixture.expect_refused(HERE, [&] { return fixture.queue.receive().outcome; });
    let_user("rw");
    EXPECT_OK(as_user([&] { return fixture.queue.receive().outcome; }));
}

TEST(a_message_that_must_not_be_received_is_skipped)
{
    const LabelledQueue fixture;
    REQUIRE_OK(fixture.queue.send(1, "one"));
    REQUIRE_OK(fixture.queue.send(2, "two"));
    REQUIRE_OK(fixture.queue.send(2, "three"));
    let_user("r");
    for (const long type : { 0L, 2L, -2L })
        fixture.expect_refused(
            HERE, [&] { return fixture.queue.receive(type).outcome; }, ENOMSG);
    fixture.expect_refused(
        HERE, [&] { return fixture.queue.receive(1, IPC_NOWAIT | MSG_EXCEPT).outcome; }, ENOMSG);
    // One that is too long is not even found to be.
    fixture.expect_refused(
        HERE, [&] { return fixture.queue.receive(1, IPC_NOWAIT, 1).outcome; }, ENOMSG);
    let_user("rw");
    EXPECT_ERR(as_user([&] { return fixture.queue.receive(1, IPC_NOWAIT, 1).outcome; }), E2BIG);
    EXPECT(fixture.queue.receive(2).is(2, "two"));
    EXPECT(fixture.queue.receive().is(1, "one"));
    EXPECT(fixture.queue.receive().is(2, "three"));
}

// A task that may write and cannot override rules: the receivers' labels decide about its messages.
Outcome send_as_writer(const LabelledQueue& fixture, long type, std::string_view text)
{
    smack::rule("Writer", smack::kMaker, "w");
    return smack::play("Writer", [&] { return fixture.queue.send(type, text); });
}

TEST(a_queued_receiver_is_skipped_for_a_forbidden_message)
{
    const LabelledQueue fixture;
    let_user("r");
    Actor receiver =
        smack::actor(smack::kUser, [&] { return fixture.queue.receive(0, 0, 100).outcome; });
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(send_as_writer(fixture, 1, "one"));
    EXPECT_EQ(fixture.queue.stat().qnum, 1);
    EXPECT_EQ(fixture.queue.stat().lrpid, 0);
    receiver.wait_asleep_in_msgrcv();
    // The next one is offered to it again.
    let_user("rw");
    REQUIRE_OK(send_as_writer(fixture, 1, "three"));
    EXPECT_EQ(receiver.join().value(), 5);
    EXPECT(fixture.queue.receive().is(1, "one"));
}

TEST(a_queued_receiver_is_checked_by_its_own_label)
{
    const LabelledQueue fixture;
    Actor receiver =
        smack::actor(smack::kUser, [&] { return fixture.queue.receive(0, 0).outcome; });
    receiver.wait_asleep_in_msgrcv();
    // To write alone would not do for a receiver.
    EXPECT_OK(send_as_writer(fixture, 1, "text"));
    EXPECT_EQ(receiver.join().value(), 4);
}

TEST(the_queued_receiver_with_permission_gets_the_message)
{
    const LabelledQueue fixture;
    smack::rule("Reader", smack::kMaker, "r");
    Actor first = smack::actor("Reader", [&] { return fixture.queue.receive(0, 0).outcome; });
    first.wait_asleep_in_msgrcv();
    Actor second = smack::actor(smack::kUser, [&] { return fixture.queue.receive(0, 0).outcome; });
    second.wait_asleep_in_msgrcv();
    EXPECT_OK(send_as_writer(fixture, 1, "text"));
    EXPECT_EQ(second.join().value(), 4);
    first.wait_asleep_in_msgrcv();
    EXPECT_EQ(fixture.queue.stat().qnum, 0);
}

TEST(a_queued_sender_that_lost_its_permission_is_refused)
{
    const LabelledQueue fixture;
    fixture.queue.fill();
    const auto full = fixture.queue.stat();
    Actor sender = smack::actor(smack::kUser, [&] { return fixture.queue.send(2, "text", 0); });
    sender.wait_asleep_in_msgsnd();
    let_user("r");
    REQUIRE_OK(fixture.queue.set_qbytes(full.qbytes + 100));
    EXPECT_ERR(sender.join(), EACCES);
    EXPECT_EQ(fixture.queue.stat().qnum, full.qnum);
    EXPECT_ERR(fixture.queue.receive(2).outcome, ENOMSG);
}

TEST(commands_are_refused_and_change_nothing)
{
    const LabelledQueue fixture;
    const int id = fixture.queue.id();
    const int index = sysv::index_of(id);
    sysv::QueueStat stat = fixture.queue.stat();
    const auto control = [&](int number, int command) {
        return [&stat, number, command] { return sysv::msgctl(number, command, &stat); };
    };
    let_user("");
    fixture.expect_refused(HERE, control(id, IPC_STAT));
    fixture.expect_refused(HERE, control(index, MSG_STAT));
    fixture.expect_refused(HERE, control(index, MSG_STAT_ANY));
    let_user("r");
    EXPECT_OK(as_user(control(id, IPC_STAT)));
    EXPECT_OK(as_user(control(index, MSG_STAT_ANY)));
    stat.perm.mode = 0666;
    stat.qbytes = 1;
    fixture.expect_refused(HERE, control(id, IPC_SET));
    fixture.expect_refused(HERE, control(id, IPC_RMID));
    EXPECT_OK(fixture.queue.send(1, "text", 0));
    let_user("rw");
    EXPECT_OK(as_user(control(id, IPC_SET)));
    EXPECT_EQ(fixture.queue.stat().perm.mode, 0666);
    EXPECT_OK(as_user([&] { return sysv::msgctl(IPC_PRIVATE, IPC_INFO, &stat); }));
}

TEST(a_queue_can_be_removed_with_permission)
{
    LabelledQueue fixture;
    EXPECT_OK(as_user([&] { return sysv::msgctl(fixture.queue.id(), IPC_RMID, nullptr); }));
    EXPECT_ERR(fixture.queue.remove(), EINVAL);
}

} // namespace
