// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sys/kernel/msg_next_id, sem_next_id, shm_next_id: the id of the next object.
 */
#pragma once

#include "lib/facility.hpp"
#include "lib/limit_file.hpp"
#include "lib/module.hpp"
#include "lib/realm.hpp"

#include <string>

inline constexpr int kRow = 1 << sysv::kIndexBits; // ids of one sequence number
inline constexpr int kLastIndex = kRow - 1;

inline LimitFile next_id_of(const Facility& facility)
{
    return LimitFile { std::string { facility.next_id }.substr(sizeof("/proc/sys/kernel/") - 1) };
}

// With CONFIG_CHECKPOINT_RESTORE, or by the module on any kernel.
inline void require_next_id()
{
    const bool exists = next_id_of(kFacilities[0]).exists();
    if (!exists && !module::is_loaded())
        harness::skip("the kernel has no CONFIG_CHECKPOINT_RESTORE");
    REQUIRE(exists);
}

inline void want(const Facility& facility, int id)
{
    REQUIRE_OK(next_id_of(facility).write(std::to_string(id)));
}

inline void expect_wanted(const Facility& facility, int id)
{
    EXPECT_EQ(next_id_of(facility).text(), std::to_string(id));
}

// A test in an IPC namespace of its own, for each facility.
#define NEXT_ID_TEST(name)                                                                         \
    static void name##_body(const Facility& facility);                                             \
    FACILITY_TEST(name)                                                                            \
    {                                                                                              \
        require_next_id();                                                                         \
        in_a_new_ipc_namespace([&] { name##_body(facility); });                                    \
    }                                                                                              \
    static void name##_body(const Facility& facility)
