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
        Result<Ref<SemSet>> created =
            SemSet::create(request.key, request.mode(), count, ns.semaphores(),
                           static_cast<u64>(max(ns.limits().semmns(), 0)));
        if (!created.ok() && created.error() == Errno::ENOSPC)
            ns.limits().note_hit(Limit::SemMns);
        return created;
    }
    [[nodiscard]] Result<void> check_existing(const SemSet& set) const noexcept
    {
        if (count > set.count())
            return Errno::EINVAL;
        return {};
    }
    void retire(SemSet& set) const noexcept
    {
        set.uncharge(ns.semaphores());
        set.retire();
    }
    [[nodiscard]] i32 limit() const noexcept { return ns.limits().semmni(); }
    void note_full() const noexcept { ns.limits().note_hit(Limit::SemMni); }
};

} // namespace

/*
 * Errors, in this order: EINVAL (more than semmsl, or negative); for an existing key EEXIST, EINVAL (it
 * has fewer), EACCES, a security module's; ENOENT; EINVAL (none asked for); ENOSPC (semmns); ENOMEM; a
 * security module's; ENOSPC (semmni).
 */
Result<IpcId> semget(IpcNamespace& ns, Key key, i32 count, u32 flags) noexcept
{
    if (count < 0)
        return Errno::EINVAL;
    if (count > ns.limits().semmsl()) {
        ns.limits().note_hit(Limit::SemMsl);
        return Errno::EINVAL;
    }
    return open_object(ns.table(Kind::Semaphores), OpenRequest { key, flags }, ns.owner(),
                       SetFacility { ns, static_cast<u32>(count) });
}

} // namespace sysvipc
