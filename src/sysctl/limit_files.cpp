// SPDX-License-Identifier: GPL-2.0
/* The files below /proc/sys/kernel (contracts: include/sysctl/limit_files.hpp). */
#include <sysctl/limit_files.hpp>

#include <ns/namespaces.hpp>
#include <os/kernel.hpp>
#include <os/log.hpp>
#include <os/sysctl.hpp>
#include <shm/segment_creator.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* nullptr: *@error is set. */
IpcNamespace* current_namespace(int* error) noexcept
{
    Result<IpcNamespace*> ns = Namespaces::current();
    if (ns.ok())
        return ns.take();
    *error = static_cast<int>(to_syscall(ns.error()));
    return nullptr;
}

/* SAFETY: the kernel's parser gets Atomics, which have the layout of their values. */
static_assert(sizeof(Atomic<i32>) == sizeof(int) && sizeof(Atomic<u64>) == sizeof(unsigned long));

template <auto choose>
void* find_limit(int* error) noexcept
{
    IpcNamespace* ns = current_namespace(error);
    return ns ? choose(ns->limits()) : nullptr;
}

#define LIMIT(name) find_limit<[](Limits& limits) { return &limits.name; }>

template <Kind kind>
void* find_next_id(int* error) noexcept
{
    IpcNamespace* ns = current_namespace(error);
    return ns ? &ns->table(kind).next_id() : nullptr;
}

constinit int no_value = 0;
void* find_nothing(int*) noexcept
{
    return &no_value;
}

/* "sem" is four numbers; only the last has bounds, and it does not change on any error. */
int store_semaphore_limits(int* values, const int* wanted, int status) noexcept
{
    constexpr usize kSemmni = 3;

    const bool is_in_range = wanted[kSemmni] >= 0 && wanted[kSemmni] <= id_layout.slots();
    if (status == 0 && !is_in_range)
        status = -KAPI_ERANGE;
    for (usize i = 0; i <= kSemmni; ++i) {
        if (i != kSemmni || status == 0)
            __atomic_store_n(&values[i], wanted[i], __ATOMIC_RELAXED);
    }
    return status;
}

/* Not 0: unmapped orphans are removed at once, other unmapped segments when their creators exit. */
int store_rmid_forced(int* value, const int* wanted, int status) noexcept
{
    if (status != 0)
        return status;
    __atomic_store_n(value, *wanted, __ATOMIC_RELAXED);
    IpcNamespace* ns = *wanted != 0 ? current_namespace(&status) : nullptr;
    if (ns)
        remove_orphans(*ns);
    return status;
}

constinit Atomic<bool> is_auto_msgmni_logged { false };

/* auto_msgmni has no effect, but programs use the name.  A write logs the same as on Linux, once. */
int store_nothing(int*, const int*, int status) noexcept
{
    if (!is_auto_msgmni_logged.load_relaxed() && !is_auto_msgmni_logged.exchange(true))
        log_info("writing to auto_msgmni has no effect");
    return status;
}

/* --- access */

constexpr u32 kRead = 4;
constexpr u32 kWrite = 2;

/* Root of the IPC namespace's user namespace, or of the initial one if that has no root. */
bool is_root_of(UserNamespace owner) noexcept
{
    Result<Uid> root = owner.uid(0);
    return Caller::effective_uid() == (root.ok() ? root.take() : Uid { 0 });
}

u32 limit_access() noexcept
{
    return is_root_of(IpcNsHandle::current().owner()) ? kRead | kWrite : kRead;
}

/* Restoring processes needs a capability, not root. */
u32 next_id_access() noexcept
{
    const UserNamespace owner = IpcNsHandle::current().owner();
    const bool may_restore = owner.would_be_capable(Capability::CheckpointRestore)
        || owner.would_be_capable(Capability::SysAdmin);
    return may_restore ? kRead | kWrite : kRead;
}

/* --- the files */

using Find = void* (*)(int*);

constexpr SysctlFile describe_limit(const char* name, Find find, int most) noexcept
{
    return { name, find, false, 1, 0, most, nullptr, limit_access, 0644 };
}

constexpr SysctlFile describe_word(const char* name, Find find) noexcept
{
    return { name, find, true, 1, 0, 0, nullptr, limit_access, 0644 };
}

constexpr SysctlFile describe_next_id(const char* name, Find find) noexcept
{
    return { name, find, false, 1, 0, INT32_MAX, nullptr, next_id_access, 0444 };
}

constinit SysctlFile files[] {
    describe_limit("msgmni", LIMIT(msgmni), kStandardIds.slots()),
    describe_limit("shmmni", LIMIT(shmmni), kStandardIds.slots()),
    describe_limit("msgmax", LIMIT(msgmax), INT32_MAX),
    describe_limit("msgmnb", LIMIT(msgmnb), INT32_MAX),
    { "sem", LIMIT(sem[0]), false, 4, 0, 0, store_semaphore_limits, limit_access, 0644 },
    describe_word("shmmax", LIMIT(shmmax)),
    describe_word("shmall", LIMIT(shmall)),
    { "shm_rmid_forced", LIMIT(shm_rmid_forced), false, 1, 0, 1, store_rmid_forced, limit_access,
      0644 },
    { "auto_msgmni", find_nothing, false, 1, 0, 1, store_nothing, limit_access, 0644 },
    describe_next_id("msg_next_id", find_next_id<Kind::Messages>),
    describe_next_id("sem_next_id", find_next_id<Kind::Semaphores>),
    describe_next_id("shm_next_id", find_next_id<Kind::SharedMemory>),
};

constinit Sysctls sysctls;

} // namespace

Result<void> start_limit_files() noexcept
{
    if (Kernel::has_sysvipc())
        return {};
    for (SysctlFile& file : files) {
        if (file.most == kStandardIds.slots())
            file.most = id_layout.slots();
    }
    return sysctls.start("kernel", files);
}

void stop_limit_files() noexcept
{
    if (sysctls.stop())
        return;
    log_error("a listing of /proc/sys/kernel does not end: reboot before loading the module again");
}

} // namespace sysvipc
