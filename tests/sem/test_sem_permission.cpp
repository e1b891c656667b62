// SPDX-License-Identifier: GPL-2.0
/*
 * Permissions: every mode, for every relation of a user to a set.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/roles.hpp"
#include "lib/sem_set.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/fsuid.h>

namespace {

// One set for every combination of the six bits that matter.
class SetOfEveryMode {
public:
    struct Entry {
        SemSet set;
        key_t key;
        int mode;
    };

    SetOfEveryMode()
    {
        for (int bits = 0; bits < 64; ++bits) {
            const int mode = (bits & 060) << 3 | (bits & 014) << 2 | (bits & 003) << 1;
            const key_t key = unused_set_key();
            borrow(kCreator);
            SemSet set { 1, 0600, key };
            return_to_root();
            auto wanted = set.stat();
            wanted.perm.uid = kOwner.uid;
            wanted.perm.gid = kOwner.gid;
            wanted.perm.mode = static_cast<unsigned>(mode);
            REQUIRE_OK(set.set(wanted));
            entries_.push_back({ std::move(set), key, mode });
        }
    }

    const std::vector<Entry>& entries() const { return entries_; }

private:
    std::vector<Entry> entries_;
};

// The access of a process to one set, tried by every call that checks permission.
void expect_granted(const SetOfEveryMode::Entry& entry, int granted)
{
    const int id = entry.set.id();
    const auto expect = [&](Outcome outcome, int needed, const char* what) {
        const bool refused = outcome.failed_with(EACCES);
        if (refused != ((needed & ~granted) != 0)) {
            std::ostringstream text;
            text << what << " on mode 0" << std::oct << entry.mode << " gave " << outcome;
            harness::record_failure(HERE, text.str());
        }
    };
    sysv::SetStat stat;
    unsigned short value = 0;
    expect(sysv::semget(entry.key, 1, 0), 0, "semget for nothing");
    expect(sysv::semget(entry.key, 1, 0444), kRead, "semget for reading");
    expect(sysv::semget(entry.key, 1, 0222), kWrite, "semget for writing");
    expect(sysv::semget(entry.key, 1, 0666), kRead | kWrite, "semget for both");
    expect(entry.set.attempt({ zero() }), kRead, "wait for zero");
    expect(entry.set.attempt({ zero(), zero() }), kRead, "an array of zeros");
    expect(entry.set.attempt({ up() }), kWrite, "an increase");
    expect(entry.set.attempt({ zero(), up() }), kWrite, "an array with an increase");
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT })
        expect(entry.set.control(command), kRead, "reading a semaphore");
    expect(sysv::semctl(id, 0, GETALL, &value), kRead, "GETALL");
    value = 0;
    expect(sysv::semctl(id, 0, SETALL, &value), kWrite, "SETALL");
    expect(entry.set.set_value(0, 0), kWrite, "SETVAL");
    expect(sysv::semctl(id, 0, IPC_STAT, &stat), kRead, "IPC_STAT");
    expect(sysv::semctl(sysv::index_of(id), 0, SEM_STAT, &stat), kRead, "SEM_STAT");
    expect(sysv::semctl(sysv::index_of(id), 0, SEM_STAT_ANY, &stat), 0, "SEM_STAT_ANY");
}

void check_every_mode(Bits bits, const Actor::Body& dress_up)
{
    const SetOfEveryMode sets;
    Actor actor { [&] {
        if (const auto dressed = dress_up(); !dressed.ok())
            return dressed;
        for (const auto& entry : sets.entries())
            expect_granted(entry, granted_by(bits, entry.mode));
        return Outcome::raw(0);
    } };
    if (actor.join().failed_with(ENOSYS))
        harness::skip("user namespaces cannot be created");
}

const bool kRolesRegistered = [] {
    for (const Role& role : kRoles)
        harness::Registration { std::string { "of_a_set_" } + role.name, [&role] {
                                   check_every_mode(role.bits, [&] {
                                       if (role.dropped_capability)
                                           drop_capability(*role.dropped_capability);
                                       become(role.identity);
                                       return Outcome::raw(0);
                                   });
                               } };
    return true;
}();

TEST(the_file_system_group_counts_as_membership_for_a_set)
{
    check_every_mode(Bits::Group, [] {
        REQUIRE_EQ(setgroups(0, nullptr), 0);
        REQUIRE_EQ(setresgid(kSomeGroup, kSomeGroup, kOwner.gid), 0);
        REQUIRE_EQ(setresuid(kSomebody, kSomebody, kSomebody), 0);
        setfsgid(kOwner.gid); // after the rest: every change of the egid resets it
        return Outcome::raw(0);
    });
}

TEST(capabilities_in_another_user_namespace_grant_nothing_on_a_set)
{
    check_every_mode(Bits::Other, [] {
        return unshare(CLONE_NEWUSER) == 0 ? Outcome::raw(0) : Outcome::failure(ENOSYS);
    });
}

TEST(execute_bits_of_a_set_grant_nothing)
{
    const SemSet set { 1, 0111 };
    (void)play(kAlice, [&] {
        EXPECT_ERR(set.operate({ up() }), EACCES);
        EXPECT_ERR(set.operate({ zero() }), EACCES);
        EXPECT_ERR(set.control(GETVAL), EACCES);
        return Outcome::raw(0);
    });
}

} // namespace
