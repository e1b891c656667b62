// SPDX-License-Identifier: GPL-2.0
/* kapi: saturating reference counts (contracts: include/kapi/refcount.h). */
#include "fault.hpp"
#include "layout_types.h"
#include "machine.hpp"

#include <atomic>
#include <kapi/refcount.h>

namespace {

using namespace hosted;

std::atomic_ref<int> value_of(kapi_refcount* count)
{
    return std::atomic_ref { reinterpret_cast<hosted_count*>(count)->value };
}

} // namespace

void kapi_refcount_set(kapi_refcount* count, int value)
{
    value_of(count).store(value, std::memory_order_relaxed);
}

bool kapi_refcount_inc_not_zero(kapi_refcount* count)
{
    machine::may_switch(count);
    int value = value_of(count).load(std::memory_order_relaxed);
    while (value != 0
           && !value_of(count).compare_exchange_weak(value, value + 1, std::memory_order_relaxed)) {
    }
    return value != 0;
}

/* The last one sees all earlier effects of the others. */
bool kapi_refcount_dec_and_test(kapi_refcount* count)
{
    machine::may_switch(count);
    machine::leave(count);
    const int before = value_of(count).fetch_sub(1, std::memory_order_acq_rel);
    if (before <= 0)
        note_defect("a reference count falls below zero");
    if (before != 1)
        return false;
    machine::enter(count);
    return true;
}
