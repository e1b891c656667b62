// SPDX-License-Identifier: GPL-2.0
/* FunctionHook: kernel functions redirected to one trampoline. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <intercept/hook.h>

namespace sysvipc {

class FunctionHook : Pinned {
public:
    enum class Means : u8 {
        DirectCall, /* (ftrace) entered with the return address into the function on the stack */
        Kprobe, /* entered in place of the function */
    };

    constexpr FunctionHook() = default;

    /*
     * Hooks all @count functions in @symbols, or none; @failed is the index of one that does not
     * exist.  With kprobes, calls enter @landings, one per function, unless that is nullptr.
     * Errors: ENOENT (no such traceable function), EBUSY (another user has redirected one), ENOMEM,
     * EOPNOTSUPP (the kernel lacks the means).  Sleeps.
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
     * Restores the functions, or else reports the stuck one (os/armed.hpp).  Does not wait for
     * tasks inside.  Sleeps.
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
