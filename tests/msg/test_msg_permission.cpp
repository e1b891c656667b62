// SPDX-License-Identifier: GPL-2.0
/*
 * Permissions: every mode, for every relation of a user to a queue.
 *
 * One user creates the queues and then gives them to another user and group, so that creator and
 * owner, and their groups, are four different ids.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/roles.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/fsuid.h>

namespace {

// One queue for every combination of the nine bits that matters: six of them, without execute.
class QueueOfEveryMode {
public:
    struct Entry {
        Queue queue;
        key_t key;
        int mode;
    };

    QueueOfEveryMode()
    {
        for (int bits = 0; bits < 64; ++bits) {
            const int mode = (bits & 060) << 3 | (bits & 014) << 2 | (bits & 003) << 1;
            const key_t key = unused_key();
            borrow(kCreator);
            Queue queue { 0600, key };
            return_to_root();
            auto wanted = queue.stat();
            wanted.perm.uid = kOwner.uid;
            wanted.perm.gid = kOwner.gid;
            wanted.perm.mode = static_cast<unsigned>(mode);
            REQUIRE_OK(queue.set(wanted));
            entries_.push_back({ std::move(queue), key, mode });
        }
    }

    const std::vector<Entry>& entries() const { return entries_; }

private:
    std::vector<Entry> entries_;
};

// The access of a process to one queue, tried by every call that checks permission.
void expect_granted(const QueueOfEveryMode::Entry& entry, int granted)
{
    const int id = entry.queue.id();
    const auto expect = [&](Outcome outcome, int needed, const char* what) {
        const bool refused = outcome.failed_with(EACCES);
        if (refused != ((needed & ~granted) != 0)) {
            std::ostringstream text;
            text << what << " on mode 0" << std::oct << entry.mode << " gave " << outcome;
            harness::record_failure(HERE, text.str());
        }
    };
    sysv::QueueStat stat;
    expect(sysv::msgget(entry.key, 0), 0, "msgget for nothing");
    expect(sysv::msgget(entry.key, 0444), kRead, "msgget for reading");
    expect(sysv::msgget(entry.key, 0222), kWrite, "msgget for writing");
    expect(sysv::msgget(entry.key, 0666), kRead | kWrite, "msgget for both");
    expect(send(id, 1, "text"), kWrite, "msgsnd");
    expect(receive(id).outcome, kRead, "msgrcv");
    expect(sysv::msgctl(id, IPC_STAT, &stat), kRead, "IPC_STAT");
    expect(sysv::msgctl(sysv::index_of(id), MSG_STAT, &stat), kRead, "MSG_STAT");
    expect(sysv::msgctl(sysv::index_of(id), MSG_STAT_ANY, &stat), 0, "MSG_STAT_ANY");
}

void check_every_mode(Bits bits, const Actor::Body& dress_up)
{
    const QueueOfEveryMode queues;
    Actor actor { [&] {
        if (const auto dressed = dress_up(); !dressed.ok())
            return dressed;
        for (const auto& entry : queues.entries())
            expect_granted(entry, granted_by(bits, entry.mode));
        return Outcome::raw(0);
    } };
    if (actor.join().failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
}

const bool kRolesRegistered = [] {
    for (const Role& role : kRoles)
        harness::Registration { role.name, [&role] {
                                   check_every_mode(role.bits, [&] {
                                       if (role.dropped_capability)
                                           drop_capability(*role.dropped_capability);
                                       become(role.identity);
                                       return Outcome::raw(0);
                                   });
                               } };
    return true;
}();

TEST(the_effective_user_counts_and_not_the_real_one)
{
    check_every_mode(Bits::Other, [] {
        REQUIRE_EQ(setgroups(0, nullptr), 0);
        REQUIRE_EQ(setresgid(kOwner.gid, kSomeGroup, kSomeGroup), 0);
        REQUIRE_EQ(setresuid(kOwner.uid, kSomebody, kSomebody), 0);
        return Outcome::raw(0);
    });
}

TEST(the_effective_user_and_not_the_file_system_user_counts)
{
    check_every_mode(Bits::Other, [] {
        become({ kSomebody, kSomeGroup });
        setfsuid(kOwner.uid);
        return Outcome::raw(0);
    });
}

TEST(the_file_system_group_counts_as_membership)
{
    check_every_mode(Bits::Group, [] {
        REQUIRE_EQ(setgroups(0, nullptr), 0);
        REQUIRE_EQ(setresgid(kSomeGroup, kSomeGroup, kOwner.gid), 0);
        REQUIRE_EQ(setresuid(kSomebody, kSomebody, kSomebody), 0);
        setfsgid(kOwner.gid); // after the rest: every change of the egid resets it
        return Outcome::raw(0);
    });
}

TEST(capabilities_in_another_user_namespace_grant_nothing)
{
    check_every_mode(Bits::Other, [] {
        return unshare(CLONE_NEWUSER) == 0 ? Outcome::raw(0) : Outcome::failure(ENOSYS);
    });
}

TEST(capabilities_in_another_user_namespace_do_not_let_set_or_remove)
{
    const QueueOfEveryMode queues;
    const Queue& queue = queues.entries().back().queue;
    const auto stat = queue.stat();
    Actor actor { [&] {
        if (unshare(CLONE_NEWUSER) != 0)
            return Outcome::failure(ENOSYS);
        EXPECT_ERR(queue.set(stat), EPERM);
        EXPECT_ERR(sysv::msgctl(queue.id(), IPC_RMID, nullptr), EPERM);
        return Outcome::raw(0);
    } };
    if (actor.join().failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
}

TEST(permission_is_checked_at_each_call)
{
    const Queue queue { 0666 };
    Actor stranger { kAlice, [&] {
                        EXPECT_OK(queue.send(1, "text"));
                        EXPECT_OK(send(queue.id(), 2, "turn"));
                        wait_until([&] { return queue.send(1, "text").failed_with(EACCES); });
                        return queue.receive().outcome;
                    } };
    wait_until([&] { return queue.receive(2).outcome.ok(); });
    REQUIRE_OK(queue.set_mode(0600));
    EXPECT_ERR(stranger.join(), EACCES);
}

TEST(giving_a_queue_away_takes_the_rights_of_the_former_owner_but_not_of_the_creator)
{
    Queue queue { 0600 };
    const auto give_to = [&](uid_t uid) {
        auto wanted = queue.stat();
        wanted.perm.uid = uid;
        REQUIRE_OK(queue.set(wanted));
    };
    const auto send_as = [&](const Identity& who) {
        return play(who, [&] { return queue.send(1, "text"); });
    };
    give_to(kAlice.uid);
    EXPECT_OK(send_as(kAlice));
    EXPECT_ERR(send_as(kBob), EACCES);
    give_to(kBob.uid);
    EXPECT_OK(send_as(kBob));
    EXPECT_ERR(send_as(kAlice), EACCES);
    Actor creator { [&] {
        drop_capability(CAP_IPC_OWNER);
        return queue.send(1, "text");
    } };
    EXPECT_OK(creator.join());
}

TEST(execute_bits_grant_nothing)
{
    const Queue queue { 0111 };
    (void)play(kAlice, [&] {
        EXPECT_ERR(queue.send(1, "text"), EACCES);
        EXPECT_ERR(queue.receive().outcome, EACCES);
        return Outcome::raw(0);
    });
}

} // namespace
