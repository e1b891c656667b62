// SPDX-License-Identifier: GPL-2.0
/* The caller's ids, groups and capabilities, and the mapping of ids to a user namespace. */
#pragma once

#include <base/result.hpp>
#include <base/strong.hpp>
#include <base/types.hpp>
#include <kapi/task.h>

namespace sysvipc {

/* Kernel-internal ids; a UserNamespace translates them for user space. */
using Uid = Strong<u32, struct UidTag>;
using Gid = Strong<u32, struct GidTag>;

enum class Capability : i32 {
    IpcLock = KAPI_CAP_IPC_LOCK,
    IpcOwner = KAPI_CAP_IPC_OWNER,
    CheckpointRestore = KAPI_CAP_CHECKPOINT_RESTORE,
    SysAdmin = KAPI_CAP_SYS_ADMIN,
    SysResource = KAPI_CAP_SYS_RESOURCE,
};

/* Borrowed: holds no reference to the namespace. */
class UserNamespace {
public:
    explicit UserNamespace(kapi_user_ns* ns) noexcept : ns_(ns) { }
    static UserNamespace current() noexcept { return UserNamespace { kapi_user_ns_current() }; }
    static UserNamespace initial() noexcept { return UserNamespace { kapi_user_ns_initial() }; }

    /* Ids without a mapping are shown as the overflow id (65534). */
    [[nodiscard]] u32 show(Uid uid) const noexcept
    {
        return shows_as_is(uid.value()) ? uid.value() : kapi_uid_to_user(ns_, uid.value());
    }
    [[nodiscard]] u32 show(Gid gid) const noexcept
    {
        return shows_as_is(gid.value()) ? gid.value() : kapi_gid_to_user(ns_, gid.value());
    }
    /* Errors: EINVAL (the id has no mapping; msgctl(2), IPC_SET). */
    [[nodiscard]] Result<Uid> uid(u32 shown) const noexcept
    {
        u32 uid;
        if (!kapi_uid_from_user(ns_, shown, &uid))
            return Errno::EINVAL;
        return Uid { uid };
    }
    [[nodiscard]] Result<Gid> gid(u32 shown) const noexcept
    {
        u32 gid;
        if (!kapi_gid_from_user(ns_, shown, &gid))
            return Errno::EINVAL;
        return Gid { gid };
    }
    /* True if the caller has @capability in this namespace. */
    [[nodiscard]] bool is_capable(Capability capability) const noexcept
    {
        return kapi_cred_ns_capable(ns_, static_cast<int>(capability));
    }

    /* is_capable() without an audit record, for a result that decides no access. */
    [[nodiscard]] bool would_be_capable(Capability capability) const noexcept
    {
        return kapi_cred_ns_capable_unaudited(ns_, static_cast<int>(capability));
    }

private:
    /* The initial namespace maps each id but the last to itself: user_namespaces(7). */
    [[nodiscard]] bool shows_as_is(u32 id) const noexcept
    {
        return ns_ == kapi_user_ns_initial() && id != UINT32_MAX;
    }

    kapi_user_ns* ns_;
};

/* Ids for programs that use 16-bit ids; the overflow id replaces those that do not fit. */
[[nodiscard]] inline u16 low_uid(u32 uid) noexcept
{
    return kapi_uid_to_16(uid);
}
[[nodiscard]] inline u16 low_gid(u32 gid) noexcept
{
    return kapi_gid_to_16(gid);
}

/* The credentials of the current task. */
struct Caller {
    [[nodiscard]] static Uid effective_uid() noexcept { return Uid { kapi_cred_euid() }; }
    [[nodiscard]] static Gid effective_gid() noexcept { return Gid { kapi_cred_egid() }; }
    [[nodiscard]] static bool is_in_group(Gid gid) noexcept
    {
        return kapi_cred_in_group(gid.value());
    }
    /* RLIMIT_MEMLOCK in bytes. */
    [[nodiscard]] static unsigned long memory_lock_limit() noexcept
    {
        return kapi_task_rlimit(KAPI_RLIMIT_MEMLOCK);
    }
    /* True if the caller has @capability in the initial user namespace. */
    [[nodiscard]] static bool is_globally_capable(Capability capability) noexcept
    {
        return kapi_cred_capable(static_cast<int>(capability));
    }
};

} // namespace sysvipc
