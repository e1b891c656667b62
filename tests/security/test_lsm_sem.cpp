// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals of a security module: semaphores.
 */
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "security/smack.hpp"

namespace {

using smack::as_user;
using smack::let_user;

// A set of the label Maker, for tasks of the label User with the rights of the rule.
struct LabelledSet {
    explicit LabelledSet(key_t with_key = IPC_PRIVATE) : key { with_key } { }

    // `body`, as User, is refused, and changes nothing.
    void expect_refused(harness::Place place, const Actor::Body& body) const
    {
        const auto before = set.stat();
        const std::string values = set.text();
        const pid_t pid = set.last_pid();
        harness::check_error(place, "the call", as_user(body), EACCES);
        const auto after = set.stat();
        harness::check_equal(place, "values", set.text(), values);
        harness::check_equal(place, "last pid", set.last_pid(), pid);
        harness::check_equal(place, "operation time", after.otime, before.otime);
        harness::check_equal(place, "change time", after.ctime, before.ctime);
        harness::check_equal(place, "mode", after.perm.mode, before.perm.mode);
    }

    key_t key;
    SemSet set { SemSet::adopt(smack::made_by_maker(
        [this] { return sysv::semget(key, 2, IPC_CREAT | IPC_EXCL | 0600); })) };
};

TEST(a_set_can_be_opened_if_the_rule_permits)
{
    const LabelledSet fixture { unused_set_key() };
    const auto open_as_user = [&](int count, int mode) {
        return as_user([&] { return sysv::semget(fixture.key, count, mode); });
    };
    EXPECT_OK(open_as_user(2, 0600));
    let_user("r");
    EXPECT_OK(open_as_user(0, 0400));
    EXPECT_ERR(open_as_user(0, 0600), EACCES);
    let_user("");
    EXPECT_ERR(open_as_user(0, 0400), EACCES);
    EXPECT_ERR(open_as_user(3, 0400), EINVAL);
}

TEST(a_change_without_permission_is_refused)
{
    const LabelledSet fixture;
    let_user("r");
    fixture.expect_refused(HERE, [&] { return fixture.set.attempt({ up() }); });
    fixture.expect_refused(HERE, [&] { return fixture.set.attempt({ zero(), up(1) }); });
    let_user("rw");
    EXPECT_OK(as_user([&] { return fixture.set.attempt({ up() }); }));
    EXPECT_EQ(fixture.set.value(), 1);
}

TEST(forbidden_operations_are_refused)
{
    const LabelledSet fixture;
    // Smack wants both rights for every operation, even one that only waits for 0.
    let_user("r");
    fixture.expect_refused(HERE, [&] { return fixture.set.attempt({ zero() }); });
    let_user("w");
    fixture.expect_refused(HERE, [&] { return fixture.set.attempt({ up() }); });
    let_user("rw");
    EXPECT_OK(as_user([&] { return fixture.set.attempt({ zero() }); }));
}

TEST(a_refused_operation_leaves_nothing_to_undo)
{
    const LabelledSet fixture;
    REQUIRE_OK(fixture.set.set_value(0, 5));
    let_user("w");
    Actor actor = smack::actor(smack::kUser, [&] {
        EXPECT_ERR(fixture.set.attempt({ undone(down()) }), EACCES);
        return Outcome::raw(0);
    });
    EXPECT_OK(actor.join());
    EXPECT_EQ(fixture.set.value(), 5);
}

TEST(a_waiting_operation_is_not_checked_again)
{
    const LabelledSet fixture;
    Actor sleeper = smack::actor(smack::kUser, [&] { return fixture.set.operate({ down() }); });
    wait_until([&] { return fixture.set.waiting_for_increase() == 1; });
    let_user("");
    REQUIRE_OK(fixture.set.operate({ up() }));
    EXPECT_OK(sleeper.join());
    EXPECT_EQ(fixture.set.value(), 0);
}

TEST(values_can_be_read_and_set_if_the_rule_permits)
{
    const LabelledSet fixture;
    REQUIRE_OK(fixture.set.set_values({ 3, 4 }));
    unsigned short values[] { 8, 9 };
    const auto control = [&](int command) {
        return [&fixture, &values, command] {
            return fixture.set.control(
                command, 0, command == SETVAL ? 7 : reinterpret_cast<unsigned long>(values));
        };
    };
    let_user("w");
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT, GETALL })
        fixture.expect_refused(HERE, control(command));
    // The permission is there, but to set values Smack wants both.
    fixture.expect_refused(HERE, control(SETVAL));
    fixture.expect_refused(HERE, control(SETALL));
    let_user("r");
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT })
        EXPECT_OK(as_user(control(command)));
    fixture.expect_refused(HERE, control(SETVAL));
    fixture.expect_refused(HERE, control(SETALL));
    let_user("rw");
    EXPECT_OK(as_user(control(SETALL)));
    EXPECT_EQ(fixture.set.text(), "8 9");
    EXPECT_OK(as_user(control(SETVAL)));
    EXPECT_EQ(fixture.set.text(), "7 9");
}

TEST(commands_are_refused_and_change_nothing)
{
    const LabelledSet fixture;
    const int id = fixture.set.id();
    const int index = sysv::index_of(id);
    sysv::SetStat stat = fixture.set.stat();
    const auto control = [&](int number, int command) {
        return [&stat, number, command] {
            return sysv::semctl(number, 0, command, reinterpret_cast<unsigned long>(&stat));
        };
    };
    let_user("");
    fixture.expect_refused(HERE, control(id, IPC_STAT));
    fixture.expect_refused(HERE, control(index, SEM_STAT));
    fixture.expect_refused(HERE, control(index, SEM_STAT_ANY));
    let_user("r");
    EXPECT_OK(as_user(control(index, SEM_STAT_ANY)));
    stat.perm.mode = 0666;
    fixture.expect_refused(HERE, control(id, IPC_SET));
    fixture.expect_refused(HERE, control(id, IPC_RMID));
    EXPECT_OK(fixture.set.attempt({ up() }));
    let_user("rw");
    EXPECT_OK(as_user(control(id, IPC_SET)));
    EXPECT_EQ(fixture.set.stat().perm.mode, 0666);
}

TEST(a_set_can_be_removed_with_permission)
{
    LabelledSet fixture;
    EXPECT_OK(as_user([&] { return fixture.set.control(IPC_RMID); }));
    EXPECT_ERR(fixture.set.remove(), EINVAL);
}

} // namespace
