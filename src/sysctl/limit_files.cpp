// SPDX-License-Identifier: GPL-2.0
/* The limits below /proc/sys/kernel (contracts: include/sysctl/limit_files.hpp). */
#include <sysctl/limit_files.hpp>

#include <ns/ipc_namespace.hpp>
#include <os/kernel.hpp>
#include <os/sysctl.hpp>
#include <shm/segment_creator.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* A limit as the kernel's number parser sees it.  SAFETY: an Atomic<i32> is just its value. */
int* raw(Atomic<i32>& value) noexcept
{
    static_assert(sizeof(Atomic<i32>) == sizeof(int));
    return reinterpret_cast<int*>(&value);
}

unsigned long* raw(Atomic<u64>& value) noexcept
{
    static_assert(sizeof(Atomic<u64>) == sizeof(unsigned long));
    return reinterpret_cast<unsigned long*>(&value);
}

/* "sem" is four numbers, of which the last alone has bounds; when anything is wrong it stays. */
int store_semaphore_limits(int* values, const int* wanted, int status) noexcept
{
    constexpr usize kSemmni = 3;

    const bool is_in_range = wanted[kSemmni] >= 0 && wanted[kSemmni] <= IpcId::kSlots;
    if (status == 0 && !is_in_range)
        status = -KAPI_ERANGE;
    for (usize i = 0; i <= kSemmni; ++i) {
        if (i != kSemmni || status == 0)
            __atomic_store_n(&values[i], wanted[i], __ATOMIC_RELAXED);
    }
    return status;
}

/* From now on what nobody maps goes with its creator, and what has none any more at once. */
int store_rmid_forced(int* value, const int* wanted, int status) noexcept
{
    if (status != 0)
        return status;
    __atomic_store_n(value, *wanted, __ATOMIC_RELAXED);
    if (*wanted != 0)
        remove_orphans(IpcNamespace::current());
    return 0;
}

/* Long without effect, but programs know the name. */
int store_nothing(int*, const int*, int status) noexcept
{
    return status;
}

constinit int no_value = 0;
constinit SysctlFile files[] {
    { "msgmax", nullptr, nullptr, 1, 0, INT32_MAX, nullptr },
    { "msgmnb", nullptr, nullptr, 1, 0, INT32_MAX, nullptr },
    { "msgmni", nullptr, nullptr, 1, 0, IpcId::kSlots, nullptr },
    { "sem", nullptr, nullptr, 4, 0, 0, store_semaphore_limits },
    { "shmmax", nullptr, nullptr, 1, 0, 0, nullptr },
    { "shmall", nullptr, nullptr, 1, 0, 0, nullptr },
    { "shmmni", nullptr, nullptr, 1, 0, IpcId::kSlots, nullptr },
    { "shm_rmid_forced", nullptr, nullptr, 1, 0, 1, store_rmid_forced },
    { "auto_msgmni", &no_value, nullptr, 1, 0, 1, store_nothing },
};
constinit Sysctls sysctls;

} // namespace

Result<void> start_limit_files() noexcept
{
    if (Kernel::has_sysvipc())
        return {};
    Limits& limits = IpcNamespace::current().limits();
    files[0].values = raw(limits.msgmax);
    files[1].values = raw(limits.msgmnb);
    files[2].values = raw(limits.msgmni);
    files[3].values = raw(limits.sem[0]);
    files[4].word = raw(limits.shmmax);
    files[5].word = raw(limits.shmall);
    files[6].values = raw(limits.shmmni);
    files[7].values = raw(limits.shm_rmid_forced);
    return sysctls.start("kernel", files);
}

void stop_limit_files() noexcept
{
    sysctls.stop();
}

} // namespace sysvipc
