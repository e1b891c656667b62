// SPDX-License-Identifier: GPL-2.0
/*
 * Ownership: an object's owner, creator and mode, and the permission checks of System V IPC.  Calls use
 * the checks of GuardedObject (ids/ipc_object.hpp), which also ask security modules.  sysvipc(7); kernel
 * source: ipc/util.c.
 *
 * Context: any; the checks read the current task's credentials.
 */
#pragma once

#include <base/result.hpp>
#include <os/credentials.hpp>
#include <os/security.hpp>
#include <rules/abi.hpp>
#include <rules/ipc_id.hpp>
#include <rules/permission_bits.hpp>

namespace sysvipc {

struct Ownership : Owners {
    /* A new object's ownership: the caller is owner and creator. */
    [[nodiscard]] static Ownership of_caller(Mode mode) noexcept;

    /*
     * Checks that the mode grants the caller @wanted (permission bits in any of the three groups).
     * @owner: the user namespace whose CAP_IPC_OWNER overrides the mode.
     * Errors: EACCES.
     */
    [[nodiscard]] Result<void> check_mode(u32 wanted, UserNamespace owner) const noexcept;

    /*
     * The fast path: true if the caller is the owner or creator and has the permission.  If false, use
     * check_mode().
     */
    [[nodiscard]] bool lets_owner(u32 wanted) const noexcept
    {
        return is_callers() && mode_grants(mode, Relation::Owner, wanted);
    }

    /* Checks that the caller is owner or creator, or has CAP_SYS_ADMIN in @owner.  Errors: EPERM. */
    [[nodiscard]] Result<void> check_owner(UserNamespace owner) const noexcept;

    /* True if the caller is the owner or the creator. */
    [[nodiscard]] bool is_callers() const noexcept { return is_owned_by(Caller::effective_uid()); }

    /*
     * A copy with the owner and mode of an IPC_SET, whose ids belong to the caller's user namespace.
     * Errors: EINVAL (an id has no mapping).
     */
    [[nodiscard]] Result<Ownership> changed_by(const abi::IpcPerm& request) const noexcept;

    /* The structure that IPC_STAT shows to the caller. */
    [[nodiscard]] abi::IpcPerm show(Key key, IpcId id) const noexcept;

private:
    [[nodiscard]] bool is_owned_by(Uid caller) const noexcept
    {
        return caller == cuid || caller == uid;
    }
    [[nodiscard]] Relation relation_of_caller() const noexcept;
};

inline Ownership Ownership::of_caller(Mode mode) noexcept
{
    const Uid uid = Caller::effective_uid();
    const Gid gid = Caller::effective_gid();
    return { { uid, gid, uid, gid, mode } };
}

inline Result<void> Ownership::check_owner(UserNamespace owner) const noexcept
{
    if (is_callers() || owner.is_capable(Capability::SysAdmin))
        return {};
    return Errno::EPERM;
}

} // namespace sysvipc
