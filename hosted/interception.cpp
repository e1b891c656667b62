// SPDX-License-Identifier: GPL-2.0
/* intercept: which functions are taken, and by what (contracts: include/intercept/hook.h). */
#include "interception.hpp"

#include "fault.hpp"

#include <algorithm>
#include <cerrno>
#include <intercept/hook.h>
#include <mutex>
#include <string>
#include <vector>

namespace {

/* All that can be intercepted: the calls, and the table of src/entry/interceptions.cpp. */
constexpr const char* kFunctions[] {
#define CALL(function, name) #function,
#include <intercept/calls.def>
#undef CALL
    "exit_files",      "mq_clear_sbinfo",    "__x64_sys_unshare",
    "__x64_sys_setns", "__ia32_sys_unshare", "__ia32_sys_setns",
};

std::mutex lock;
std::vector<std::string> taken;

bool is_taken(const std::string& symbol)
{
    return std::find(taken.begin(), taken.end(), symbol) != taken.end();
}

bool is_known(const std::string& symbol)
{
    return std::any_of(std::begin(kFunctions), std::end(kFunctions),
                       [&](const char* known) { return symbol == known; });
}

/* All of them or none. */
int take(const char* const* symbols, kapi_u32 count, kapi_u32* failed)
{
    const std::lock_guard guard { lock };
    if (hosted::is_allocation_to_fail())
        return -ENOMEM;
    for (kapi_u32 i = 0; i < count; ++i) {
        if (is_known(symbols[i]))
            continue;
        *failed = i;
        return -ENOENT;
    }
    if (std::any_of(symbols, symbols + count, is_taken))
        return -EBUSY;
    taken.insert(taken.end(), symbols, symbols + count);
    return 0;
}

void give_back(const std::vector<std::string>& symbols)
{
    const std::lock_guard guard { lock };
    std::erase_if(taken, [&](const std::string& symbol) {
        return std::find(symbols.begin(), symbols.end(), symbol) != symbols.end();
    });
}

} // namespace

struct kapi_hook {
    std::vector<std::string> symbols;
};

struct kapi_probe_hook {
    std::vector<std::string> symbols;
};

namespace hosted {

void (*ipc_ns_ending)(kapi_ipc_ns* ns) = nullptr;

bool is_intercepted(const char* symbol) noexcept
{
    const std::lock_guard guard { lock };
    return is_taken(symbol);
}

void notice_ipc_ns_ending(kapi_ipc_ns* ns) noexcept
{
    if (ipc_ns_ending)
        ipc_ns_ending(ns);
}

} // namespace hosted

int intercept_hook_attach(const char* const* symbols, kapi_u32 count, void*, kapi_hook** hook,
                          kapi_u32* failed)
{
    if (const int error = take(symbols, count, failed))
        return error;
    *hook = new kapi_hook { { symbols, symbols + count } };
    return 0;
}

void intercept_hook_detach(kapi_hook* hook)
{
    give_back(hook->symbols);
    delete hook;
}

int intercept_probe_hook_attach(const char* const* symbols, kapi_u32 count, void*,
                                const kapi_landing*, kapi_probe_hook** hook, kapi_u32* failed)
{
    if (const int error = take(symbols, count, failed))
        return error;
    *hook = new kapi_probe_hook { { symbols, symbols + count } };
    return 0;
}

void intercept_probe_hook_detach(kapi_probe_hook* hook)
{
    give_back(hook->symbols);
    delete hook;
}
