// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that the landings jump to: one per system call of 64-bit programs, and one for all calls of
 * 32-bit programs.  Each receives the registers of the program.
 */
#pragma once

#include <host/registers.h>

/* For functions that assembly jumps to: keeps whole-program optimisation from renaming them. */
#if defined(__clang__)
#define ENTRY_POINT
#else
#define ENTRY_POINT [[gnu::externally_visible]]
#endif

namespace sysvipc {

extern "C" {

ENTRY_POINT long sysvipc_call_msgget(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_msgsnd(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_msgrcv(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_msgctl(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semget(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semop(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semtimedop(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_semctl(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_shmget(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_shmat(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_shmdt(const kapi_regs* regs) noexcept;
ENTRY_POINT long sysvipc_call_shmctl(const kapi_regs* regs) noexcept;

ENTRY_POINT long sysvipc_call_compat(const kapi_regs* regs) noexcept;

} // extern "C"

} // namespace sysvipc
