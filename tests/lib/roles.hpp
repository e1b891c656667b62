// SPDX-License-Identifier: GPL-2.0
/*
 * Role: a user's relation to an IPC object, and which of its mode bits apply.
 *
 * One user creates the objects and then gives them to another user and group, so that creator and
 * owner, and their groups, are four different ids.
 */
#pragma once

#include "lib/identity.hpp"

#include <optional>

inline const Identity kCreator { 3101, 4101 };
inline const Identity kOwner { 3102, 4102 };
inline constexpr uid_t kSomebody = 3103;
inline constexpr gid_t kSomeGroup = 4103;

inline constexpr int kRead = 4;
inline constexpr int kWrite = 2;

enum class Bits { User, Group, Other, All };

inline int granted_by(Bits bits, int mode)
{
    switch (bits) {
    case Bits::User:
        return mode >> 6 & 7;
    case Bits::Group:
        return mode >> 3 & 7;
    case Bits::Other:
        return mode & 7;
    case Bits::All:
        break;
    }
    return kRead | kWrite;
}

struct Role {
    const char* name;
    Bits bits;
    Identity identity;
    std::optional<int> dropped_capability {};
};

inline const Role kRoles[] = {
    { "the_creator_has_the_user_bits", Bits::User, { kCreator.uid, kSomeGroup } },
    { "the_owner_has_the_user_bits", Bits::User, { kOwner.uid, kSomeGroup } },
    { "the_owner_in_the_group_has_the_user_bits_only", Bits::User, kOwner },
    { "the_creator_in_both_groups_has_the_user_bits_only",
      Bits::User,
      { kCreator.uid, kCreator.gid, { kOwner.gid } } },
    { "members_of_the_owning_group_have_the_group_bits", Bits::Group, { kSomebody, kOwner.gid } },
    { "members_of_the_creating_group_have_the_group_bits",
      Bits::Group,
      { kSomebody, kCreator.gid } },
    { "supplementary_members_of_the_owning_group_have_the_group_bits",
      Bits::Group,
      { kSomebody, kSomeGroup, { 4199, kOwner.gid } } },
    { "supplementary_members_of_the_creating_group_have_the_group_bits",
      Bits::Group,
      { kSomebody, kSomeGroup, { kCreator.gid, 4199 } } },
    { "strangers_have_the_other_bits", Bits::Other, { kSomebody, kSomeGroup, { 4198, 4199 } } },
    { "root_has_every_right", Bits::All, kRoot },
    { "root_without_cap_ipc_owner_is_a_stranger", Bits::Other, kRoot, CAP_IPC_OWNER },
    { "root_without_cap_ipc_owner_has_the_group_bits_in_the_group",
      Bits::Group,
      { 0, kOwner.gid },
      CAP_IPC_OWNER },
    { "root_without_cap_sys_admin_has_every_right_to_the_contents", Bits::All, kRoot,
      CAP_SYS_ADMIN },
    { "root_without_cap_dac_override_has_every_right", Bits::All, kRoot, CAP_DAC_OVERRIDE },
};
