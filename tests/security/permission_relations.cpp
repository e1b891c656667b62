// SPDX-License-Identifier: GPL-2.0
/* The relations of a user to an object (contracts: permission_relations.hpp). */
#include "security/permission_relations.hpp"
#include "lib/harness.hpp"
#include "lib/roles.hpp"

#include <sys/prctl.h>
#include <unistd.h>

namespace permissions {

const Identity kRealmMaker { 3105, 4105 };

namespace {

constexpr Standing user { .is_user = true };
constexpr Standing member { .is_member = true };
constexpr Standing other {};
constexpr Standing elsewhere { .is_there = false };
// Root of the initial user namespace; and of the one the IPC namespace belongs to.
constexpr Standing mighty {
    .ipc_owner = true, .sys_admin = true, .ipc_lock = true, .sys_resource = true
};
constexpr Standing mighty_there { .ipc_owner = true, .sys_admin = true, .ipc_lock = true };

Identity somebody(std::vector<gid_t> groups = {})
{
    return { kSomebody, kSomeGroup, std::move(groups) };
}

// The same user outside the realm, where the uid differs.
Identity from_outside(const Identity& inhabitant)
{
    return { inhabitant.uid + Realm::kShift, inhabitant.gid + Realm::kShift };
}

void without(int capability, const Identity& identity = kRoot)
{
    drop_capability(capability);
    become(identity);
}

// As `identity`, with every capability in a user namespace below, where all have the same numbers.
void below(const Identity& identity, unsigned long other_kinds = 0)
{
    const pid_t self = getpid();
    const Shared<Rendezvous> gate;
    Actor mapper { [&] {
        gate->meet(2);
        map_ids(self, 0, 0, Realm::kIds);
        return Outcome::raw(0);
    } };
    become(identity);
    REQUIRE_EQ(prctl(PR_SET_DUMPABLE, 1), 0); // so that root of a realm may write the map
    REQUIRE_OK(let_go(CLONE_NEWUSER | other_kinds));
    gate->meet(2);
    REQUIRE_OK(mapper.join());
}

void enter_objects_only(const Realm* realm)
{
    REQUIRE_OK(realm->file().enter());
}

const Relation kRelations[] = {
    // Objects of an IPC namespace that belongs to the initial user namespace.
    { "creator", false, 0, user,
      [](const Realm*) {
          become({ kCreator.uid, kSomeGroup });
      } },
    { "owner", false, 0, user,
      [](const Realm*) {
          become({ kOwner.uid, kSomeGroup });
      } },
    { "owner_in_his_group", false, 0, user, [](const Realm*) { become(kOwner); } },
    { "group", false, 0, member,
      [](const Realm*) {
          become({ kSomebody, kOwner.gid });
      } },
    { "supplementary_group", false, 0, member,
      [](const Realm*) {
          become(somebody({ 4199, kOwner.gid }));
      } },
    { "creators_group", false, 0, member,
      [](const Realm*) {
          become({ kSomebody, kCreator.gid });
      } },
    { "supplementary_creators_group", false, 0, member,
      [](const Realm*) { become(somebody({ kCreator.gid })); } },
    { "other", false, 0, other, [](const Realm*) { become(somebody({ 4199 })); } },
    { "root", false, 0, mighty, [](const Realm*) {} },
    { "root_without_ipc_owner",
      false,
      0,
      { .sys_admin = true, .ipc_lock = true, .sys_resource = true },
      [](const Realm*) { without(CAP_IPC_OWNER); } },
    { "root_without_ipc_owner_in_the_group",
      false,
      0,
      { .is_member = true, .sys_admin = true, .ipc_lock = true, .sys_resource = true },
      [](const Realm*) {
          without(CAP_IPC_OWNER, { 0, kOwner.gid });
      } },
    { "root_without_sys_admin",
      false,
      0,
      { .ipc_owner = true, .ipc_lock = true, .sys_resource = true },
      [](const Realm*) { without(CAP_SYS_ADMIN); } },
    { "root_without_ipc_lock",
      false,
      0,
      { .ipc_owner = true, .sys_admin = true, .sys_resource = true },
      [](const Realm*) { without(CAP_IPC_LOCK); } },
    { "other_with_ipc_owner",
      false,
      0,
      { .ipc_owner = true },
      [](const Realm*) { become_with({ CAP_IPC_OWNER }, somebody()); } },
    { "other_with_sys_admin",
      false,
      0,
      { .sys_admin = true },
      [](const Realm*) { become_with({ CAP_SYS_ADMIN }, somebody()); } },
    { "other_with_ipc_lock",
      false,
      0,
      { .ipc_lock = true },
      [](const Realm*) { become_with({ CAP_IPC_LOCK }, somebody()); } },
    { "other_with_dac_override", false, 0, other,
      [](const Realm*) {
          become_with({ CAP_DAC_OVERRIDE, CAP_FOWNER }, somebody());
      } },
    { "owner_with_sys_resource",
      false,
      0,
      { .is_user = true, .sys_resource = true },
      [](const Realm*) { become_with({ CAP_SYS_RESOURCE }, kOwner); } },
    { "owner_in_a_user_namespace", false, 0, user, [](const Realm*) { below(kOwner); }, true },
    { "group_in_a_user_namespace", false, 0, member,
      [](const Realm*) { below(somebody({ kOwner.gid })); }, true },
    { "other_in_a_user_namespace", false, 0, other, [](const Realm*) { below(somebody()); }, true },
    { "root_in_a_user_namespace", false, 0, other, [](const Realm*) { below(kRoot); }, true },
    { "root_in_another_ipc_namespace", false, 0, elsewhere,
      [](const Realm*) { REQUIRE_OK(let_go(new_ipc())); } },
    { "owner_in_namespaces_of_his_own", false, 0, elsewhere,
      [](const Realm*) { below(kOwner, new_ipc()); }, true },

    // Objects of a realm.
    { "realm_root", true, 0, mighty_there, [](const Realm* realm) { realm->enter(); } },
    { "realm_owner", true, 0, user,
      [](const Realm* realm) {
          realm->enter();
          become(kOwner);
      } },
    { "realm_other", true, 0, other,
      [](const Realm* realm) {
          realm->enter();
          become(somebody());
      } },
    { "realm_other_with_ipc_owner",
      true,
      0,
      { .ipc_owner = true },
      [](const Realm* realm) {
          realm->enter();
          become_with({ CAP_IPC_OWNER, CAP_SYS_RESOURCE }, somebody());
      } },
    { "realm_root_in_a_user_namespace", true, 0, other,
      [](const Realm* realm) {
          realm->enter();
          below(kRoot);
      } },
    { "realm_owner_in_a_user_namespace", true, 0, user,
      [](const Realm* realm) {
          realm->enter();
          below(kOwner);
      } },
    { "realm_root_in_namespaces_of_his_own", true, 0, elsewhere,
      [](const Realm* realm) {
          realm->enter();
          below(kRoot, new_ipc());
      } },
    { "realm_root_in_another_ipc_namespace", true, 0, elsewhere,
      [](const Realm* realm) {
          realm->enter();
          REQUIRE_OK(let_go(new_ipc()));
      } },
    { "root_from_outside", true, Realm::kShift, mighty, enter_objects_only },
    { "root_outside", true, Realm::kShift, elsewhere, [](const Realm*) {} },
    { "maker_from_outside", true, Realm::kShift, mighty_there,
      [](const Realm* realm) {
          enter_objects_only(realm);
          become(kRealmMaker);
      } },
    { "owner_from_outside", true, Realm::kShift, user,
      [](const Realm* realm) {
          enter_objects_only(realm);
          become(from_outside(kOwner));
      } },
    { "group_from_outside", true, Realm::kShift, member,
      [](const Realm* realm) {
          enter_objects_only(realm);
          become({ kSomebody, kSomeGroup, { kCreator.gid + Realm::kShift } });
      } },
    { "same_numbers_from_outside", true, Realm::kShift, other,
      [](const Realm* realm) {
          enter_objects_only(realm);
          become({ kOwner.uid, kOwner.gid, { kCreator.gid } });
      } },
    { "other_from_outside_with_sys_admin",
      true,
      Realm::kShift,
      { .sys_admin = true },
      [](const Realm* realm) {
          enter_objects_only(realm);
          become_with({ CAP_SYS_ADMIN }, somebody());
      } },
};

} // namespace

std::span<const Relation> all_relations()
{
    return kRelations;
}

} // namespace permissions
