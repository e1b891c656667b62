// SPDX-License-Identifier: GPL-2.0
/* Errno: error numbers as a type; positive, with the kernel's values. */
#pragma once

#include <base/types.hpp>
#include <generated/kapi_layout.h>

namespace sysvipc {

enum class Errno : i32 {
    EPERM = KAPI_EPERM,
    ENOENT = KAPI_ENOENT,
    EINTR = KAPI_EINTR,
    E2BIG = KAPI_E2BIG,
    EAGAIN = KAPI_EAGAIN,
    ENOMEM = KAPI_ENOMEM,
    EACCES = KAPI_EACCES,
    EFAULT = KAPI_EFAULT,
    EBUSY = KAPI_EBUSY,
    EEXIST = KAPI_EEXIST,
    ENODEV = KAPI_ENODEV,
    EINVAL = KAPI_EINVAL,
    EFBIG = KAPI_EFBIG,
    ENOSPC = KAPI_ENOSPC,
    ERANGE = KAPI_ERANGE,
    ENOSYS = KAPI_ENOSYS,
    ENOMSG = KAPI_ENOMSG,
    EIDRM = KAPI_EIDRM,
    EOPNOTSUPP = KAPI_EOPNOTSUPP,
    /* Kernel-internal: user space sees EINTR, or the call is restarted if no handler ran. */
    ERESTARTNOHAND = KAPI_ERESTARTNOHAND,
    /* Kernel-internal, and never seen: the call is restarted even after a handler. */
    ERESTARTNOINTR = KAPI_ERESTARTNOINTR,
};

/* The only place that negates an error. */
[[nodiscard]] constexpr long to_syscall(Errno error) noexcept
{
    return -static_cast<long>(error);
}

/* @status: a negative errno from a kernel function. */
[[nodiscard]] constexpr Errno from_kernel(int status) noexcept
{
    return static_cast<Errno>(-status);
}

/* The name in errno(3), for log lines; nullptr: not in enum Errno. */
[[nodiscard]] constexpr const char* errno_name(Errno error) noexcept
{
    switch (error) {
    case Errno::EPERM:
        return "EPERM";
    case Errno::ENOENT:
        return "ENOENT";
    case Errno::EINTR:
    case Errno::ERESTARTNOHAND:
    case Errno::ERESTARTNOINTR:
        return "EINTR";
    case Errno::E2BIG:
        return "E2BIG";
    case Errno::EAGAIN:
        return "EAGAIN";
    case Errno::ENOMEM:
        return "ENOMEM";
    case Errno::EACCES:
        return "EACCES";
    case Errno::EFAULT:
        return "EFAULT";
    case Errno::EBUSY:
        return "EBUSY";
    case Errno::EEXIST:
        return "EEXIST";
    case Errno::ENODEV:
        return "ENODEV";
    case Errno::EINVAL:
        return "EINVAL";
    case Errno::EFBIG:
        return "EFBIG";
    case Errno::ENOSPC:
        return "ENOSPC";
    case Errno::ERANGE:
        return "ERANGE";
    case Errno::ENOSYS:
        return "ENOSYS";
    case Errno::ENOMSG:
        return "ENOMSG";
    case Errno::EIDRM:
        return "EIDRM";
    case Errno::EOPNOTSUPP:
        return "EOPNOTSUPP";
    }
    return nullptr;
}

} // namespace sysvipc
