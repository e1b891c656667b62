// SPDX-License-Identifier: GPL-2.0
/* host: security hooks and their view of an object (contracts: include/host/security.h). */
#include "security.hpp"

#include "kernel.hpp"
#include "machine.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <host/security.h>

namespace {

/* As in layout_types.h. */
struct Perm {
    int id;
    int key;
    unsigned uid, gid, creator_uid, creator_gid;
    unsigned mode;
    unsigned long sequence;
    void* note;
};
static_assert(sizeof(Perm) <= sizeof(kapi_ipc_perm));

constexpr unsigned kPermissionBits = 0777;

std::atomic<hosted::Verdict> verdict { nullptr };

int ask(const char* hook)
{
    const hosted::Verdict asked = verdict.load();
    return asked ? asked(hook) : 0;
}

/* As the kernel, whose readers need not be ordered: no plain access. */
template <class T>
void set(T& place, T value)
{
    std::atomic_ref { place }.store(value, std::memory_order_relaxed);
}

template <class T>
T get(const T& place)
{
    return std::atomic_ref { const_cast<T&>(place) }.load(std::memory_order_relaxed);
}

Perm& perm_in(kapi_ipc_perm* perm)
{
    return *reinterpret_cast<Perm*>(perm);
}

const Perm& perm_in(const kapi_ipc_perm* perm)
{
    return *reinterpret_cast<const Perm*>(perm);
}

} // namespace

namespace hosted {

void set_verdict(Verdict given) noexcept
{
    verdict.store(given);
}

} // namespace hosted

int host_security_find()
{
    return 0;
}

const char* host_security_missing(unsigned int number)
{
    return number == 0 ? hosted::kernel().missing_hook : nullptr;
}

void host_security_use() { }

void host_ipc_perm_init(kapi_ipc_perm* perm, int key, const kapi_ipc_owners* owners)
{
    Perm& made = perm_in(perm);
    made = {};
    made.id = -1;
    made.key = key;
    made.uid = owners->uid;
    made.gid = owners->gid;
    made.creator_uid = owners->creator_uid;
    made.creator_gid = owners->creator_gid;
    made.mode = owners->mode;
}

kapi_ipc_owners host_ipc_perm_owners(const kapi_ipc_perm* perm)
{
    const Perm& own = perm_in(perm);
    return { get(own.uid), get(own.gid), get(own.creator_uid), get(own.creator_gid),
             get(own.mode) };
}

int host_ipc_perm_id(const kapi_ipc_perm* perm)
{
    return get(perm_in(perm).id);
}

void host_ipc_perm_set_id(kapi_ipc_perm* perm, int id, unsigned long sequence)
{
    set(perm_in(perm).id, id);
    set(perm_in(perm).sequence, sequence);
}

void host_ipc_perm_set_key(kapi_ipc_perm* perm, int key)
{
    set(perm_in(perm).key, key);
}

void host_ipc_perm_set_owners(kapi_ipc_perm* perm, const kapi_ipc_owners* owners)
{
    Perm& own = perm_in(perm);
    set(own.uid, owners->uid);
    set(own.gid, owners->gid);
    set(own.mode, (own.mode & ~kPermissionBits) | (owners->mode & kPermissionBits));
}

void host_ipc_perm_change_mode(kapi_ipc_perm* perm, kapi_u32 clear, kapi_u32 add)
{
    Perm& own = perm_in(perm);
    set(own.mode, (own.mode & ~clear) | add);
}

bool host_audit_is_on()
{
    return hosted::kernel().is_audited;
}

void host_audit_object(kapi_ipc_perm*)
{
    ++hosted::audited().objects;
}

void host_audit_change(unsigned long qbytes, kapi_u32 uid, kapi_u32 gid, kapi_u32 mode)
{
    hosted::Audited& told = hosted::audited();
    ++told.changes;
    told.qbytes = qbytes;
    told.uid = uid;
    told.gid = gid;
    told.mode = mode;
}

int host_security_access(kapi_ipc_perm*, kapi_u32)
{
    return ask("access");
}

int host_security_queue_alloc(kapi_ipc_perm*)
{
    return ask("queue_alloc");
}

void host_security_queue_free(kapi_ipc_perm*) { }

int host_security_queue_open(kapi_ipc_perm*, int)
{
    return ask("queue_open");
}

int host_security_queue_control(kapi_ipc_perm*, int)
{
    return ask("queue_control");
}

int host_security_queue_send(kapi_ipc_perm*, kapi_msg*, int)
{
    return ask("queue_send");
}

int host_security_queue_receive(kapi_ipc_perm*, kapi_msg*, kapi_task*, long, int)
{
    return ask("queue_receive");
}

int host_security_message_alloc(kapi_msg*)
{
    return ask("message_alloc");
}

void host_security_message_free(kapi_msg*) { }

int host_security_set_alloc(kapi_ipc_perm*)
{
    return ask("set_alloc");
}

void host_security_set_free(kapi_ipc_perm*) { }

int host_security_set_open(kapi_ipc_perm*, int)
{
    return ask("set_open");
}

int host_security_set_control(kapi_ipc_perm*, int)
{
    return ask("set_control");
}

int host_security_set_operate(kapi_ipc_perm*, const void*, kapi_u32, bool)
{
    return ask("set_operate");
}

int host_security_segment_alloc(kapi_ipc_perm*)
{
    return ask("segment_alloc");
}

void host_security_segment_free(kapi_ipc_perm*) { }

int host_security_segment_open(kapi_ipc_perm*, int)
{
    return ask("segment_open");
}

int host_security_segment_control(kapi_ipc_perm*, int)
{
    return ask("segment_control");
}

int host_security_segment_attach(kapi_ipc_perm*, unsigned long, int)
{
    return ask("segment_attach");
}
