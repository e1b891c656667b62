// SPDX-License-Identifier: GPL-2.0
/*
 * Taking over a kernel's own System V IPC, besides its system calls: the files below /proc/sysvipc show our
 * objects, and a change of shm_rmid_forced is applied to our segments.  Its limits and next ids are used
 * in place (ns/limits.hpp).  A function that could not be intercepted continues to serve the kernel's
 * objects only.
 */
#include <entry/call_gate.hpp>
#include <entry/call_result.hpp>
#include <entry/entry_points.hpp>
#include <entry/interceptions.hpp>
#include <ns/namespaces.hpp>
#include <os/interception.hpp>
#include <os/module.hpp>
#include <os/proc_file.hpp>
#include <os/task.hpp>
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

namespace {

long to_word(void* pointer) noexcept
{
    return reinterpret_cast<long>(pointer);
}

/* Ours may end between two steps, for an open file does not keep it; the kernel's is not freed before the end. */
bool remove_some_orphans_of(IpcNsHandle handle, i32& index) noexcept
{
    const RcuGuard guard;
    IpcNamespace* found = Namespaces::find(handle);
    return found && remove_some_orphans(*found, index);
}

} // namespace

extern "C" {

ENTRY_POINT Answer sysvipc_answer_proc_open(kapi_inode* inode, kapi_file* file) noexcept;
ENTRY_POINT Answer sysvipc_answer_proc_release(kapi_inode* inode, kapi_file* file) noexcept;
ENTRY_POINT void sysvipc_before_destroy_orphaned(kapi_ipc_ns* ns) noexcept;
ENTRY_POINT long sysvipc_in_place_of_proc_open(kapi_inode* inode, kapi_file* file, long third,
                                               long fourth, unsigned long rest) noexcept;
ENTRY_POINT long sysvipc_in_place_of_proc_release(kapi_inode* inode, kapi_file* file, long third,
                                                  long fourth, unsigned long rest) noexcept;
ENTRY_POINT long sysvipc_in_place_of_destroy_orphaned(kapi_ipc_ns* ns, long second, long third,
                                                      long fourth, unsigned long rest) noexcept;

/*
 * Not before it is certain that the module stays, nor when it is about to go; nor where the release of what is
 * opened would not be seen.
 */
Answer sysvipc_answer_proc_open(kapi_inode* inode, kapi_file* file) noexcept
{
    const CallGate::Pass pass { call_gate };
    ModulePin pin;
    if (!Namespaces::is_serving() || !is_proc_release_seen() || !pin.take().ok())
        return { false, 0 };
    return { true, to_syscall(open_table_file(inode, file)) };
}

/* What was opened before the module came is the kernel's. */
Answer sysvipc_answer_proc_release(kapi_inode* inode, kapi_file* file) noexcept
{
    const CallGate::Pass pass { call_gate };
    return { release_own_proc_file(inode, file), 0 };
}

/* The kernel looks after its own segments afterwards. */
void sysvipc_before_destroy_orphaned(kapi_ipc_ns* ns) noexcept
{
    const CallGate::Pass pass { call_gate };
    i32 index = 0;
    while (remove_some_orphans_of(IpcNsHandle { ns }, index))
        CurrentTask::give_way();
}

/* The same where a kprobe has diverted the call, and the function itself is to run: counted until it returns. */

long sysvipc_in_place_of_proc_open(kapi_inode* inode, kapi_file* file, long third, long fourth,
                                   unsigned long rest) noexcept
{
    const CallGate::Pass pass { call_gate };
    const Answer answer = sysvipc_answer_proc_open(inode, file);
    return answer.is_all ? answer.result
                         : call_rest(to_word(inode), to_word(file), third, fourth, rest);
}

long sysvipc_in_place_of_proc_release(kapi_inode* inode, kapi_file* file, long third, long fourth,
                                      unsigned long rest) noexcept
{
    const CallGate::Pass pass { call_gate };
    const Answer answer = sysvipc_answer_proc_release(inode, file);
    return answer.is_all ? answer.result
                         : call_rest(to_word(inode), to_word(file), third, fourth, rest);
}

long sysvipc_in_place_of_destroy_orphaned(kapi_ipc_ns* ns, long second, long third, long fourth,
                                          unsigned long rest) noexcept
{
    const CallGate::Pass pass { call_gate };
    sysvipc_before_destroy_orphaned(ns);
    return call_rest(to_word(ns), second, third, fourth, rest);
}

} // extern "C"

} // namespace sysvipc
