// SPDX-License-Identifier: GPL-2.0
/* host: mappings of segments (contracts: include/host/mapping.h). */
#include "address_space.hpp"
#include "fault.hpp"
#include "machine.hpp"
#include "segment_file.hpp"
#include "task.hpp"

#include <algorithm>
#include <cerrno>
#include <host/mapping.h>
#include <host/segment.h>
#include <sys/mman.h>

using namespace hosted;

struct kapi_detaching {
    AddressSpace* space;
};

namespace {

constexpr std::uintptr_t kPage = 4096;

AddressSpace& own_space()
{
    return *machine::current()->process->memory;
}

/* Under the lock of the space; the report to the segment is made without it. */
long map_at(AddressSpace& space, std::uintptr_t start, std::size_t size, int protection,
            kapi_file* file, std::uint64_t page_offset)
{
    void* mapped = mmap(reinterpret_cast<void*>(start), size, protection, MAP_SHARED | MAP_FIXED,
                        file->descriptor, static_cast<off_t>(page_offset * kPage));
    if (mapped == MAP_FAILED)
        return -errno;
    host_file_get(file);
    space.mappings[start] = { start, start + size, page_offset, file };
    return static_cast<long>(start);
}

/* For others to be mapped there. */
void reserve(std::uintptr_t start, std::uintptr_t end)
{
    mmap(reinterpret_cast<void*>(start), end - start, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

void end_mapping(const Mapping& mapping)
{
    sysvipc_segment_unmapped(mapping.file->segment);
    host_file_put(mapping.file);
}

/* Removes the mappings in [@start, @end) from @space: whole ones, as nothing here splits one. */
std::map<std::uintptr_t, Mapping> take(AddressSpace& space, std::uintptr_t start,
                                       std::uintptr_t end)
{
    std::map<std::uintptr_t, Mapping> taken;
    const std::lock_guard guard { space.lock };
    for (auto entry = space.mappings.begin(); entry != space.mappings.end();) {
        const Mapping& mapping = entry->second;
        if (mapping.start < end && start < mapping.end) {
            taken.insert(*entry);
            entry = space.mappings.erase(entry);
        } else {
            ++entry;
        }
    }
    return taken;
}

void unmap_range(AddressSpace& space, std::uintptr_t start, std::uintptr_t end)
{
    for (const auto& [at, mapping] : take(space, start, end)) {
        reserve(mapping.start, mapping.end);
        end_mapping(mapping);
    }
}

} // namespace

namespace hosted {

void unmap_all(AddressSpace& space) noexcept
{
    unmap_range(space, 0, UINTPTR_MAX);
}

/* A piece counts as a mapping of its own before the whole ends, as in the kernel. */
void unmap_part(AddressSpace& space, std::uintptr_t start, std::uintptr_t end) noexcept
{
    for (const auto& [at, mapping] : take(space, start, end)) {
        const auto keep = [&](std::uintptr_t from, std::uintptr_t to) {
            if (from >= to)
                return;
            const std::uint64_t page = mapping.page_offset + (from - mapping.start) / kPage;
            host_file_get(mapping.file);
            sysvipc_segment_mapped(mapping.file->segment);
            const std::lock_guard guard { space.lock };
            space.mappings[from] = { from, to, page, mapping.file };
        };
        keep(mapping.start, std::min(start, mapping.end));
        keep(std::max(end, mapping.start), mapping.end);
        reserve(std::max(start, mapping.start), std::min(end, mapping.end));
        end_mapping(mapping);
    }
}

void copy_mappings(AddressSpace& from, AddressSpace& to) noexcept
{
    const std::scoped_lock guard { from.lock, to.lock };
    for (const auto& [at, mapping] : from.mappings) {
        const int protection = mapping.file->is_writable ? PROT_READ | PROT_WRITE : PROT_READ;
        const std::uintptr_t start = to.base() + (at - from.base());
        if (map_at(to, start, mapping.end - at, protection, mapping.file, mapping.page_offset) >= 0)
            sysvipc_segment_mapped(mapping.file->segment);
    }
}

} // namespace hosted

int host_mappings_start()
{
    return is_allocation_to_fail() ? -ENOMEM : 0;
}

long host_mapping_create(kapi_file* file, unsigned long, unsigned long address,
                         unsigned long protection, unsigned long flags)
{
    AddressSpace& space = own_space();
    const std::size_t size = (file->size + kPage - 1) & ~(kPage - 1);
    if (is_allocation_to_fail())
        return -ENOMEM;
    if ((flags & MAP_FIXED) && (flags & MAP_FIXED_NOREPLACE) == 0)
        unmap_range(space, address, address + size);
    /* The segment's locks are not taken under that of the space. */
    if (const int refused = sysvipc_segment_mapping(file->segment))
        return refused;
    long mapped = -ENOMEM;
    {
        const std::lock_guard guard { space.lock };
        std::uintptr_t start = address;
        if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) == 0)
            start = space.place(size);
        if (!space.contains(start, size))
            mapped = -ENOMEM;
        else if (space.overlaps(start, start + size))
            mapped = -EEXIST;
        else
            mapped = map_at(space, start, size, static_cast<int>(protection), file, 0);
    }
    if (mapped < 0)
        sysvipc_segment_unmapped(file->segment);
    return mapped;
}

bool host_mapping_overlaps(unsigned long start, unsigned long end)
{
    AddressSpace& space = own_space();
    const std::lock_guard guard { space.lock };
    return space.overlaps(start, end);
}

bool host_mapping_find(unsigned long address, kapi_mapping* found, int* error)
{
    AddressSpace& space = own_space();
    *error = 0;
    const std::lock_guard guard { space.lock };
    for (const auto& [at, mapping] : space.mappings) {
        if (mapping.end <= address)
            continue;
        *found = { mapping.start, mapping.end, mapping.page_offset, mapping.file,
                   mapping.file->size };
        return true;
    }
    return false;
}

void host_mapping_remove(const kapi_mapping* mapping)
{
    unmap_range(own_space(), mapping->start, mapping->end);
}

long host_mapping_detach_builtin(unsigned long)
{
    return -EINVAL;
}

/* Each mapping is found and taken in one step, so that threads need no further lock. */
kapi_detaching* host_mapping_detach_begin(int* error)
{
    *error = 0;
    return nullptr;
}

void host_mapping_detach_end(kapi_detaching*) { }
