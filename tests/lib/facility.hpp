// SPDX-License-Identifier: GPL-2.0
/*
 * Facility: one interface to queues, semaphore sets and segments, for common behaviour.
 */
#pragma once

#include "lib/harness.hpp"
#include "lib/outcome.hpp"
#include "lib/sysv_ipc.hpp"

#include <set>

struct Facility {
    const char* name; // of one object
    const char* file; // in /proc/sysvipc, whole path
    const char* next_id; // in /proc/sys/kernel, whole path
    int stat_index; // MSG_STAT, ...
    int stat_any; // MSG_STAT_ANY, ...

    // The smallest object of its kind, if it makes one; any that exists.
    Outcome (*get)(key_t key, int flags);
    // The owner that IPC_STAT or one of the two above reports.
    Outcome (*stat)(int id, int command, sysv::Perm& perm);
    // IPC_SET of owner, group and mode.
    Outcome (*set)(int id, unsigned uid, unsigned gid, unsigned mode);
    Outcome (*remove)(int id);
    // Writes to it without waiting: a byte more, a semaphore up, an attachment and back.
    Outcome (*write)(int id);
    // How many there are in this IPC namespace, by MSG_INFO, ...
    Outcome (*count)();
    // The return value of IPC_INFO: the highest index in use, or 0.
    Outcome (*highest)();

    int make(key_t key = IPC_PRIVATE, int mode = 0600) const;
    bool has(int id) const;
    sysv::Perm owner(int id) const; // IPC_STAT that must succeed
    std::set<int> listed() const; // the ids in its file
};

inline std::ostream& operator<<(std::ostream& out, const Facility& facility)
{
    return out << facility.name;
}

inline constexpr int kFacilityCount = 3;
extern const Facility kFacilities[kFacilityCount];

// A key for tests that have all keys to themselves.
inline constexpr key_t kKey = 0x4d595df4;

// Registers a test for each facility: NAME_queue, NAME_set, NAME_segment.
struct EachFacility {
    EachFacility(const std::string& name, void (*body)(const Facility&));
};

#define FACILITY_TEST(name)                                                                        \
    static void name(const Facility& facility);                                                    \
    static const EachFacility each_facility_##name { #name, name };                                \
    static void name(const Facility& facility)
