// SPDX-License-Identifier: GPL-2.0
/* The arguments of a system call, in the program's registers. */
#pragma once

#include <base/types.hpp>
#include <host/registers.h>

namespace sysvipc {

class CallRegisters {
public:
    explicit CallRegisters(const kapi_regs* regs) noexcept : regs_(regs) { }

    [[nodiscard]] unsigned long word(unsigned int n) const noexcept
    {
        return host_call_argument(regs_, n);
    }
    /* An int argument: the upper half of the register is ignored. */
    [[nodiscard]] i32 integer(unsigned int n) const noexcept { return static_cast<i32>(flags(n)); }
    [[nodiscard]] u32 flags(unsigned int n) const noexcept { return static_cast<u32>(word(n)); }

private:
    const kapi_regs* regs_;
};

/* The arguments of a 32-bit program's call: 32 bits each. */
class CompatRegisters {
public:
    explicit CompatRegisters(const kapi_regs* regs) noexcept : regs_(regs) { }

    [[nodiscard]] u32 number() const noexcept { return host_compat_number(regs_); }
    [[nodiscard]] u32 word(unsigned int n) const noexcept { return host_compat_argument(regs_, n); }

private:
    const kapi_regs* regs_;
};

} // namespace sysvipc
