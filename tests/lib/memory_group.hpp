// SPDX-License-Identifier: GPL-2.0
/*
 * MemoryGroup: a memory cgroup (version 2) that lives as long as its C++ object.
 */
#pragma once

#include <cstddef>
#include <string>

class MemoryGroup {
public:
    // Skips the test where the kernel has no such groups.
    MemoryGroup();
    ~MemoryGroup(); // its processes have ended
    MemoryGroup(const MemoryGroup&) = delete;
    MemoryGroup& operator=(const MemoryGroup&) = delete;

    // The current process belongs to it from now on, and its children.
    void enter() const;
    // Bytes charged to it: all, or those that memory.stat has under this name.
    std::size_t charged() const;
    std::size_t charged_as(const std::string& name) const;
    // Asks the kernel to reclaim so many bytes from the members.
    void reclaim(std::size_t bytes) const;
};
