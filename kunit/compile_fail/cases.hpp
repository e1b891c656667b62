// SPDX-License-Identifier: GPL-2.0
/*
 * Declarations for the cases that must not compile.
 *
 * Each case must compile as it is, and fail with WRONG defined, for the reason on its "expect:"
 * line (an extended regular expression): scripts/check_compile_fail.
 */
#pragma once

#include <ids/id_table.hpp>
#include <msg/msg_queue.hpp>
#include <sync/rcu.hpp>

#pragma GCC diagnostic ignored "-Wmissing-declarations"

using namespace sysvipc;

struct OtherLock {
    static constexpr const char* kName = "other";
    static constinit inline kapi_lock_key key {};
};

using Counter = Guarded<int, MsgQueueLock>;
using OtherCounter = Guarded<int, OtherLock>;
using Changes = Sequence<Counter, PermissionSeq>;
