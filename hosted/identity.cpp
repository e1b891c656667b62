// SPDX-License-Identifier: GPL-2.0
/* kapi: credentials, user namespaces, pids (contracts: include/kapi/task.h). */
#include "machine.hpp"
#include "task.hpp"

#include <algorithm>
#include <host/process.h>
#include <kapi/task.h>

namespace hosted {

kapi_user_ns initial_user_ns;
kapi_pid_ns initial_pid_ns;

kapi_pid* create_pid(kapi_pid_ns& ns) noexcept
{
    auto* pid = machine::make<kapi_pid>();
    kapi_pid_ns* each = &ns;
    for (auto& level : pid->levels) {
        if (!each)
            break;
        level.ns = each;
        level.number = each->last.fetch_add(1) + 1;
        each = each->parent;
    }
    return pid;
}

kapi_pid_ns* create_pid_ns(kapi_pid_ns& parent) noexcept
{
    parent.references.fetch_add(1);
    auto* ns = machine::make<kapi_pid_ns>();
    ns->parent = &parent;
    return ns;
}

} // namespace hosted

using namespace hosted;

namespace {

constexpr unsigned kOverflowId = 65'534;

const Identity& own()
{
    return machine::current()->identity;
}

unsigned to_user(const kapi_user_ns& ns, unsigned id)
{
    return id - ns.base < ns.count ? id - ns.base : kOverflowId;
}

bool from_user(const kapi_user_ns& ns, unsigned id, unsigned* kernel)
{
    const bool is_mapped = id < ns.count;
    *kernel = is_mapped ? id + ns.base : ~0U;
    return is_mapped;
}

/* A namespace's capabilities count in itself, and its owner's outside of it has all of them there. */
bool is_capable(const kapi_user_ns& ns, int capability)
{
    const Identity& identity = own();
    if (identity.user_ns == &ns || identity.user_ns == &initial_user_ns)
        return identity.has(capability) || (identity.user_ns != &ns && identity.uid == ns.owner);
    return false;
}

} // namespace

kapi_u32 kapi_cred_euid()
{
    return own().uid;
}

kapi_u32 kapi_cred_egid()
{
    return own().gid;
}

bool kapi_cred_in_group(kapi_u32 gid)
{
    const Identity& identity = own();
    return identity.gid == gid
        || std::find(identity.groups.begin(), identity.groups.end(), gid) != identity.groups.end();
}

bool kapi_cred_capable(int capability)
{
    return is_capable(initial_user_ns, capability);
}

bool kapi_cred_ns_capable(kapi_user_ns* ns, int capability)
{
    return is_capable(*ns, capability);
}

bool kapi_cred_ns_capable_unaudited(kapi_user_ns* ns, int capability)
{
    return is_capable(*ns, capability);
}

kapi_user_ns* kapi_user_ns_current()
{
    return own().user_ns;
}

kapi_user_ns* kapi_user_ns_initial()
{
    return &initial_user_ns;
}

kapi_u32 kapi_uid_to_user(kapi_user_ns* ns, kapi_u32 kuid)
{
    return to_user(*ns, kuid);
}

kapi_u32 kapi_gid_to_user(kapi_user_ns* ns, kapi_u32 kgid)
{
    return to_user(*ns, kgid);
}

bool kapi_uid_from_user(kapi_user_ns* ns, kapi_u32 uid, kapi_u32* kuid)
{
    return from_user(*ns, uid, kuid);
}

bool kapi_gid_from_user(kapi_user_ns* ns, kapi_u32 gid, kapi_u32* kgid)
{
    return from_user(*ns, gid, kgid);
}

kapi_u16 kapi_uid_to_16(kapi_u32 uid)
{
    return static_cast<kapi_u16>(uid > 0xffff ? kOverflowId : uid);
}

kapi_u16 kapi_gid_to_16(kapi_u32 gid)
{
    return static_cast<kapi_u16>(gid > 0xffff ? kOverflowId : gid);
}

void kapi_pid_get(kapi_pid* pid)
{
    if (pid)
        pid->references.fetch_add(1, std::memory_order_relaxed);
}

void kapi_pid_put(kapi_pid* pid)
{
    if (!pid)
        return;
    machine::leave(pid);
    if (pid->references.fetch_sub(1) != 1)
        return;
    machine::enter(pid);
    machine::destroy(pid);
}

int kapi_pid_nr_in(kapi_pid* pid, kapi_pid_ns* ns)
{
    if (!pid)
        return 0;
    for (const auto& level : pid->levels) {
        if (level.ns == ns)
            return level.number;
    }
    return 0;
}

int kapi_pid_vnr(kapi_pid* pid)
{
    return kapi_pid_nr_in(pid, machine::current()->process->pid_ns);
}

kapi_pid_ns* kapi_pid_ns_get_current()
{
    kapi_pid_ns* ns = machine::current()->process->pid_ns;
    ns->references.fetch_add(1);
    return ns;
}

void kapi_pid_ns_put(kapi_pid_ns* ns)
{
    while (ns && ns->references.fetch_sub(1) == 1) {
        kapi_pid_ns* parent = ns->parent;
        machine::destroy(ns);
        ns = parent;
    }
}

/* A task that has been waited for, or that nothing refers to. */
bool host_pid_lives(kapi_pid* pid)
{
    return pid && pid->tasks.load() > 0;
}
