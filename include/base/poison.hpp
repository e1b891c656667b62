// SPDX-License-Identifier: GPL-2.0
/*
 * The last include of every .cpp file: makes identifiers that this code must not use compile errors.
 * Allocation and placement belong in mem/, which uses construct_at() and the kapi allocators.
 */
#pragma once

#pragma GCC poison throw try catch dynamic_cast typeid thread_local
#pragma GCC poison float double malloc free printf printk memset
#pragma GCC poison co_await co_yield co_return
