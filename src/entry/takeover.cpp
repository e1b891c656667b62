// SPDX-License-Identifier: GPL-2.0
/*
 * Takes over a kernel's own System V IPC, besides its system calls: the files below /proc/sysvipc show our
 * objects, and a change of shm_rmid_forced affects our segments.  The module uses the kernel's limits and
 * next ids in place (ns/limits.hpp).  A function that cannot be intercepted still serves the kernel's
 * objects only.
 */
#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <ns/namespaces.hpp>
#include <os/module.hpp>
#include <os/proc_file.hpp>
#include <os/task.hpp>
#include <proc/proc_files.hpp>
#include <shm/segment_creator.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

/* The result of a handler that runs before a kernel function, in two registers. */
struct Answer {
    long is_all; /* 0: the kernel's function runs, too */
    long result;
};

namespace {

/*
 * Our namespace may end between two steps, as an open file holds no reference to it; the kernel's is not
 * freed before the handler returns.
 */
bool remove_some_orphans_of(IpcNsHandle handle, i32& index) noexcept
{
    const RcuGuard guard;
    IpcNamespace* found = Namespaces::find(handle);
    return found && remove_some_orphans(*found, index);
}

} // namespace

extern "C" {

ENTRY_POINT Answer sysvipc_answer_proc_open(kapi_inode* inode, kapi_file* file) noexcept;
ENTRY_POINT void sysvipc_before_destroy_orphaned(kapi_ipc_ns* ns) noexcept;

/* Leaves the file to the kernel until loading is certain to succeed, and during unloading. */
Answer sysvipc_answer_proc_open(kapi_inode* inode, kapi_file* file) noexcept
{
    const Served served;
    ModulePin pin;
    if (!served || !pin.take().ok())
        return { false, 0 };
    return { true, to_syscall(open_table_file(inode, file)) };
}

/* The kernel's function then handles the kernel's segments. */
void sysvipc_before_destroy_orphaned(kapi_ipc_ns* ns) noexcept
{
    const Served served;
    i32 index = 0;
    while (served && remove_some_orphans_of(IpcNsHandle { ns }, index))
        CurrentTask::give_way();
}

} // extern "C"

} // namespace sysvipc
