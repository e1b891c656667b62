// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals of a security module: shared memory.
 */
#include "lib/harness.hpp"
#include "lib/segment.hpp"
#include "security/smack.hpp"

namespace {

using smack::as_user;
using smack::let_user;

// A segment of the label Maker, for tasks of the label User with the rights of the rule.
struct LabelledSegment {
    explicit LabelledSegment(key_t with_key = IPC_PRIVATE) : key { with_key } { }

    // `body`, as User, is refused, and changes nothing.
    void expect_refused(harness::Place place, const Actor::Body& body) const
    {
        const auto before = segment.stat();
        harness::check_error(place, "the call", as_user(body), EACCES);
        const auto after = segment.stat();
        harness::check_equal(place, "attaches", after.nattch, before.nattch);
        harness::check_equal(place, "attach time", after.atime, before.atime);
        harness::check_equal(place, "detach time", after.dtime, before.dtime);
        harness::check_equal(place, "last pid", after.lpid, before.lpid);
        harness::check_equal(place, "mode", after.perm.mode, before.perm.mode);
    }
    Actor::Body attaching(int flags) const
    {
        return [this, flags] { return sysv::shmat(segment.id(), nullptr, flags); };
    }

    key_t key;
    Segment segment { Segment::adopt(smack::made_by_maker(
        [this] { return sysv::shmget(key, kPage, IPC_CREAT | IPC_EXCL | 0700); })) };
};

TEST(a_segment_can_be_opened_if_the_rule_permits)
{
    const LabelledSegment fixture { unused_segment_key() };
    const auto open_as_user = [&](std::size_t size, int mode) {
        return as_user([&] { return sysv::shmget(fixture.key, size, mode); });
    };
    EXPECT_OK(open_as_user(kPage, 0600));
    let_user("r");
    EXPECT_OK(open_as_user(0, 0400));
    EXPECT_ERR(open_as_user(0, 0600), EACCES);
    let_user("");
    EXPECT_ERR(open_as_user(0, 0400), EACCES);
    EXPECT_ERR(open_as_user(2 * kPage, 0400), EINVAL);
}

TEST(attaching_without_permission_is_refused)
{
    const LabelledSegment fixture;
    let_user("r");
    fixture.expect_refused(HERE, fixture.attaching(0));
    fixture.expect_refused(HERE, fixture.attaching(SHM_RDONLY | SHM_EXEC));
    EXPECT_OK(as_user(fixture.attaching(SHM_RDONLY)));
    let_user("rx");
    EXPECT_OK(as_user(fixture.attaching(SHM_RDONLY | SHM_EXEC)));
    let_user("w");
    fixture.expect_refused(HERE, fixture.attaching(SHM_RDONLY));
    let_user("rw");
    EXPECT_OK(as_user(fixture.attaching(0)));
}

TEST(a_forbidden_attachment_is_refused)
{
    const LabelledSegment fixture;
    let_user("r");
    // Smack reads the flags of shmat() as a mode.
    fixture.expect_refused(HERE, fixture.attaching(SHM_RDONLY | 0200));
    EXPECT_OK(as_user(fixture.attaching(SHM_RDONLY | 0400)));
    // A refused call does not prevent the removal of the segment.
    fixture.expect_refused(HERE, fixture.attaching(SHM_RDONLY | 0200));
    EXPECT_EQ(fixture.segment.attaches(), 0);
}

TEST(attachments_stay_when_the_rule_changes)
{
    const LabelledSegment fixture;
    const Shared<std::atomic<int>> step;
    Actor user = smack::actor(smack::kUser, [&] {
        const Attachment attachment { fixture.segment };
        *step = 1;
        wait_until([&] { return *step == 2; });
        attachment[0] = 'x';
        in_a_process([&] { attachment[1] = 'y'; });
        return Outcome::raw(0);
    });
    wait_until([&] { return *step == 1; });
    let_user("");
    *step = 2;
    EXPECT_OK(user.join());
    const Attachment attachment { fixture.segment };
    EXPECT_EQ(attachment[0], 'x');
    EXPECT_EQ(attachment[1], 'y');
}

TEST(commands_are_refused_and_change_nothing)
{
    const LabelledSegment fixture;
    const int id = fixture.segment.id();
    const int index = sysv::index_of(id);
    sysv::SegmentStat stat = fixture.segment.stat();
    const auto control = [&](int number, int command) {
        return [&stat, number, command] { return sysv::shmctl(number, command, &stat); };
    };
    let_user("");
    fixture.expect_refused(HERE, control(id, IPC_STAT));
    fixture.expect_refused(HERE, control(index, SHM_STAT));
    fixture.expect_refused(HERE, control(index, SHM_STAT_ANY));
    let_user("r");
    EXPECT_OK(as_user(control(index, SHM_STAT_ANY)));
    stat.perm.mode = 0666;
    fixture.expect_refused(HERE, control(id, IPC_SET));
    fixture.expect_refused(HERE, control(id, SHM_LOCK));
    fixture.expect_refused(HERE, control(id, SHM_UNLOCK));
    fixture.expect_refused(HERE, control(id, IPC_RMID));
    EXPECT_OK(as_user(fixture.attaching(SHM_RDONLY)));
    let_user("rw");
    EXPECT_OK(as_user(control(id, IPC_SET)));
    EXPECT_EQ(fixture.segment.stat().perm.mode, 0666);
    EXPECT_OK(as_user(control(id, SHM_LOCK)));
    EXPECT_EQ(fixture.segment.stat().perm.mode, 02666);
}

TEST(a_segment_can_be_removed_with_permission)
{
    LabelledSegment fixture;
    EXPECT_OK(as_user([&] { return sysv::shmctl(fixture.segment.id(), IPC_RMID, nullptr); }));
    EXPECT_ERR(fixture.segment.remove(), EINVAL);
}

} // namespace
