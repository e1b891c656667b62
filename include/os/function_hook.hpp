// SPDX-License-Identifier: GPL-2.0
/* FunctionHook: kernel functions redirected to one trampoline. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <intercept/hook.h>

namespace sysvipc {

/* Kernel functions whose calls enter a trampoline of ours. */
class FunctionHook : Pinned {
public:
    enum class Means : u8 {
        DirectCall, /* (ftrace) the trampoline finds the return address into the function on the stack */
        Kprobe, /* it is entered in place of the function */
    };

    constexpr FunctionHook() = default;

    /*
     * All @count functions named in @symbols, or none; @failed tells which was not there.  By kprobes calls
     * enter @landings, one for each function, unless that is nullptr.
     * Errors: ENOENT (no such traceable function), EBUSY (somebody else has one of them), ENOMEM,
     * EOPNOTSUPP (the kernel has no such means).  Sleeps.
     */
    [[nodiscard]] Result<void> attach(Means means, const char* const* symbols, u32 count,
                                      void (*trampoline)(), const kapi_landing* landings,
                                      u32& failed) noexcept
    {
        void* const address = reinterpret_cast<void*>(trampoline);
        const int status = means == Means::DirectCall
            ? intercept_hook_attach(symbols, count, address, &direct_, &failed)
            : intercept_probe_hook_attach(symbols, count, address, landings, &probe_, &failed);
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

} // namespace sysvipc
