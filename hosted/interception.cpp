// SPDX-License-Identifier: GPL-2.0
/* intercept: which functions are taken (contracts: include/intercept/intercept.h). */
#include "interception.hpp"

#include "fault.hpp"
#include "kernel.hpp"
#include "task.hpp"

#include <algorithm>
#include <cerrno>
#include <intercept/intercept.h>
#include <mutex>
#include <string>
#include <vector>

namespace {

constexpr const char* kNamespaceEnding = "mq_clear_sbinfo";

/* All that can be intercepted. */
constexpr const char* kFunctions[] {
#define CALL(abi, name, function, number) #function,
#include <arch/calls.def>
#define HANDLER(handler, kind)
#define FUNCTION(place, handler, kind, where, symbol, ...) symbol,
#define NOTICE(where, symbol, notice, need, loss) symbol,
#include <intercept/functions.def>
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

/* 0 or -errno. */
int take(const std::string& symbol)
{
    const std::lock_guard guard { lock };
    if (hosted::is_allocation_to_fail())
        return -ENOMEM;
    if (!is_known(symbol))
        return -ENOENT;
    if (hosted::kernel().refused && symbol == hosted::kernel().refused)
        return hosted::kernel().refusal;
    if (is_taken(symbol))
        return -EBUSY;
    taken.push_back(symbol);
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

struct direct_hook {
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

int intercept_start(intercept_group* group, unsigned int allowed, const char** failed)
{
    const bool by_probe = (allowed & INTERCEPT_BY_DIRECT_CALL) == 0;
    *failed = nullptr;
    group->is_proven = false;
    group->shared_hook = new direct_hook;
    if (hosted::kernel().means_error != 0)
        return hosted::kernel().means_error;
    for (kapi_u32 i = 0; i < group->count; ++i) {
        const intercept_row& row = group->rows[i];
        const int error = take(row.symbol);
        group->results[i].error = error;
        group->results[i].by = error != 0 ? 0
            : row.notice                  ? INTERCEPT_BY_TRACEPOINT
            : by_probe                    ? INTERCEPT_BY_KPROBE
                                          : INTERCEPT_BY_DIRECT_CALL;
        if (error == 0) {
            group->shared_hook->symbols.emplace_back(row.symbol);
        } else if (!row.is_optional) {
            *failed = row.symbol;
            return error;
        }
    }
    group->is_proven = !by_probe;
    return 0;
}

void intercept_end(intercept_group* group)
{
    if (group->shared_hook)
        give_back(group->shared_hook->symbols);
    delete group->shared_hook;
    group->shared_hook = nullptr;
    hosted::wait_for_kernel_tasks();
}
