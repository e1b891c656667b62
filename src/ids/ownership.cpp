// SPDX-License-Identifier: GPL-2.0
/* The rarer half of the ownership checks (contracts: include/ids/ownership.hpp). */
#include <ids/ownership.hpp>

#include <ids/id_layout.hpp>

#include <base/poison.hpp>

namespace sysvipc {

Result<void> Ownership::check_override(UserNamespace owner) const noexcept
{
    if (owner.is_capable(Capability::IpcOwner))
        return {};
    return Errno::Access;
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
    perm.cuid = caller.show(creator_uid);
    perm.cgid = caller.show(creator_gid);
    perm.mode = mode.bits();
    perm.sequence = static_cast<u16>(id_layout.sequence_of(id));
    return perm;
}

} // namespace sysvipc
