// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities count in the user namespace that owns an IPC namespace, and in none below it.
 */
#include "lib/facility.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"

#include <sys/resource.h>

namespace {

const Identity kInhabitant { 1001, 1001 };

enum Power { kNone = 0, kContents = 1, kOwnership = 2, kEverything = 3 };

// The caller's access to an object of mode 0, tried by every call that checks it; the last removes it.
void expect_power(const Facility& facility, int id, int power)
{
    const int needed = power & kContents ? 0 : EACCES;
    const int admin = power & kOwnership ? 0 : EPERM;
    const auto error_of = [](Outcome outcome) { return outcome.error(); };
    sysv::Perm perm {};
    EXPECT_EQ(error_of(facility.stat(id, IPC_STAT, perm)), needed);
    EXPECT_EQ(error_of(facility.stat(sysv::index_of(id), facility.stat_index, perm)), needed);
    EXPECT_EQ(error_of(facility.get(kKey, 0444)), needed);
    EXPECT_EQ(error_of(facility.get(kKey, 0222)), needed);
    EXPECT_EQ(error_of(facility.write(id)), needed);
    EXPECT_EQ(error_of(facility.stat(sysv::index_of(id), facility.stat_any, perm)), 0);
    EXPECT_EQ(error_of(facility.get(kKey, 0)), 0);
    EXPECT_EQ(error_of(facility.set(id, 0, 0, 0)), admin);
    EXPECT_EQ(error_of(facility.remove(id)), admin);
}

// An object of the inhabitant's in the realm.
int make_in(const Realm& realm, const Facility& facility)
{
    const Shared<int> id;
    realm.in([&] {
        become(kInhabitant);
        *id = facility.make(kKey, 0);
    });
    return *id;
}

// An object of Alice's in the initial namespace.
class AlicesObject {
public:
    explicit AlicesObject(const Facility& facility)
        : facility_ { facility },
          id_ { static_cast<int>(
              play(kAlice, [&] { return Outcome::raw(facility.make(kKey, 0)); }).value()) }
    {
    }
    ~AlicesObject() { (void)facility_.remove(id_); }
    AlicesObject(const AlicesObject&) = delete;
    AlicesObject& operator=(const AlicesObject&) = delete;

    int id() const { return id_; }

private:
    const Facility& facility_;
    int id_;
};

FACILITY_TEST(root_of_the_owning_user_namespace_controls_each)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    realm.in([&] { expect_power(facility, id, kEverything); });
}

FACILITY_TEST(an_unprivileged_user_does_not_control_anothers)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    realm.in([&] {
        become({ 1002, 1002 });
        expect_power(facility, id, kNone);
    });
}

FACILITY_TEST(cap_ipc_owner_grants_access_to_the_contents_of_a)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    realm.in([&] {
        become_with({ CAP_IPC_OWNER }, { 1002, 1002 });
        expect_power(facility, id, kContents);
    });
}

FACILITY_TEST(cap_sys_admin_grants_ownership_of_a)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    realm.in([&] {
        become_with({ CAP_SYS_ADMIN }, { 1002, 1002 });
        expect_power(facility, id, kOwnership);
    });
}

FACILITY_TEST(other_capabilities_grant_nothing_for_a)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    realm.in([&] {
        become_with({ CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_CHOWN, CAP_IPC_LOCK, CAP_SYS_RESOURCE },
                    { 1002, 1002 });
        expect_power(facility, id, kNone);
    });
}

FACILITY_TEST(root_that_enters_from_outside_controls_each)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        expect_power(facility, id, kEverything);
    });
}

FACILITY_TEST(one_capability_from_outside_suffices_for_its_rights_to_a)
{
    for (const int power : { kContents, kOwnership }) {
        const Realm realm { new_world() };
        const int id = make_in(realm, facility);
        in_a_process([&] {
            REQUIRE_OK(realm.file().enter());
            become_with({ power == kContents ? CAP_IPC_OWNER : CAP_SYS_ADMIN }, kBob);
            expect_power(facility, id, power);
        });
    }
}

FACILITY_TEST(from_outside_the_creator_of_the_user_namespace_controls_each)
{
    const Realm realm { new_world(), kAlice };
    const int id = make_in(realm, facility);
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        become(kAlice); // without any capability
        expect_power(facility, id, kEverything);
    });
}

FACILITY_TEST(an_unrelated_user_from_outside_controls_no)
{
    const Realm realm { new_world(), kAlice };
    const int id = make_in(realm, facility);
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        become(kBob);
        expect_power(facility, id, kNone);
    });
}

FACILITY_TEST(inside_the_creator_of_the_user_namespace_does_not_control_anothers)
{
    // Outside he owns it; inside he is an ordinary user.
    const Realm realm { new_world(), { Realm::kShift + 1002, Realm::kShift + 1002 } };
    const int id = make_in(realm, facility);
    realm.in([&] {
        become({ 1002, 1002 });
        expect_power(facility, id, kNone);
    });
}

FACILITY_TEST(root_of_a_child_user_namespace_does_not_control_its_parents)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, facility);
    realm.in([&] {
        REQUIRE_OK(let_go(CLONE_NEWUSER));
        expect_power(facility, id, kNone);
    });
}

FACILITY_TEST(root_of_a_user_namespace_controls_no_initial)
{
    const AlicesObject object { facility };
    const Realm realm { CLONE_NEWUSER };
    realm.in([&] { expect_power(facility, object.id(), kNone); });
    EXPECT(facility.has(object.id()));
}

FACILITY_TEST(a_child_namespace_cannot_reach_the_initial)
{
    require_namespaces("user");
    require_ipc_namespaces();
    const AlicesObject object { facility };
    const NamespaceFile home;
    const Realm realm { new_world() };
    realm.in([&] {
        EXPECT_ERR(home.enter(), EPERM);
        sysv::Perm perm;
        EXPECT_ERR(facility.stat(object.id(), IPC_STAT, perm), EINVAL);
        EXPECT_ERR(facility.get(kKey, 0), ENOENT);
        REQUIRE_OK(let_go(new_world()));
        EXPECT_ERR(home.enter(), EPERM);
    });
}

FACILITY_TEST(root_of_a_grandchild_namespace_controls_its_own)
{
    const Realm realm { new_world() };
    const int outer = make_in(realm, facility);
    realm.in([&] {
        const NamespaceFile parent;
        const Shared<Rendezvous> gate;
        Actor grandchild { new_world(), [&] {
                              gate->meet(2);
                              EXPECT_ERR(facility.get(kKey, 0), ENOENT);
                              EXPECT_ERR(facility.write(outer), EINVAL);
                              EXPECT_ERR(parent.enter(), EPERM);
                              expect_power(facility, facility.make(kKey, 0), kEverything);
                              return Outcome::raw(0);
                          } };
        map_ids(grandchild.pid(), 0, 0, 1);
        gate->meet(2);
        REQUIRE_OK(grandchild.join());
        EXPECT(facility.get(kKey, 0).ok());
    });
}

FACILITY_TEST(after_unshare_root_keeps_control_of_a)
{
    in_a_new_ipc_namespace([&] {
        const int id = static_cast<int>(
            play(kAlice, [&] { return Outcome::raw(facility.make(kKey, 0)); }).value());
        expect_power(facility, id, kEverything);
    });
}

// --- SHM_LOCK

Outcome lock_with_limit(int id, rlim_t limit)
{
    const rlimit rlimit { limit, limit };
    REQUIRE_EQ(setrlimit(RLIMIT_MEMLOCK, &rlimit), 0);
    return sysv::shmctl(id, SHM_LOCK);
}

const Facility& kSegments = kFacilities[2];

TEST(cap_ipc_lock_locks_segments_of_others)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, kSegments);
    realm.in([&] {
        become_with({ CAP_IPC_LOCK }, { 1002, 1002 });
        EXPECT_OK(sysv::shmctl(id, SHM_LOCK));
        EXPECT_OK(sysv::shmctl(id, SHM_UNLOCK));
    });
}

TEST(without_cap_ipc_lock_segments_of_others_cannot_be_locked)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, kSegments);
    realm.in([&] {
        become_with({ CAP_IPC_OWNER, CAP_SYS_ADMIN, CAP_SYS_RESOURCE }, { 1002, 1002 });
        EXPECT_ERR(sysv::shmctl(id, SHM_LOCK), EPERM);
        EXPECT_ERR(sysv::shmctl(id, SHM_UNLOCK), EPERM);
    });
}

TEST(root_of_a_user_namespace_gets_enomem_above_its_limit)
{
    // The first check is in the caller's user namespace, the second in the initial one.
    const Realm realm { new_world() };
    const int id = make_in(realm, kSegments);
    realm.in([&] { EXPECT_ERR(lock_with_limit(id, 0), ENOMEM); });
    realm.in([&] {
        become(kInhabitant);
        EXPECT_ERR(lock_with_limit(id, 0), EPERM);
    });
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        EXPECT_OK(lock_with_limit(id, 0));
        EXPECT_OK(sysv::shmctl(id, SHM_UNLOCK));
    });
}

TEST(root_of_a_user_namespace_cannot_lock_an_initial_segment)
{
    const AlicesObject object { kSegments };
    const Realm realm { CLONE_NEWUSER };
    realm.in([&] {
        EXPECT_ERR(sysv::shmctl(object.id(), SHM_LOCK), EPERM);
        EXPECT_ERR(sysv::shmctl(object.id(), SHM_UNLOCK), EPERM);
    });
}

TEST(a_user_of_a_user_namespace_locks_his_own_segment)
{
    const Realm realm { new_world() };
    const int id = make_in(realm, kSegments);
    realm.in([&] {
        become(kInhabitant);
        EXPECT_OK(sysv::shmctl(id, SHM_LOCK));
        EXPECT_OK(sysv::shmctl(id, SHM_UNLOCK));
    });
}

// --- msg_qbytes beyond msgmnb

constexpr unsigned long kBeyond = sysv::kDefaultMsgmnb + 1;

TEST(root_of_a_user_namespace_cannot_raise_qbytes_above_msgmnb)
{
    const Realm realm { new_world() };
    realm.in([] {
        const Queue queue;
        EXPECT_ERR(queue.set_qbytes(kBeyond), EPERM);
        EXPECT_EQ(queue.stat().qbytes, sysv::kDefaultMsgmnb);
        EXPECT_OK(queue.set_qbytes(100));
        EXPECT_OK(queue.set_qbytes(sysv::kDefaultMsgmnb));
    });
}

TEST(root_of_a_user_namespace_may_raise_its_msgmnb)
{
    const Realm realm { new_world() };
    realm.in([] {
        const Queue queue;
        REQUIRE(write_file("/proc/sys/kernel/msgmnb", "20000"));
        EXPECT_OK(queue.set_qbytes(20000));
        EXPECT_ERR(queue.set_qbytes(20001), EPERM);
        EXPECT_EQ(Queue {}.stat().qbytes, 20000u);
    });
}

TEST(initial_root_raises_qbytes_in_a_user_namespace)
{
    const Realm realm { new_world() };
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        EXPECT_OK(Queue {}.set_qbytes(kBeyond));
    });
}

TEST(cap_sys_resource_alone_is_enough_outside)
{
    const Realm realm { new_world() };
    for (const bool has_it : { true, false })
        in_a_process([&] {
            REQUIRE_OK(realm.file().enter());
            become_with({ has_it ? CAP_SYS_RESOURCE : CAP_SYS_ADMIN }, kAlice);
            EXPECT_EQ(Queue {}.set_qbytes(kBeyond).error(), has_it ? 0 : EPERM);
        });
}

TEST(eperm_for_qbytes_comes_before_einval_for_an_owner)
{
    const Realm realm { new_world() };
    realm.in([] {
        const Queue queue;
        auto wanted = queue.stat();
        wanted.perm.uid = 0xffff'ffff;
        wanted.qbytes = kBeyond;
        EXPECT_ERR(queue.set(wanted), EPERM);
        wanted.qbytes = 100;
        EXPECT_ERR(queue.set(wanted), EINVAL);
        EXPECT_EQ(queue.stat().qbytes, sysv::kDefaultMsgmnb);
    });
}

} // namespace
