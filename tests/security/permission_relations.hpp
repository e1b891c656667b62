// SPDX-License-Identifier: GPL-2.0
/*
 * The relations of a user to an object, across users, groups, capabilities and namespaces.
 *
 * kCreator creates the objects and gives them to kOwner (see roles.hpp), in an IPC namespace that
 * belongs either to the initial user namespace or to a realm's.
 */
#pragma once

#include "security/permission_model.hpp"
#include "lib/realm.hpp"

#include <span>

namespace permissions {

struct Relation {
    const char* name;
    bool in_realm; // where the objects are
    unsigned shift; // between the numbers of their owners there and those of the caller
    Standing standing;
    // Gives the current process, which is root where the objects are and outside the realm, the identity that
    // the relation says.  `realm` is where the objects are, or nothing.
    void (*dress)(const Realm* realm);
    bool goes_below = false; // into a user namespace of its own
};

std::span<const Relation> all_relations();

// The creator of the realms: he owns them, and has no mapping in them.
extern const Identity kRealmMaker;

} // namespace permissions
