// SPDX-License-Identifier: GPL-2.0
/* semget(2): open the semaphore set with a key, or create one. */
#include <sem/sem_set.hpp>

#include <ids/open_request.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SetFacility {
    using Object = SemSet;
    IpcNamespace& ns;
    u32 count;

    [[nodiscard]] Result<Ref<SemSet>> create(const OpenRequest& request) const noexcept
    {
        if (count == 0)
            return Errno::EINVAL;
        return SemSet::create(request.key, request.mode(), count, ns.semaphores(),
                              static_cast<u64>(max(ns.limits().semmns(), 0)));
    }
    [[nodiscard]] Result<void> check_existing(const SemSet& set) const noexcept
    {
        if (count > set.count())
            return Errno::EINVAL;
        return {};
    }
    void retire(SemSet& set) const noexcept
    {
        set.uncharge();
        set.retire();
    }
    [[nodiscard]] i32 limit() const noexcept { return ns.limits().semmni(); }
};

} // namespace

/*
 * Errors, in this order: EINVAL (more than semmsl, or negative); for an existing key EEXIST, EINVAL (it
 * has fewer), EACCES, a security module's; ENOENT; EINVAL (none asked for); ENOSPC (semmns); ENOMEM; a
 * security module's; ENOSPC (semmni).
 */
Result<IpcId> semget(IpcNamespace& ns, Key key, i32 count, u32 flags) noexcept
{
    if (count < 0 || count > ns.limits().semmsl())
        return Errno::EINVAL;
    return open_object(ns.table(Kind::Semaphores), OpenRequest { key, flags }, ns.owner(),
                       SetFacility { ns, static_cast<u32>(count) });
}

} // namespace sysvipc
