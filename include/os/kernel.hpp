// SPDX-License-Identifier: GPL-2.0
/* The kernel around us: what it was built with, its log, and calls of its functions sent our way. */
#pragma once

#include <base/line.hpp>
#include <base/result.hpp>
#include <intercept/hook.h>
#include <host/module.h>
#include <kapi/module.h>
#include <kapi/registers.h>

namespace sysvipc {

struct Kernel {
    [[nodiscard]] static bool has_sysvipc() noexcept { return kapi_kernel_has_sysvipc(); }
    [[nodiscard]] static bool has_ia32() noexcept { return kapi_kernel_has_ia32(); }
    [[nodiscard]] static bool has_time32() noexcept { return kapi_kernel_has_time32(); }
    /* Instead of returning from unloading, where the code has to stay. */
    [[noreturn]] static void never_return() noexcept { host_module_never_return(); }
    /* The module parameter force=1. */
    [[nodiscard]] static bool is_forced() noexcept { return host_parameter_force(); }
    /* The module parameter ipcmni_extend=1. */
    [[nodiscard]] static bool wants_extended_ids() noexcept
    {
        return host_parameter_ipcmni_extend();
    }
    /* The module parameter require_lsm=1. */
    [[nodiscard]] static bool is_security_required() noexcept
    {
        return host_parameter_require_lsm();
    }
    /* The module parameter attach=@way; auto is the default. */
    [[nodiscard]] static bool is_to_attach(const char* way) noexcept
    {
        return __builtin_strcmp(host_parameter_attach(), way) == 0;
    }
};

/* One line of the kernel log, after the module's name. */
using LogLine = Line<160>;
template <usize N>
inline void log_info(Line<N>& line) noexcept
{
    kapi_log_info("%.*s", static_cast<int>(line.size()), line.text());
}
template <usize N>
inline void log_error(Line<N>& line) noexcept
{
    kapi_log_error("%.*s", static_cast<int>(line.size()), line.text());
}

/* For what a user can provoke as often as he likes. */
template <usize N>
inline void log_error_rarely(Line<N>& line) noexcept
{
    kapi_log_error_rarely("%.*s", static_cast<int>(line.size()), line.text());
}

/* By its name where it has one here. */
template <usize N>
inline Line<N>& append_error(Line<N>& line, Errno error) noexcept
{
    if (const char* name = errno_name(error))
        return line.string(name);
    return line.string("error ").signed_decimal(to_syscall(error), 0);
}

/* Kernel functions whose calls enter a trampoline of ours. */
class FunctionHook : Pinned {
public:
    enum class Means : u8 {
        DirectCall, /* (ftrace) the trampoline finds the return address into the function on the stack */
        Kprobe, /* it is entered in place of the function */
    };

    using Filter = bool(const kapi_regs*) noexcept;

    constexpr FunctionHook() = default;

    /*
     * All @count functions named in @symbols, or none; @failed tells which was not there.  A probe diverts
     * those calls that @is_wanted is true of; nullptr: all.
     * Errors: ENOENT (no such traceable function), EBUSY (somebody else has one of them), ENOMEM,
     * EOPNOTSUPP (the kernel has no such means).  Sleeps.
     */
    [[nodiscard]] Result<void> attach(Means means, const char* const* symbols, u32 count,
                                      void (*trampoline)(), Filter* is_wanted, u32& failed) noexcept
    {
        void* const address = reinterpret_cast<void*>(trampoline);
        const int status = means == Means::DirectCall
            ? intercept_hook_attach(symbols, count, address, &direct_, &failed)
            : intercept_probe_hook_attach(symbols, count, address, is_wanted, &probe_, &failed);
        if (status != 0)
            return from_kernel(status);
        return {};
    }
    /*
     * Calls go where they went before; who is inside is not waited for.  Where the kernel cannot undo it
     * what is stuck is told (os/armed.hpp).  Sleeps.
     */
    void detach() noexcept
    {
        if (direct_)
            intercept_hook_detach(exchange(direct_, nullptr));
        if (probe_)
            intercept_probe_hook_detach(exchange(probe_, nullptr));
    }

private:
    kapi_hook* direct_ { nullptr };
    kapi_probe_hook* probe_ { nullptr };
};

/* The registers with which a system call entered the kernel. */
class CallRegisters {
public:
    explicit CallRegisters(const kapi_regs* regs) noexcept : regs_(regs) { }

    [[nodiscard]] unsigned long word(unsigned int n) const noexcept
    {
        return kapi_regs_argument(regs_, n);
    }
    /* An int argument: the upper half of the register is not looked at. */
    [[nodiscard]] i32 integer(unsigned int n) const noexcept { return static_cast<i32>(flags(n)); }
    [[nodiscard]] u32 flags(unsigned int n) const noexcept { return static_cast<u32>(word(n)); }

private:
    const kapi_regs* regs_;
};

/* The same of a 32-bit program's call: 32 bits each. */
class Ia32Registers {
public:
    explicit Ia32Registers(const kapi_regs* regs) noexcept : regs_(regs) { }

    [[nodiscard]] u32 number() const noexcept { return kapi_ia32_number(regs_); }
    [[nodiscard]] u32 word(unsigned int n) const noexcept { return kapi_ia32_argument(regs_, n); }

private:
    const kapi_regs* regs_;
};

/* Registers as a 64-bit program's call would have them, with these arguments. */
class MadeRegisters : Pinned {
public:
    static constexpr usize kArguments = 4;

    explicit MadeRegisters(const unsigned long (&arguments)[kArguments]) noexcept
        : regs_(kapi_regs_make(&storage_, arguments))
    {
    }
    [[nodiscard]] const kapi_regs* get() const noexcept { return regs_; }

private:
    kapi_own_regs storage_;
    const kapi_regs* regs_;
};

} // namespace sysvipc
