/* SPDX-License-Identifier: GPL-2.0 */
/* All of kapi; must compile as C11 and as C++20 (checked by scripts/check_c_headers). */
#ifndef SYSVIPC_KAPI_H
#define SYSVIPC_KAPI_H

#include <kapi/lock.h>
#include <kapi/memory.h>
#include <kapi/module.h>
#include <kapi/random.h>
#include <kapi/rcu.h>
#include <kapi/refcount.h>
#include <kapi/registers.h>
#include <kapi/table.h>
#include <kapi/task.h>
#include <kapi/tree.h>
#include <kapi/user.h>

#endif
