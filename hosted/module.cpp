// SPDX-License-Identifier: GPL-2.0
/* kapi: the module's references, log, assertions, registers, random numbers (contracts: include/kapi, include/host/registers.h). */
#include "fault.hpp"
#include "layout_types.h"
#include "machine.hpp"
#include "module.hpp"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <host/registers.h>
#include <kapi/module.h>
#include <kapi/random.h>
#include <mutex>
#include <string>

namespace hosted {

namespace {

/* As the kernel's: 0 means unloading, 1 no references. */
std::atomic<int> references { 1 };
std::atomic<int> defects { 0 };
std::atomic<std::uint64_t> random_state { 0x9e37'79b9'7f4a'7c15 };
bool is_quiet = false;

std::mutex log_lock;
std::string logged; /* since the last forget_log() */

void log(const char* level, const char* format, va_list arguments)
{
    char line[1024];
    std::vsnprintf(line, sizeof(line), format, arguments);
    {
        const std::lock_guard guard { log_lock };
        logged += line;
        logged += '\n';
    }
    if (!is_quiet)
        std::printf("# %ssysvipc: %s\n", level, line);
}

const hosted_registers& registers_in(const kapi_regs* regs)
{
    return *reinterpret_cast<const hosted_registers*>(regs);
}

} // namespace

bool has_logged(const char* part) noexcept
{
    const std::lock_guard guard { log_lock };
    return logged.find(part) != std::string::npos;
}

void forget_log() noexcept
{
    const std::lock_guard guard { log_lock };
    logged.clear();
}

void note_defect(const char* what) noexcept
{
    defects.fetch_add(1);
    std::printf("# DEFECT: %s\n", what);
}

int defects_seen() noexcept
{
    return defects.load();
}

bool begin_unloading() noexcept
{
    int nobody = 1;
    return references.compare_exchange_strong(nobody, 0);
}

void end_unloading() noexcept
{
    references.store(1);
}

void seed_random(std::uint64_t seed) noexcept
{
    random_state.store(seed * 2 + 1);
}

void be_quiet(bool quiet) noexcept
{
    is_quiet = quiet;
}

} // namespace hosted

using namespace hosted;

bool kapi_module_try_get()
{
    machine::may_switch(&references);
    int value = references.load();
    while (value != 0 && !references.compare_exchange_weak(value, value + 1)) { }
    machine::enter(&references);
    return value != 0;
}

void kapi_module_put()
{
    machine::may_switch(&references);
    machine::leave(&references);
    references.fetch_sub(1);
}

int kapi_module_references()
{
    return references.load() - 1;
}

#define LOG(level)                                                                                 \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    log(level, format, arguments);                                                                 \
    va_end(arguments)

void kapi_log_info(const char* format, ...)
{
    LOG("");
}

void kapi_log_error(const char* format, ...)
{
    LOG("error: ");
}

void kapi_log_error_rarely(const char* format, ...)
{
    LOG("error: ");
}

void kapi_warn_invariant(const char* what, const char* file, int line)
{
    std::printf("# invariant broken at %s:%d\n", file, line);
    note_defect(what);
}

bool host_kernel_has_compat()
{
    return true;
}

bool kapi_kernel_has_time32()
{
    return true;
}

/* splitmix64: reproducible, unlike the kernel's. */
kapi_u64 kapi_random_u64()
{
    std::uint64_t mixed = random_state.fetch_add(0x9e37'79b9'7f4a'7c15);
    mixed = (mixed ^ mixed >> 30) * 0xbf58'476d'1ce4'e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d0'49bb'1331'11eb;
    return mixed ^ mixed >> 31;
}

unsigned long host_call_argument(const kapi_regs* regs, unsigned int n)
{
    return registers_in(regs).words[n];
}

kapi_u32 host_compat_argument(const kapi_regs* regs, unsigned int n)
{
    return static_cast<kapi_u32>(registers_in(regs).words[n]);
}

kapi_u32 host_compat_number(const kapi_regs* regs)
{
    return static_cast<kapi_u32>(registers_in(regs).number);
}
