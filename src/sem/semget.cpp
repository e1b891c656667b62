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
            ns.limits().note_hit(Limit::SemMns, ns.semaphores().sum(), count);
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
    [[nodiscard]] u64 created_size() const noexcept { return count; }
    void note_full() const noexcept
    {
        const i32 in_use = ns.table(Kind::Semaphores).usage().in_use;
        ns.limits().note_hit(Limit::SemMni, static_cast<u64>(in_use), 1);
    }
};

} // namespace

/*
 * Errors, in this order: EINVAL (more than semmsl, or negative); for an existing key EEXIST, EINVAL (it
 * has fewer), EACCES, a security module's; ENOENT; EINVAL (@count is 0); ENOSPC (semmns); ENOMEM; a
 * security module's; ENOSPC (semmni).
 */
Result<IpcId> semget(IpcNamespace& ns, Key key, i32 count, u32 flags) noexcept
{
    if (count < 0)
        return Errno::EINVAL;
    if (count > ns.limits().semmsl()) {
        ns.limits().note_hit(Limit::SemMsl, 0, static_cast<u64>(count));
        return Errno::EINVAL;
    }
    return open_object(ns.table(Kind::Semaphores), OpenRequest { key, flags }, ns.owner(),
                       SetFacility { ns, static_cast<u32>(count) });
}

} // namespace sysvipc
