// SPDX-License-Identifier: GPL-2.0
/* msgget(2): open the queue with a key, or create one. */
#include <msg/msg_queue.hpp>

#include <ids/open_request.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct QueueFacility {
    using Object = MsgQueue;
    IpcNamespace& ns;

    [[nodiscard]] Result<Ref<MsgQueue>> create(const OpenRequest& request) const noexcept
    {
        return MsgQueue::create(request.key, request.mode(), ns.limits().msgmnb.load_relaxed());
    }
    [[nodiscard]] Result<void> check_existing(const MsgQueue&) const noexcept { return {}; }
    void retire(MsgQueue& queue) const noexcept { queue.retire(ns.message_usage()); }
    [[nodiscard]] i32 limit() const noexcept { return ns.limits().msgmni.load_relaxed(); }
    [[nodiscard]] u64 created_size() const noexcept { return 0; }
    void note_full() const noexcept
    {
        const i32 in_use = ns.table(Kind::Messages).usage().in_use;
        ns.limits().note_hit(Limit::MsgMni, static_cast<u64>(in_use), 1);
    }
};

} // namespace

/* Errors: EEXIST, EACCES, a security module's, ENOENT, ENOMEM, a security module's, ENOSPC, in this order. */
Result<IpcId> msgget(IpcNamespace& ns, Key key, u32 flags) noexcept
{
    return open_object(ns.table(Kind::Messages), OpenRequest { key, flags }, ns.owner(),
                       QueueFacility { ns });
}

} // namespace sysvipc
