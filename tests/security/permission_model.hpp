// SPDX-License-Identifier: GPL-2.0
/*
 * A second formulation of the permission rules of System V IPC, from sysvipc(7) and the pages about
 * each call: every answer of the kernel is compared with it.
 */
#pragma once

#include <cerrno>

namespace permissions {

inline constexpr int kRead = 4;
inline constexpr int kWrite = 2;
inline constexpr int kExecute = 1;

// How a caller stands to an object and to the IPC namespace that it is in.
struct Standing {
    bool is_there = true; // in that namespace
    bool is_user = false; // the object's owner or creator
    bool is_member = false; // of the owner's or the creator's group
    // Capabilities in the user namespace to which the IPC namespace belongs.
    bool ipc_owner = false;
    bool sys_admin = false;
    bool ipc_lock = false;
    // And in the initial one.
    bool sys_resource = false;
};

enum class Need {
    Bits, // of the mode, for the caller's class
    Ownership, // or administration
    Growth, // ownership, and to be above the limits
    Locking, // ownership, or CAP_IPC_LOCK
};

struct Demand {
    Need need = Need::Bits;
    int bits = 0; // for Need::Bits; none: anybody may
    bool by_key = false; // the object is looked for by its key
};

// Exactly one of the three classes counts, even where another would allow more.
constexpr int bits_of(int mode, const Standing& standing)
{
    const int shift = standing.is_user ? 6 : standing.is_member ? 3 : 0;
    return mode >> shift & 7;
}

// The errno with which the call must fail, or 0.
constexpr int answer(const Demand& demand, const Standing& standing, int mode)
{
    if (!standing.is_there)
        return demand.by_key ? ENOENT : EINVAL;
    const bool owns = standing.is_user || standing.sys_admin;
    switch (demand.need) {
    case Need::Bits:
        return (demand.bits & ~bits_of(mode, standing)) == 0 || standing.ipc_owner ? 0 : EACCES;
    case Need::Ownership:
        return owns ? 0 : EPERM;
    case Need::Growth:
        return owns && standing.sys_resource ? 0 : EPERM;
    case Need::Locking:
        return standing.is_user || standing.ipc_lock ? 0 : EPERM;
    }
    return 0;
}

static_assert(answer({ .bits = kRead }, { .is_user = true }, 0377) == EACCES);
static_assert(answer({ .bits = kRead }, { .is_member = true }, 0040) == 0);
static_assert(answer({ .bits = kRead | kWrite }, {}, 0004) == EACCES);
static_assert(answer({ .need = Need::Ownership }, { .is_member = true }, 0777) == EPERM);

} // namespace permissions
