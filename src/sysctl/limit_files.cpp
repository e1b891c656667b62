// SPDX-License-Identifier: GPL-2.0
/* The limits below /proc/sys/kernel (contracts: include/sysctl/limit_files.hpp). */
#include <sysctl/limit_files.hpp>

#include <ns/ipc_namespace.hpp>
#include <os/kernel.hpp>
#include <os/sysctl.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* A limit as the kernel's number parser sees it.  SAFETY: an Atomic<i32> is just its value. */
int* raw(Atomic<i32>& value) noexcept
{
    static_assert(sizeof(Atomic<i32>) == sizeof(int));
    return reinterpret_cast<int*>(&value);
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

/* Long without effect, but programs know the name. */
int store_nothing(int*, const int*, int status) noexcept
{
    return status;
}

constinit int no_value = 0;
constinit SysctlFile files[] {
    { "msgmax", nullptr, 1, 0, INT32_MAX, nullptr },
    { "msgmnb", nullptr, 1, 0, INT32_MAX, nullptr },
    { "msgmni", nullptr, 1, 0, IpcId::kSlots, nullptr },
    { "sem", nullptr, 4, 0, 0, store_semaphore_limits },
    { "auto_msgmni", &no_value, 1, 0, 1, store_nothing },
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
    return sysctls.start("kernel", files);
}

void stop_limit_files() noexcept
{
    sysctls.stop();
}

} // namespace sysvipc
