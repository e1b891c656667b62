// SPDX-License-Identifier: GPL-2.0
/* Taking over files and settings from the kernel (contracts: include/entry/takeover.hpp). */
#include <entry/takeover.hpp>

#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <entry/entry_points.hpp>
#include <ns/namespaces.hpp>
#include <os/kernel.hpp>
#include <os/module.hpp>
#include <os/proc_file.hpp>
#include <proc/table_file.hpp>
#include <shm/segment_creator.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

/* What runs before a function of the kernel answers, in two registers. */
struct Answer {
    long is_all; /* 0: the function itself runs too */
    long result;
};

extern "C" {

/* src/kapi/takeover_x86_64.S */
void sysvipc_before_proc_open();
void sysvipc_before_proc_release();
void sysvipc_before_destroy_orphaned();

ENTRY_POINT Answer sysvipc_own_proc_open(kapi_inode* inode, kapi_file* file) noexcept;
ENTRY_POINT Answer sysvipc_own_proc_release(kapi_inode* inode, kapi_file* file) noexcept;
ENTRY_POINT Answer sysvipc_own_destroy_orphaned(kapi_ipc_ns* ns) noexcept;

/* Not before it is certain that the module stays, nor when it is about to go. */
Answer sysvipc_own_proc_open(kapi_inode* inode, kapi_file* file) noexcept
{
    const CallGate::Pass pass { call_gate };
    ModulePin pin;
    if (!Namespaces::is_serving() || !pin.take().ok())
        return { false, 0 };
    return { true, to_syscall(open_table_file(inode, file)) };
}

/* What was opened before the module came is the kernel's. */
Answer sysvipc_own_proc_release(kapi_inode* inode, kapi_file* file) noexcept
{
    const CallGate::Pass pass { call_gate };
    return { release_own_proc_file(inode, file), 0 };
}

/* The kernel looks after its own segments afterwards. */
Answer sysvipc_own_destroy_orphaned(kapi_ipc_ns* ns) noexcept
{
    const CallGate::Pass pass { call_gate };
    const RcuGuard guard;
    if (IpcNamespace* found = Namespaces::find(IpcNsHandle { ns }))
        remove_orphans(*found);
    return { false, 0 };
}

} // extern "C"

namespace {

/* One function that something of ours runs before. */
struct Takeover {
    const char* symbol;
    void (*before)();
    const char* consequence; /* where it is not to be had */
};
constexpr Takeover kTakeovers[] {
    /* First: what it opens must be told from the kernel's own. */
    { "sysvipc_proc_release", sysvipc_before_proc_release, "/proc/sysvipc" },
    { "sysvipc_proc_open", sysvipc_before_proc_open, "/proc/sysvipc" },
    { "shm_destroy_orphaned", sysvipc_before_destroy_orphaned, "orphans (shm_rmid_forced)" },
};
constexpr usize kCount = sizeof(kTakeovers) / sizeof(kTakeovers[0]);

constinit FunctionHook hooks[kCount];

void log_missing(const Takeover& takeover) noexcept
{
    LogLine line;
    log_info(line.string("cannot hook ")
                 .string(takeover.symbol)
                 .string(": the kernel's own ")
                 .string(takeover.consequence)
                 .string(" stay as they are"));
}

} // namespace

Result<void> start_takeover() noexcept
{
    if (!Kernel::has_sysvipc())
        return {};
    for (usize i = 0; i < kCount; ++i) {
        u32 failed = 0;
        const Result<void> attached =
            hooks[i].attach(FunctionHook::Means::DirectCall, &kTakeovers[i].symbol, 1,
                            kTakeovers[i].before, failed);
        if (attached.ok())
            continue;
        if (attached.error() == Errno::NoMemory) {
            stop_takeover();
            return Errno::NoMemory;
        }
        log_missing(kTakeovers[i]);
        if (i == 0)
            ++i; /* nothing is opened that could not be closed */
    }
    return {};
}

void stop_takeover() noexcept
{
    if (!Kernel::has_sysvipc())
        return;
    for (usize i = kCount; i > 0; --i)
        hooks[i - 1].detach();
}

} // namespace sysvipc
