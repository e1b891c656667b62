// SPDX-License-Identifier: GPL-2.0
/* The less frequent ownership checks (contracts: include/ids/ownership.hpp). */
#include <ids/ownership.hpp>

#include <ids/id_layout.hpp>

#include <base/poison.hpp>

namespace sysvipc {

Relation Ownership::relation_of_caller() const noexcept
{
    if (is_callers())
        return Relation::Owner;
    if (Caller::is_in_group(cgid) || Caller::is_in_group(gid))
        return Relation::Group;
    return Relation::Other;
}

Result<void> Ownership::check_mode(u32 wanted, UserNamespace owner) const noexcept
{
    if (mode_grants(mode, relation_of_caller(), wanted) || owner.is_capable(Capability::IpcOwner))
        return {};
    return Errno::EACCES;
}

Result<Ownership> Ownership::changed_by(const abi::IpcPerm& request) const noexcept
{
    const UserNamespace caller = UserNamespace::current();
    Ownership changed = *this;
    changed.uid = TRY(caller.uid(request.uid));
    changed.gid = TRY(caller.gid(request.gid));
    changed.mode = Mode::from_flags(request.mode);
    return changed;
}

abi::IpcPerm Ownership::show(Key key, IpcId id) const noexcept
{
    const UserNamespace caller = UserNamespace::current();
    abi::IpcPerm perm;
    perm.key = key.value();
    perm.uid = caller.show(uid);
    perm.gid = caller.show(gid);
    /* The creator usually is the owner, and mapping an id takes longer than the rest of the call. */
    perm.cuid = cuid == uid ? perm.uid : caller.show(cuid);
    perm.cgid = cgid == gid ? perm.gid : caller.show(cgid);
    perm.mode = mode.bits();
    perm.seq = static_cast<u16>(id_layout.sequence_of(id));
    return perm;
}

} // namespace sysvipc
