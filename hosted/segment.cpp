// SPDX-License-Identifier: GPL-2.0
/* host: segments as memory files (contracts: include/host/segment.h). */
#include "segment_file.hpp"
#include "address_space.hpp"
#include "fault.hpp"
#include "kernel.hpp"
#include "machine.hpp"
#include "task.hpp"

#include <cerrno>
#include <host/segment.h>
#include <kapi/module.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hosted;

namespace {

constexpr std::uint64_t kPage = 4096;
/* Files whose last reference has been dropped. */
std::atomic<kapi_file*> closing { nullptr };
/* Pages locked, by all. */
std::atomic<std::uint64_t> locked_pages { 0 };
int charge;

std::uint64_t pages_of(std::uint64_t size)
{
    return (size + kPage - 1) / kPage;
}

void close_file(kapi_file* file)
{
    if (!file->own) {
        close(file->descriptor);
        machine::destroy(file);
        return;
    }
    void* segment = file->segment;
    kapi_file* own = file->own;
    machine::destroy(file);
    sysvipc_segment_released(segment);
    host_file_put(own);
    kapi_module_put();
}

kapi_file& own_of(kapi_file* file)
{
    return file->own ? *file->own : *file;
}

} // namespace

namespace hosted {

void close_files() noexcept
{
    while (kapi_file* file = closing.exchange(nullptr)) {
        while (file) {
            kapi_file* next = file->next;
            machine::enter(file);
            close_file(file);
            file = next;
        }
    }
}

} // namespace hosted

int host_segments_start()
{
    return is_allocation_to_fail() ? -ENOMEM : 0;
}

int host_segments_probe()
{
    return is_allocation_to_fail() ? -ENOMEM : 0;
}

bool host_segments_can_be_locked()
{
    return kernel().can_lock_memory;
}

bool host_segments_can_be_huge()
{
    return kernel().has_huge_pages;
}

kapi_file* host_segment_create(const char* name, kapi_size size, bool, int* error)
{
    *error = -ENOMEM;
    if (is_allocation_to_fail())
        return nullptr;
    *error = -EINVAL;
    if (static_cast<long>(size) < 0)
        return nullptr;
    const int descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0 || ftruncate(descriptor, static_cast<off_t>(pages_of(size) * kPage)) < 0) {
        *error = -errno;
        if (descriptor >= 0)
            close(descriptor);
        return nullptr;
    }
    auto* file = machine::make<kapi_file>();
    file->descriptor = descriptor;
    file->size = size;
    return file;
}

/* Of small pages in truth, but whole huge ones of the one size that there is. */
kapi_file* host_segment_create_huge(const char* name, kapi_size size, bool reserve_later,
                                    kapi_u32 size_log, int* error)
{
    constexpr kapi_u32 kSizeLog = 21;
    constexpr kapi_size kHugePage = kapi_size { 1 } << kSizeLog;
    *error = -EINVAL;
    if (size_log != 0 && size_log != kSizeLog)
        return nullptr;
    return host_segment_create(name, (size + kHugePage - 1) & ~(kHugePage - 1), reserve_later,
                               error);
}

kapi_file* host_segment_open(kapi_file* own, bool writable, void* segment, int* error)
{
    *error = -ENOMEM;
    if (is_allocation_to_fail())
        return nullptr;
    *error = -ENOSYS;
    if (!kapi_module_try_get())
        return nullptr;
    auto* file = machine::make<kapi_file>();
    file->own = own;
    file->size = own->size;
    file->descriptor = own->descriptor;
    file->segment = segment;
    file->is_writable = writable;
    host_file_get(own);
    return file;
}

void host_file_get(kapi_file* file)
{
    file->references.fetch_add(1, std::memory_order_relaxed);
}

/* As in the kernel, the last reference may be dropped under locks: the file is closed later. */
void host_file_put(kapi_file* file)
{
    machine::may_switch(file);
    machine::leave(file);
    if (file->references.fetch_sub(1) != 1)
        return;
    file->next = closing.load();
    while (!closing.compare_exchange_weak(file->next, file)) { }
}

kapi_u64 host_segment_size(kapi_file* file)
{
    return file->size;
}

void host_segment_usage(kapi_file* file, kapi_u64* resident, kapi_u64* swapped)
{
    struct stat status { };
    fstat(own_of(file).descriptor, &status);
    *resident = static_cast<kapi_u64>(status.st_blocks) * 512 / kPage;
    *swapped = 0;
}

kapi_ucounts* host_segment_lock(kapi_file* file)
{
    const std::uint64_t pages = pages_of(own_of(file).size);
    const std::uint64_t most = machine::current()->process->memlock_limit / kPage;
    std::uint64_t before = locked_pages.load();
    do {
        if (before + pages > most && !machine::current()->identity.has(KAPI_CAP_IPC_LOCK))
            return nullptr;
    } while (!locked_pages.compare_exchange_weak(before, before + pages));
    return reinterpret_cast<kapi_ucounts*>(&charge);
}

void host_segment_unlock(kapi_file* file, kapi_ucounts*)
{
    locked_pages.fetch_sub(pages_of(own_of(file).size));
}

void host_segment_make_evictable(kapi_file*) { }
