// SPDX-License-Identifier: GPL-2.0
/*
 * Permission to choose the id of the next object: CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN in the user
 * namespace that owns the IPC namespace.
 */
#include "lib/next_id.hpp"

namespace {

void expect_may_want(const Facility& facility, bool allowed)
{
    const LimitFile file = next_id_of(facility);
    EXPECT_EQ(file.text(), "-1");
    EXPECT(file.may_read());
    const auto written = file.write("5");
    if (allowed) {
        EXPECT(file.may_write());
        EXPECT_EQ(written, Outcome::raw(1));
        EXPECT_EQ(facility.make(), 5);
    } else {
        // Linux refuses to open it.  A file whose mode cannot depend on capabilities can be opened,
        // and refuses the write: the value must stay.
        EXPECT(written.failed_with(EACCES) || written.failed_with(EPERM));
        EXPECT_EQ(file.text(), "-1");
        EXPECT_EQ(sysv::index_of(facility.make()), 0);
    }
}

NEXT_ID_TEST(root_may_want_a)
{
    expect_may_want(facility, true);
}

NEXT_ID_TEST(users_may_not_want_a)
{
    become(kAlice);
    expect_may_want(facility, false);
}

NEXT_ID_TEST(cap_checkpoint_restore_is_enough_to_want_a)
{
    become_with({ CAP_CHECKPOINT_RESTORE }, kAlice);
    expect_may_want(facility, true);
}

NEXT_ID_TEST(cap_sys_admin_is_enough_to_want_a)
{
    become_with({ CAP_SYS_ADMIN }, kAlice);
    expect_may_want(facility, true);
}

NEXT_ID_TEST(other_capabilities_are_not_enough_to_want_a)
{
    become_with({ CAP_SYS_RESOURCE, CAP_IPC_OWNER, CAP_DAC_OVERRIDE, CAP_FOWNER }, kAlice);
    expect_may_want(facility, false);
}

NEXT_ID_TEST(root_without_the_capabilities_may_not_want_a)
{
    become_with({ CAP_DAC_OVERRIDE }, kRoot);
    expect_may_want(facility, false);
}

FACILITY_TEST(root_of_the_owning_user_namespace_may_request_the_id_of_a)
{
    require_next_id();
    const Realm realm { new_world() };
    realm.in([&] { expect_may_want(facility, true); });
}

FACILITY_TEST(an_unprivileged_user_may_not_request_the_id_of_a)
{
    require_next_id();
    const Realm realm { new_world() };
    realm.in([&] {
        become(kAlice);
        expect_may_want(facility, false);
    });
}

FACILITY_TEST(root_that_enters_from_outside_may_request_the_id_of_a)
{
    // By capability, although the caller may not write the limits of that user namespace.
    require_next_id();
    const Realm realm { new_world() };
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        expect_may_want(facility, true);
    });
}

FACILITY_TEST(the_creator_of_the_user_namespace_may_request_the_id_of_a)
{
    require_next_id();
    const Realm realm { new_world(), kAlice };
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        become(kAlice);
        expect_may_want(facility, true);
    });
}

FACILITY_TEST(root_of_a_user_namespace_may_not_request_the_id_of_its_parents)
{
    require_next_id();
    require_namespaces("user");
    in_a_new_ipc_namespace([&] {
        const NamespaceFile parents;
        REQUIRE_OK(let_go(CLONE_NEWUSER));
        expect_may_want(facility, false);
        EXPECT(is_at_home(parents));
    });
}

} // namespace
