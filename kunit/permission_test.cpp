// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_permission: the permissions that an object's ownership grants to given credentials. */
#include "identity.hpp"
#include "naive_permission.hpp"
#include "test.hpp"

#include <ids/ownership.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr Uid kOwner { 100 };
constexpr Uid kCreator { 101 };
constexpr Uid kStranger { 199 };
constexpr Gid kOwnersGroup { 200 };
constexpr Gid kCreatorsGroup { 201 };
constexpr Gid kOtherGroup { 299 };

enum class Requests : u8 { All, Chosen };

struct PermissionTest : Fixture {
    using Fixture::Fixture;

    static Ownership owned(u32 mode) noexcept
    {
        return { kOwner, kOwnersGroup, kCreator, kCreatorsGroup, Mode::from_flags(mode) };
    }
    /* Every mode; every request, or one for each right in each place, and none. */
    void compare(Uid uid, Gid gid, Gid supplementary, Relation relation, Requests requests) noexcept
    {
        const ActingAs caller { uid, gid, supplementary };
        if (!EXPECT(caller))
            return;
        u32 differences = 0;
        for (u32 mode = 0; mode <= Mode::kAll; ++mode) {
            const Ownership ownership = owned(mode);
            const auto differs = [&](u32 wanted) {
                const Result<void> checked = ownership.check_mode(wanted, UserNamespace::initial());
                const bool is_right = naive_grants(mode, relation, wanted)
                    ? checked.ok()
                    : checked.error() == Errno::EACCES;
                return !is_right;
            };
            if (requests == Requests::All) {
                for (u32 wanted = 0; wanted <= Mode::kAll; ++wanted)
                    differences += differs(wanted);
            } else {
                differences += differs(0) + differs(kReadAccess) + differs(kWriteAccess);
                for (u32 wanted = 1; wanted <= Mode::kAll; wanted *= 2)
                    differences += differs(wanted);
            }
        }
        EXPECT_EQ(differences, 0);
    }
};

} // namespace

TEST_CASE(PermissionTest, an_owner_gets_the_user_bits_for_every_mode_and_request)
{
    compare(kOwner, kOtherGroup, kOtherGroup, Relation::Owner, Requests::All);
}

TEST_CASE(PermissionTest, a_creator_is_an_owner_and_an_owner_in_the_group_is_still_an_owner)
{
    compare(kCreator, kOtherGroup, kOtherGroup, Relation::Owner, Requests::Chosen);
    compare(kOwner, kOwnersGroup, kCreatorsGroup, Relation::Owner, Requests::Chosen);
    compare(kCreator, kCreatorsGroup, kOwnersGroup, Relation::Owner, Requests::Chosen);
}

TEST_CASE(PermissionTest, a_group_member_gets_the_group_bits_for_every_mode_and_request)
{
    compare(kStranger, kOwnersGroup, kOtherGroup, Relation::Group, Requests::All);
}

TEST_CASE(PermissionTest, the_creators_group_and_supplementary_groups_count_as_the_group)
{
    compare(kStranger, kCreatorsGroup, kOtherGroup, Relation::Group, Requests::Chosen);
    compare(kStranger, kOtherGroup, kOwnersGroup, Relation::Group, Requests::Chosen);
    compare(kStranger, kOtherGroup, kCreatorsGroup, Relation::Group, Requests::Chosen);
}

TEST_CASE(PermissionTest, others_get_the_other_bits_for_every_mode_and_request)
{
    compare(kStranger, kOtherGroup, kOtherGroup, Relation::Other, Requests::All);
}

TEST_CASE(PermissionTest, uid_0_without_capabilities_has_no_privilege)
{
    compare(Uid { 0 }, Gid { 0 }, kOtherGroup, Relation::Other, Requests::Chosen);
}

TEST_CASE(PermissionTest, cap_ipc_owner_overrides_every_mode_and_no_other_capability_does)
{
    u32 wrong = 0;
    const auto check = [&](Capability capability, bool is_override) {
        const ActingAs caller { kStranger, kOtherGroup, kOtherGroup, static_cast<int>(capability) };
        EXPECT(caller);
        for (u32 mode = 0; mode <= Mode::kAll; ++mode) {
            for (u32 wanted = 1; wanted <= Mode::kAll; wanted *= 2) {
                const bool is_granted =
                    owned(mode).check_mode(wanted, UserNamespace::initial()).ok();
                wrong += is_granted != (is_override || naive_grants(mode, Relation::Other, wanted));
            }
        }
    };
    check(Capability::IpcOwner, true);
    check(Capability::SysAdmin, false);
    check(Capability::SysResource, false);
    EXPECT_EQ(wrong, 0);
}

TEST_CASE(PermissionTest, owner_creator_and_cap_sys_admin_may_change_and_remove_whatever_the_mode)
{
    struct Case {
        Uid uid;
        Gid gid;
        int capability;
        bool is_allowed;
    };
    const Case cases[] {
        { kOwner, kOtherGroup, ActingAs::kNoCapability, true },
        { kCreator, kOtherGroup, ActingAs::kNoCapability, true },
        { kStranger, kOwnersGroup, ActingAs::kNoCapability, false },
        { kStranger, kOtherGroup, ActingAs::kNoCapability, false },
        { Uid { 0 }, Gid { 0 }, ActingAs::kNoCapability, false },
        { kStranger, kOtherGroup, static_cast<int>(Capability::SysAdmin), true },
        { kStranger, kOtherGroup, static_cast<int>(Capability::IpcOwner), false },
        { kStranger, kOtherGroup, static_cast<int>(Capability::SysResource), false },
    };
    for (const Case& one : cases) {
        const ActingAs caller { one.uid, one.gid, kOtherGroup, one.capability };
        EXPECT(caller);
        for (u32 mode = 0; mode <= Mode::kAll; ++mode) {
            const Result<void> checked = owned(mode).check_owner(UserNamespace::initial());
            if (!EXPECT_EQ(checked.error(), one.is_allowed ? Errno {} : Errno::EPERM))
                break;
        }
    }
}

TEST_CASE(PermissionTest, a_new_object_belongs_to_its_creator)
{
    const ActingAs caller { kStranger, kOtherGroup, kOwnersGroup };
    EXPECT(caller);
    const Ownership made = Ownership::of_caller(Mode::from_flags(0640));
    EXPECT_EQ(made.uid, kStranger);
    EXPECT_EQ(made.gid, kOtherGroup);
    EXPECT_EQ(made.cuid, kStranger);
    EXPECT_EQ(made.cgid, kOtherGroup);
    EXPECT_EQ(made.mode.bits(), 0640);
}

TEST_CASE(PermissionTest, ipc_set_changes_owner_and_mode_but_not_the_creator)
{
    abi::IpcPerm request;
    request.uid = kStranger.value();
    request.gid = kOtherGroup.value();
    request.cuid = request.cgid = 7;
    request.mode = 07654;
    const Ownership changed = REQUIRE(owned(0600).changed_by(request));
    EXPECT_EQ(changed.uid, kStranger);
    EXPECT_EQ(changed.gid, kOtherGroup);
    EXPECT_EQ(changed.cuid, kCreator);
    EXPECT_EQ(changed.cgid, kCreatorsGroup);
    EXPECT_EQ(changed.mode.bits(), 0654);

    request.uid = UINT32_MAX;
    EXPECT_ERR(owned(0600).changed_by(request), Errno::EINVAL);
    request.uid = 0;
    request.gid = UINT32_MAX;
    EXPECT_ERR(owned(0600).changed_by(request), Errno::EINVAL);
}

TEST_CASE(PermissionTest, ipc_stat_shows_every_field_and_no_stray_bytes)
{
    const IpcId id = kStandardIds.compose(5, 0x1'2345 & kStandardIds.max_sequence());
    const abi::IpcPerm shown = owned(0640).show(Key { -3 }, id);
    EXPECT_EQ(shown.key, -3);
    EXPECT_EQ(shown.uid, kOwner);
    EXPECT_EQ(shown.gid, kOwnersGroup);
    EXPECT_EQ(shown.cuid, kCreator);
    EXPECT_EQ(shown.cgid, kCreatorsGroup);
    EXPECT_EQ(shown.mode, 0640);
    EXPECT_EQ(shown.seq, kStandardIds.sequence_of(id) & 0xffff);
    EXPECT_EQ(shown.padding_a, 0);
    EXPECT_EQ(shown.padding_b, 0);
    EXPECT_EQ(shown.unused[0] | shown.unused[1], 0);
}

} // namespace sysvipc
