// SPDX-License-Identifier: GPL-2.0
/*
 * Smack, the security module of the kernel "lsm": every task and every object has a label, an
 * object that of its creator, and rules define the access of one label's tasks to another label's objects.
 *
 * Tests are root and may override rules; a task that takes a label no longer may.
 */
#pragma once

#include "lib/actor.hpp"

#include <string>

namespace smack {

// Skips the test where Smack is not there.
void require();

// The only rights of tasks of `subject` to objects of `object`: letters of r, w, x.
void rule(const std::string& subject, const std::string& object, const std::string& access);

// The labels that tests use: objects are Maker's, and tasks of User try to access them.
inline const std::string kMaker = "Maker";
inline const std::string kUser = "User";
inline void let_user(const std::string& access)
{
    rule(kUser, kMaker, access);
}
// The id of the object that `body`, as Maker, has created; User has full access.
int made_by_maker(const Actor::Body& body);

// From now on this process has that label, and only the rights of it.
void become(const std::string& label);

// The body as a process with that label.
Actor actor(const std::string& label, const Actor::Body& body);
Outcome play(const std::string& label, const Actor::Body& body);
inline Outcome as_user(const Actor::Body& body)
{
    return play(kUser, body);
}

} // namespace smack
