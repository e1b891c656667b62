// SPDX-License-Identifier: GPL-2.0
/*
 * Ownership: to whom an object belongs, who made it, what its mode grants; and the checks that
 * System V IPC makes of it.  sysvipc(7); kernel source: ipc/util.c.
 *
 * Context: any; the checks look at the current task's credentials.
 */
#pragma once

#include <base/result.hpp>
#include <os/credentials.hpp>
#include <rules/abi.hpp>
#include <rules/ipc_id.hpp>
#include <rules/permission_bits.hpp>

namespace sysvipc {

struct Ownership {
    Uid uid;
    Gid gid;
    Uid creator_uid;
    Gid creator_gid;
    Mode mode;

    /* A new object's: all of it the caller's. */
    [[nodiscard]] static Ownership of_caller(Mode mode) noexcept;

    /*
     * Whether the caller may do @wanted (permission bits in any of the three places).
     * @owner: the user namespace whose CAP_IPC_OWNER overrides the mode.
     * Errors: EACCES.
     */
    [[nodiscard]] Result<void> check_access(u32 wanted, UserNamespace owner) const noexcept;

    /* Whether the caller may change or remove: owner, creator, CAP_SYS_ADMIN.  Errors: EPERM. */
    [[nodiscard]] Result<void> check_control(UserNamespace owner) const noexcept;

    /* Whether the caller is the owner or the creator. */
    [[nodiscard]] bool is_callers() const noexcept { return is_owned_by(Caller::effective_uid()); }

    /*
     * This ownership with owner and mode from an IPC_SET, ids read in the caller's namespace.
     * Errors: EINVAL when an id has no mapping.
     */
    [[nodiscard]] Result<Ownership> changed_by(const abi::IpcPerm& request) const noexcept;

    /* As IPC_STAT shows it to the caller. */
    [[nodiscard]] abi::IpcPerm show(Key key, IpcId id) const noexcept;

private:
    [[nodiscard]] bool is_owned_by(Uid caller) const noexcept
    {
        return caller == creator_uid || caller == uid;
    }
    [[nodiscard]] Relation relation_of_caller() const noexcept;
    [[nodiscard]] Result<void> check_override(UserNamespace owner) const noexcept;
};

inline Ownership Ownership::of_caller(Mode mode) noexcept
{
    const Uid uid = Caller::effective_uid();
    const Gid gid = Caller::effective_gid();
    return { uid, gid, uid, gid, mode };
}

inline Relation Ownership::relation_of_caller() const noexcept
{
    if (is_owned_by(Caller::effective_uid()))
        return Relation::Owner;
    if (Caller::is_in_group(creator_gid) || Caller::is_in_group(gid))
        return Relation::Group;
    return Relation::Other;
}

inline Result<void> Ownership::check_access(u32 wanted, UserNamespace owner) const noexcept
{
    if (mode_grants(mode, relation_of_caller(), wanted)) [[likely]]
        return {};
    return check_override(owner);
}

inline Result<void> Ownership::check_control(UserNamespace owner) const noexcept
{
    if (is_callers() || owner.is_capable(Capability::SysAdmin))
        return {};
    return Errno::Perm;
}

} // namespace sysvipc
