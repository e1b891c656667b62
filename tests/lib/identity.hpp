// SPDX-License-Identifier: GPL-2.0
/*
 * Identity: the user, groups and capabilities of a helper process.
 */
#pragma once

#include <linux/capability.h>
#include <sys/types.h>
#include <vector>

struct Identity {
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups {};
};

inline const Identity kRoot { 0, 0 };
inline const Identity kAlice { 3001, 4001 };
inline const Identity kBob { 3002, 4002 };

// Changes the real, effective and saved ids and all groups of this process for good.
void become(const Identity& identity);

// The same, but keeps these capabilities (CAP_*), in effect, and no others.
void become_with(const std::vector<int>& capabilities, const Identity& identity);

// Changes the effective ids only; the process may change them back.
void borrow(const Identity& identity);
void return_to_root();

// Skips the test where even root lacks `capability` (a container, for example).
void require_capability(int capability);

// Takes one capability (CAP_*) out of the effective and permitted sets; everything else stays.
void drop_capability(int capability);
