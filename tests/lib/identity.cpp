// SPDX-License-Identifier: GPL-2.0
/*
 * Identity: the user, groups and capabilities of a helper process.
 */
#include "lib/identity.hpp"
#include "lib/harness.hpp"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void become(const Identity& identity)
{
    REQUIRE_EQ(setgroups(identity.groups.size(), identity.groups.data()), 0);
    REQUIRE_EQ(setresgid(identity.gid, identity.gid, identity.gid), 0);
    REQUIRE_EQ(setresuid(identity.uid, identity.uid, identity.uid), 0);
}

void become_with(const std::vector<int>& capabilities, const Identity& identity)
{
    REQUIRE_EQ(prctl(PR_SET_KEEPCAPS, 1), 0);
    become(identity);
    __user_cap_header_struct header { _LINUX_CAPABILITY_VERSION_3, 0 };
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] {};
    for (const int capability : capabilities) {
        auto& half = sets[CAP_TO_INDEX(capability)];
        half.effective |= CAP_TO_MASK(capability);
        half.permitted |= CAP_TO_MASK(capability);
    }
    REQUIRE_EQ(syscall(SYS_capset, &header, sets), 0);
}

void borrow(const Identity& identity)
{
    REQUIRE_EQ(setresgid(-1, identity.gid, -1), 0);
    REQUIRE_EQ(setresuid(-1, identity.uid, -1), 0);
}

void return_to_root()
{
    REQUIRE_EQ(setresuid(-1, 0, -1), 0);
    REQUIRE_EQ(setresgid(-1, 0, -1), 0);
}

void require_capability(int capability)
{
    __user_cap_header_struct header { _LINUX_CAPABILITY_VERSION_3, 0 };
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] {};
    REQUIRE_EQ(syscall(SYS_capget, &header, sets), 0);
    if (!(sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)))
        harness::skip("root lacks capability " + std::to_string(capability) + " here");
}

void drop_capability(int capability)
{
    __user_cap_header_struct header { _LINUX_CAPABILITY_VERSION_3, 0 };
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] {};
    REQUIRE_EQ(syscall(SYS_capget, &header, sets), 0);
    auto& half = sets[CAP_TO_INDEX(capability)];
    half.effective &= ~CAP_TO_MASK(capability);
    half.permitted &= ~CAP_TO_MASK(capability);
    REQUIRE_EQ(syscall(SYS_capset, &header, sets), 0);
}
