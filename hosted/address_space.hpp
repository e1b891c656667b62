// SPDX-License-Identifier: GPL-2.0
/*
 * AddressSpace: the mappings of a simulated process.  All processes lie in the one address space of the
 * program, each in an area of its own; any readable memory of the program can be passed to a call.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

struct kapi_file;

namespace hosted {

/* The outcome of a page fault in a range of user memory. */
enum class Fault {
    Error, /* EFAULT */
    Stall, /* waits until the range is forgotten */
};
/* Copies stop exactly at @start.  @Stall: copies that may sleep wait until forget_faults(). */
void provoke_fault(const void* start, std::size_t size, Fault fault) noexcept;
void forget_faults() noexcept;

/*
 * How many of @size bytes at @address can be accessed, from the first on.  Sleeps where a fault
 * stalls, if @may_fault.
 */
std::size_t user_memory_present(std::uintptr_t address, std::size_t size, bool may_fault) noexcept;

struct Mapping {
    std::uintptr_t start;
    std::uintptr_t end;
    std::uint64_t page_offset;
    kapi_file* file;
};

class AddressSpace {
public:
    static constexpr std::size_t kSize = std::size_t { 1 } << 26;

    AddressSpace() noexcept;
    ~AddressSpace();
    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;

    [[nodiscard]] std::uintptr_t base() const noexcept { return base_; }
    /* 0: no such place is free, or it is outside of the area. */
    [[nodiscard]] std::uintptr_t place(std::size_t size) const noexcept;
    [[nodiscard]] bool overlaps(std::uintptr_t start, std::uintptr_t end) const noexcept;
    [[nodiscard]] bool contains(std::uintptr_t start, std::size_t size) const noexcept
    {
        return start >= base_ && start - base_ <= kSize && size <= kSize - (start - base_);
    }

    std::mutex lock;
    std::map<std::uintptr_t, Mapping> mappings; /* by start */

private:
    std::uintptr_t base_;
};

/* Unmaps all of @space, as at the end of its process. */
void unmap_all(AddressSpace& space) noexcept;
/* As munmap(2): the rest of a mapping at either side stays, as a piece. */
void unmap_part(AddressSpace& space, std::uintptr_t start, std::uintptr_t end) noexcept;
/* As fork: the child's mappings are of the same files.  Not of the same places. */
void copy_mappings(AddressSpace& from, AddressSpace& to) noexcept;

/* Closes the files whose last reference has been dropped: before a task leaves the kernel. */
void close_files() noexcept;

} // namespace hosted
