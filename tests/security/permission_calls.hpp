// SPDX-License-Identifier: GPL-2.0
/*
 * Every call and command that checks a permission, with the permission that it needs.
 */
#pragma once

#include "lib/outcome.hpp"
#include "security/permission_model.hpp"

#include <span>
#include <sys/types.h>

namespace permissions {

// An object as the caller sees it: IPC_SET to the same owner, in the caller's numbers.
struct Object {
    int id;
    key_t key;
    int mode;
    unsigned uid;
    unsigned gid;
};

struct Call {
    const char* name;
    Demand demand;
    Outcome (*make)(const Object& object);
};

// In an order in which all can be made on one object that is new: a queue with two messages, a set of
// one semaphore with value 0, a segment of a page.  The last removes it.
std::span<const Call> calls_of(int facility); // its index in kFacilities

} // namespace permissions
