// SPDX-License-Identifier: GPL-2.0
/*
 * The amount of shared memory in the system, and a segment large enough to show in it.
 */
#pragma once

#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <string>

inline constexpr std::size_t kMegabyte = 1 << 20;
inline constexpr std::size_t kLarge = 16 * kMegabyte; // of shared memory; other users need far less

// Bytes that all segments and files in memory take.
inline std::size_t shared_memory()
{
    const auto text = read_file("/proc/meminfo");
    REQUIRE(text.has_value());
    for (const auto& line : split_lines(*text))
        if (line.starts_with("Shmem:"))
            return std::stoul(line.substr(6)) * 1024;
    harness::record_failure(HERE, "/proc/meminfo has no Shmem");
    return 0;
}

// Makes a segment in the caller's namespace, and fills it: all its pages are there.
inline int make_large()
{
    const int id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kLarge, 0600)));
    const auto memory = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(id, nullptr, 0)));
    for (std::size_t i = 0; i < kLarge; i += kPage)
        memory[i] = 'x';
    REQUIRE_OK(sysv::shmdt(memory));
    return id;
}
