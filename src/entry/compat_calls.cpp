// SPDX-License-Identifier: GPL-2.0
/*
 * System calls of 32-bit programs: each by its own number, or all through ipc(2).  The set of calls and
 * their numbers depend on the architecture: arch/calls.def.  Kernel source: ipc/syscall.c.
 *
 * Arguments are words of 32 bits.  Some calls also pass pointers to data with another layout: messages,
 * structures of the *ctl() calls, times.
 */
#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <msg/msg_queue.hpp>
#include <rules/compat_convert.hpp>
#include <sem/sem_set.hpp>
#include <shm/shm_segment.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using Version = CompatBuffer::Version;
UserAddress pointer(u32 address) noexcept
{
    return UserAddress { address };
}

i32 integer(u32 word) noexcept
{
    return static_cast<i32>(word);
}

IpcId id_of(u32 word) noexcept
{
    return IpcId { integer(word) };
}

Key key_of(u32 word) noexcept
{
    return Key { integer(word) };
}

/* Sign-extends a long of a 32-bit program. */
i64 long_of(u32 word) noexcept
{
    return static_cast<i32>(word);
}

long get_queue(u32 key, u32 flags) noexcept
{
    return in_namespace([&](IpcNamespace& ns) { return msgget(ns, key_of(key), flags); });
}

long get_set(u32 key, u32 count, u32 flags) noexcept
{
    return in_namespace(
        [&](IpcNamespace& ns) { return semget(ns, key_of(key), integer(count), flags); });
}

long get_segment(u32 key, u32 size, u32 flags) noexcept
{
    return in_namespace([&](IpcNamespace& ns) { return shmget(ns, key_of(key), size, flags); });
}

long operate_at_once(u32 id, u32 operations, u32 count) noexcept
{
    return in_namespace(
        [&](IpcNamespace& ns) { return semop(ns, id_of(id), pointer(operations), count); });
}

long attach(u32 id, u32 address, u32 flags) noexcept
{
    return in_namespace(
        [&](IpcNamespace& ns) { return shmat(ns, id_of(id), address, flags, compat::kShmlba); });
}

long detach(u32 address) noexcept
{
    return to_syscall(shmdt(address));
}

/* --- calls whose data have another layout */

long send(u32 id, u32 message, u32 size, u32 flags) noexcept
{
    return in_namespace([&](IpcNamespace& ns) {
        return msgsnd_compat(ns, id_of(id), pointer(message), static_cast<usize>(long_of(size)),
                             flags);
    });
}

long receive(u32 id, u32 buffer, u32 size, u32 type, u32 flags) noexcept
{
    return in_namespace([&](IpcNamespace& ns) {
        return msgrcv_compat(ns, id_of(id), pointer(buffer), static_cast<usize>(long_of(size)),
                             long_of(type), flags);
    });
}

long control_queue(u32 id, u32 command, u32 buffer, Version version) noexcept
{
    const auto known = static_cast<abi::MsgCommand>(command);
    return in_namespace([&](IpcNamespace& ns) {
        if (!compat::has_structure(known))
            return msgctl(ns, id_of(id), integer(command), pointer(buffer));
        return msgctl(ns, id_of(id), known, CompatBuffer { pointer(buffer), version });
    });
}

long control_semaphores(u32 id, u32 number, u32 command, u32 argument, Version version) noexcept
{
    const auto known = static_cast<abi::SemCommand>(command);
    return in_namespace([&](IpcNamespace& ns) {
        if (!compat::has_structure(known))
            return semctl(ns, id_of(id), integer(number), integer(command), argument);
        return semctl(ns, id_of(id), known, CompatBuffer { pointer(argument), version });
    });
}

long control_segment(u32 id, u32 command, u32 buffer, Version version) noexcept
{
    const auto known = static_cast<abi::ShmCommand>(command);
    return in_namespace([&](IpcNamespace& ns) {
        if (!compat::has_structure(known))
            return shmctl(ns, id_of(id), integer(command), pointer(buffer));
        return shmctl(ns, id_of(id), known, CompatBuffer { pointer(buffer), version });
    });
}

/* Errors: EFAULT (timeout), before all others of the call. */
template <class Time>
long operate(u32 id, u32 operations, u32 count, u32 timeout) noexcept
{
    if (timeout == 0)
        return operate_at_once(id, operations, count);
    return in_namespace([&](IpcNamespace& ns) -> Result<void> {
        const auto given = TRY(read_user<Time>(pointer(timeout)));
        return semtimedop(ns, id_of(id), pointer(operations), count, compat::time_of(given));
    });
}

/* --- ipc(2) */

/* The arguments of ipc(2), with its names; their meaning depends on the call. */
struct IpcArguments {
    explicit IpcArguments(const CompatRegisters& call) noexcept
        : number(static_cast<u16>(call.word(0))),
          version(call.word(0) >> 16),
          first(call.word(1)),
          second(call.word(2)),
          third(call.word(3)),
          ptr(call.word(4)),
          fifth(call.word(5))
    {
    }
    u32 number;
    u32 version;
    u32 first;
    u32 second;
    u32 third;
    u32 ptr;
    u32 fifth;
};

Version version_in(u32 command) noexcept
{
    return (command & compat::kCurrentVersion) ? Version::Current : Version::Old;
}

u32 without_version(u32 command) noexcept
{
    return command & ~compat::kCurrentVersion;
}

/* Errors: EINVAL (id, size), EINVAL (no pointer), EFAULT, in this order, before those of the call. */
Result<compat::ReceiveArguments> receive_arguments(const IpcArguments& call) noexcept
{
    if (long_of(call.first) < 0 || long_of(call.second) < 0)
        return Errno::EINVAL;
    if (call.version != 0)
        return compat::ReceiveArguments { call.ptr, static_cast<i32>(call.fifth) };
    if (call.ptr == 0)
        return Errno::EINVAL;
    return read_user<compat::ReceiveArguments>(pointer(call.ptr));
}

long ipc_receive(const IpcArguments& call) noexcept
{
    Result<compat::ReceiveArguments> found = receive_arguments(call);
    if (!found.ok())
        return to_syscall(found.error());
    const compat::ReceiveArguments arguments = found.take();
    return receive(call.first, arguments.buffer, call.second, static_cast<u32>(arguments.type),
                   call.third);
}

/* The program passes the last argument by a pointer. */
long ipc_control_semaphores(const IpcArguments& call) noexcept
{
    if (call.ptr == 0)
        return to_syscall(Errno::EINVAL);
    Result<u32> argument = get_user<u32>(pointer(call.ptr));
    if (!argument.ok())
        return to_syscall(argument.error());
    return control_semaphores(call.first, call.second, without_version(call.third), argument.take(),
                              version_in(call.third));
}

/* Returns the address through a pointer.  Errors: EFAULT, with the segment attached, as on Linux. */
long ipc_attach(const IpcArguments& call) noexcept
{
    constexpr u32 kRefused = 1;
    if (call.version == kRefused)
        return to_syscall(Errno::EINVAL);
    const long attached = attach(call.first, call.ptr, call.second);
    if (attached < 0)
        return attached;
    return to_syscall(put_user(pointer(call.third), static_cast<u32>(attached)));
}

long ipc(const IpcArguments& call) noexcept
{
    using Call = compat::IpcCall;

    switch (static_cast<Call>(call.number)) {
    case Call::SEMOP:
        return operate_at_once(call.first, call.ptr, call.second);
    case Call::SEMTIMEDOP:
        if (!Kernel::has_time32())
            break;
        return operate<compat::Timespec>(call.first, call.ptr, call.second, call.fifth);
    case Call::SEMGET:
        return get_set(call.first, call.second, call.third);
    case Call::SEMCTL:
        return ipc_control_semaphores(call);
    case Call::MSGSND:
        return send(call.first, call.ptr, call.second, call.third);
    case Call::MSGRCV:
        return ipc_receive(call);
    case Call::MSGGET:
        return get_queue(call.first, call.second);
    case Call::MSGCTL:
        return control_queue(call.first, without_version(call.second), call.ptr,
                             version_in(call.second));
    case Call::SHMAT:
        return ipc_attach(call);
    case Call::SHMDT:
        return detach(call.ptr);
    case Call::SHMGET:
        return get_segment(call.first, call.second, call.third);
    case Call::SHMCTL:
        return control_segment(call.first, without_version(call.second), call.ptr,
                               version_in(call.second));
    }
    return to_syscall(Errno::ENOSYS);
}

/* --- the calls, by their names in arch/calls.def, which lists those of the architecture */

struct Calls {
    using Call = const CompatRegisters&;

    static long ipc(Call call) noexcept { return sysvipc::ipc(IpcArguments { call }); }
    static long msgget(Call call) noexcept { return get_queue(call.word(0), call.word(1)); }
    static long msgsnd(Call call) noexcept
    {
        return send(call.word(0), call.word(1), call.word(2), call.word(3));
    }
    static long msgrcv(Call call) noexcept
    {
        return receive(call.word(0), call.word(1), call.word(2), call.word(3), call.word(4));
    }
    static long msgctl(Call call) noexcept
    {
        return control_queue(call.word(0), call.word(1), call.word(2), Version::Current);
    }
    static long semget(Call call) noexcept
    {
        return get_set(call.word(0), call.word(1), call.word(2));
    }
    static long semop(Call call) noexcept
    {
        return operate_at_once(call.word(0), call.word(1), call.word(2));
    }
    static long semtimedop(Call call) noexcept
    {
        return operate<abi::Timespec>(call.word(0), call.word(1), call.word(2), call.word(3));
    }
    static long semtimedop_time32(Call call) noexcept
    {
        if (!Kernel::has_time32())
            return to_syscall(Errno::ENOSYS);
        return operate<compat::Timespec>(call.word(0), call.word(1), call.word(2), call.word(3));
    }
    static long semctl(Call call) noexcept
    {
        return control_semaphores(call.word(0), call.word(1), call.word(2), call.word(3),
                                  Version::Current);
    }
    static long shmget(Call call) noexcept
    {
        return get_segment(call.word(0), call.word(1), call.word(2));
    }
    static long shmat(Call call) noexcept
    {
        return attach(call.word(0), call.word(1), call.word(2));
    }
    static long shmdt(Call call) noexcept { return detach(call.word(0)); }
    static long shmctl(Call call) noexcept
    {
        return control_segment(call.word(0), call.word(1), call.word(2), Version::Current);
    }

    /* The command includes the version of its structure, as in ipc(2). */
    static long old_msgctl(Call call) noexcept
    {
        return control_queue(call.word(0), without_version(call.word(1)), call.word(2),
                             version_in(call.word(1)));
    }
    static long old_semctl(Call call) noexcept
    {
        return control_semaphores(call.word(0), call.word(1), without_version(call.word(2)),
                                  call.word(3), version_in(call.word(2)));
    }
    static long old_shmctl(Call call) noexcept
    {
        return control_segment(call.word(0), without_version(call.word(1)), call.word(2),
                               version_in(call.word(1)));
    }
};

long serve(const CompatRegisters& call) noexcept
{
    switch (call.number()) {
#define IN_native(name, number)
#define IN_compat(name, number)                                                                    \
    case number:                                                                                   \
        return Calls::name(call);
#define CALL(abi, name, function, number) IN_##abi(name, number)
#define SHARED(name, number) IN_compat(name, number)
#include <arch/calls.def>
    default:
        return to_syscall(Errno::ENOSYS);
    }
}

} // namespace

extern "C" long sysvipc_call_compat(const kapi_regs* regs) noexcept
{
    return inside([&] { return serve(CompatRegisters { regs }); });
}

} // namespace sysvipc
