// SPDX-License-Identifier: GPL-2.0
/* host: IPC namespaces (contracts: include/host/namespace.h). */
#include "namespace.hpp"

#include "interception.hpp"
#include "kernel.hpp"
#include "machine.hpp"
#include "task.hpp"

#include <cerrno>
#include <host/namespace.h>
#include <kapi/rcu.h>
#include <string_view>

namespace hosted {

kapi_ipc_ns initial_ipc_ns { .number = 0xefff'ffff, .owner = &initial_user_ns };

namespace {

/* Of this kernel's namespaces, those that can stand in for IPC namespaces. */
constexpr struct Kind {
    std::string_view name;
    unsigned long clone_flag; /* <linux/sched.h> */
} kKinds[] { { "mnt", 0x2'0000 }, { "uts", 0x400'0000 }, { "net", 0x4000'0000 } };

const Kind* stand_in = nullptr; /* changes while no module is loaded */
std::atomic<unsigned> last_number { 0 };
std::atomic<unsigned long> last_mark { 0 };

/* Readers that see it end may use it until they have ended. */
void free_later(kapi_ipc_ns* ns)
{
    kapi_synchronize_rcu();
    machine::destroy(ns);
}

} // namespace

kapi_ipc_ns* create_ipc_ns(kapi_user_ns& owner) noexcept
{
    auto* ns = machine::make<kapi_ipc_ns>();
    ns->number = last_number.fetch_add(1) + 1;
    ns->owner = &owner;
    return ns;
}

unsigned long ipc_ns_clone_flag() noexcept
{
    return stand_in ? stand_in->clone_flag : KAPI_CLONE_NEWIPC;
}

} // namespace hosted

using namespace hosted;

int host_ipc_ns_stand_in(const char* kind)
{
    stand_in = nullptr;
    if (*kind == '\0')
        return 0;
    if (kernel().has_namespaces || kernel().has_sysvipc)
        return -EOPNOTSUPP;
    for (const Kind& known : kKinds) {
        if (known.name == kind)
            stand_in = &known;
    }
    return stand_in ? 0 : -EINVAL;
}

const void* host_ipc_ns_identity(const kapi_ipc_ns* ns)
{
    return ns;
}

const void* host_ipc_ns_ending_identity(unsigned long argument)
{
    return reinterpret_cast<const void*>(argument);
}

bool host_ipc_ns_supported()
{
    return kernel().has_namespaces || stand_in;
}

kapi_ipc_ns* host_ipc_ns_current()
{
    return machine::current()->process->ipc_ns;
}

kapi_ipc_ns* host_ipc_ns_initial()
{
    return &initial_ipc_ns;
}

kapi_user_ns* host_ipc_ns_owner(kapi_ipc_ns* ns)
{
    return ns->owner;
}

void host_ipc_ns_settings(kapi_ipc_ns* ns, kapi_ipc_settings* settings)
{
    *settings = {};
    if (!kernel().has_sysvipc)
        return;
    auto& own = ns->settings;
    *settings = { &own.msgmax, &own.msgmnb, &own.msgmni,
                  own.sem,     &own.shmmni, &own.rmid_forced,
                  &own.shmmax, &own.shmall, { &own.next_id[0], &own.next_id[1], &own.next_id[2] } };
}

void host_ipc_ns_get(kapi_ipc_ns* ns)
{
    ns->references.fetch_add(1);
}

void host_ipc_ns_put(kapi_ipc_ns* ns)
{
    machine::may_switch(ns);
    machine::leave(ns);
    if (ns->references.fetch_sub(1) != 1)
        return;
    machine::enter(ns);
    notice_ipc_ns_ending(ns);
    free_later(ns);
}

unsigned int host_ipc_ns_number(const kapi_ipc_ns* ns)
{
    return ns->number;
}

unsigned long host_ipc_ns_make_mark(kapi_ipc_ns* ns)
{
    unsigned long mark = 0;
    const unsigned long fresh = last_mark.fetch_add(1) + 1;
    return ns->mark.compare_exchange_strong(mark, fresh) ? fresh : mark;
}

unsigned long host_ipc_ns_mark(const kapi_ipc_ns* ns)
{
    return ns->mark.load();
}

void host_ipc_ns_unmark_all()
{
    initial_ipc_ns.mark.store(0);
}

const char* host_ipc_ns_ending_symbol()
{
    return "mq_clear_sbinfo";
}
