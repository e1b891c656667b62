/* SPDX-License-Identifier: GPL-2.0 */
/* Everything kapi offers; must compile as C11 and as C++20 (scripts/check_kapi_header proves it). */
#ifndef SYSVIPC_KAPI_H
#define SYSVIPC_KAPI_H

#include <kapi/armed.h>
#include <kapi/around.h>
#include <kapi/file.h>
#include <kapi/hook.h>
#include <kapi/intercept.h>
#include <kapi/lock.h>
#include <kapi/mapping.h>
#include <kapi/memory.h>
#include <kapi/module.h>
#include <kapi/overdue.h>
#include <kapi/random.h>
#include <kapi/rcu.h>
#include <kapi/refcount.h>
#include <kapi/security.h>
#include <kapi/segment.h>
#include <kapi/sysctl.h>
#include <kapi/table.h>
#include <kapi/task.h>
#include <kapi/user.h>
#include <kapi/watch.h>

#endif
