// SPDX-License-Identifier: GPL-2.0
/* Error numbers as a type: positive, with the kernel's own values. */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc {

enum class Errno : i32 {
    Perm = KAPI_EPERM,
    NoEntry = KAPI_ENOENT,
    Interrupted = KAPI_EINTR,
    TooBig = KAPI_E2BIG,
    Again = KAPI_EAGAIN,
    NoMemory = KAPI_ENOMEM,
    Access = KAPI_EACCES,
    Fault = KAPI_EFAULT,
    Busy = KAPI_EBUSY,
    Exists = KAPI_EEXIST,
    NoDevice = KAPI_ENODEV,
    Invalid = KAPI_EINVAL,
    FileTooBig = KAPI_EFBIG,
    NoSpace = KAPI_ENOSPC,
    Range = KAPI_ERANGE,
    NotImplemented = KAPI_ENOSYS,
    NoMessage = KAPI_ENOMSG,
    Removed = KAPI_EIDRM,
    NotSupported = KAPI_EOPNOTSUPP,
    /* Kernel-internal: user space sees EINTR, or the call again after a stop that ran no handler. */
    RestartNoHandler = KAPI_ERESTARTNOHAND,
    /* The same: nobody sees that, as the call comes again after a handler too. */
    RestartAlways = KAPI_ERESTARTNOINTR,
};

/* The one place where an error gets its sign. */
[[nodiscard]] constexpr long to_syscall(Errno error) noexcept
{
    return -static_cast<long>(error);
}

/* @status: a negative errno as kernel functions return it. */
[[nodiscard]] constexpr Errno from_kernel(int status) noexcept
{
    return static_cast<Errno>(-status);
}

/* As errno(3) has it, for log lines; nullptr: none of the above. */
[[nodiscard]] constexpr const char* errno_name(Errno error) noexcept
{
    switch (error) {
    case Errno::Perm:
        return "EPERM";
    case Errno::NoEntry:
        return "ENOENT";
    case Errno::Interrupted:
    case Errno::RestartNoHandler:
    case Errno::RestartAlways:
        return "EINTR";
    case Errno::TooBig:
        return "E2BIG";
    case Errno::Again:
        return "EAGAIN";
    case Errno::NoMemory:
        return "ENOMEM";
    case Errno::Access:
        return "EACCES";
    case Errno::Fault:
        return "EFAULT";
    case Errno::Busy:
        return "EBUSY";
    case Errno::Exists:
        return "EEXIST";
    case Errno::NoDevice:
        return "ENODEV";
    case Errno::Invalid:
        return "EINVAL";
    case Errno::FileTooBig:
        return "EFBIG";
    case Errno::NoSpace:
        return "ENOSPC";
    case Errno::Range:
        return "ERANGE";
    case Errno::NotImplemented:
        return "ENOSYS";
    case Errno::NoMessage:
        return "ENOMSG";
    case Errno::Removed:
        return "EIDRM";
    case Errno::NotSupported:
        return "EOPNOTSUPP";
    }
    return nullptr;
}

} // namespace sysvipc
