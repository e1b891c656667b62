/* SPDX-License-Identifier: GPL-2.0 */
/* The namespace's number for trace events, which are compiled apart from the rest of the module (Kbuild). */
#ifndef SYSVIPC_SRC_HOST_IPC_NS_NUMBER_H
#define SYSVIPC_SRC_HOST_IPC_NS_NUMBER_H

/* Of the current task's IPC namespace, or of its stand-in; 0 if all tasks share one.  Any context. */
unsigned int host_ipc_ns_number_of_current(void);

#endif
