// SPDX-License-Identifier: GPL-2.0
/* A segment and its mappings (contracts: include/shm/shm_segment.hpp). */
#include <shm/shm_segment.hpp>

#include <base/assert.hpp>
#include <ids/all_objects.hpp>
#include <os/address_space.hpp>
#include <os/clock.hpp>
#include <os/log.hpp>
#include <os/task.hpp>
#include <shm/segment_creator.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

ShmSegment::ShmSegment(IpcNamespace& ns, Key key, const Ownership& ownership, u64 size) noexcept
    : GuardedObject(key, ownership),
      ns_(ns),
      size_(size)
{
    creator_.note(CurrentTask::process());
    unreachable_state().ctime = real_seconds();
}

Result<Ref<ShmSegment>> ShmSegment::create(IpcNamespace& ns, Key key, Mode mode, u64 size) noexcept
{
    static_assert(is_perm_within<ShmSegment>());
    Ref<ShmSegment> segment =
        TRY(Ref<ShmSegment>::create(0, ns, key, Ownership::of_caller(mode), size));
    TRY(segment->label());
    return segment;
}

Result<SegmentFile> ShmSegment::open(SegmentFile::Access access) noexcept
{
    Ref<ShmSegment> reference = TRY(Ref<ShmSegment>::try_get(*this));
    SegmentFile opened = TRY(file_.open(access, this));
    reference.give_away(); /* now owned by the file */
    ns_.hold(); /* for the file */
    return opened;
}

void ShmSegment::close() noexcept
{
    const IpcNamespace& ns = ns_;
    Ref<ShmSegment>::drop(*this);
    ns.drop();
}

void ShmSegment::retire() noexcept
{
    forget_creation(*this);
    unreachable_state().memory_lock.drop(file_);
    ns_.pages().uncharge(pages_of(size_));
    file_.close();
}

SegmentFile::Usage ShmSegment::memory_usage() noexcept
{
    auto state = lock();
    if (is_removed())
        return {};
    return file_.usage();
}

void ShmSegment::count_mapping(ShmSegmentState& state) noexcept
{
    ++state.attaches;
    ++state.mappings;
    state.atime = real_seconds();
    state.lpid.note(CurrentTask::process());
}

Result<void> ShmSegment::map() noexcept
{
    auto state = lock();
    if (is_removed()) /* remap_file_pages() unmaps, then maps the file again */
        return Errno::EINVAL;
    count_mapping(*state);
    if (Trace::shm_attached()) [[unlikely]]
        Trace::shm_attached(id(), state->attaches);
    return {};
}

void ShmSegment::map_again() noexcept
{
    auto state = lock();
    count_mapping(*state);
    if (Trace::shm_attached()) [[unlikely]]
        Trace::shm_attached(id(), state->attaches);
}

void ShmSegment::unmap() noexcept
{
    {
        auto state = lock();
        --state->attaches;
        ++state->unmappings;
        state->dtime = real_seconds();
        state->lpid.note(CurrentTask::process());
        if (Trace::shm_detached()) [[unlikely]]
            Trace::shm_detached(id(), state->attaches);
        if (!is_unused(*state)) [[likely]]
            return;
    }
    remove_unused();
}

void ShmSegment::detach() noexcept
{
    const RcuGuard guard; /* another task may remove it after the decrement if nothing is mapped */
    {
        auto state = lock();
        --state->attaches;
        if (!is_unused(*state)) [[likely]]
            return;
    }
    remove_unused();
}

bool ShmSegment::is_unused(const ShmSegmentState& state) const noexcept
{
    return state.attaches == 0 && (state.is_marked || ns_.removes_unmapped());
}

/* Errors: EBUSY (in use, or removed by another task). */
Result<Ref<ShmSegment>> ShmSegment::withdraw_if_unused() noexcept
{
    auto state = lock();
    if (is_removed() || !is_unused(*state))
        return Errno::EBUSY;
    if (Trace::ipc_removed()) [[unlikely]]
        trace_removed(*this, state->is_marked ? Removal::LastDetach : Removal::Forced);
    return ns_.table(kKind).withdraw(*this, state);
}

/* Errors: EBUSY (removed by its creator, which may exit in another namespace). */
Result<Ref<ShmSegment>> ShmSegment::withdraw_unmapped() noexcept
{
    auto state = lock();
    if (is_removed() || !invariant(state->attaches == 0))
        return Errno::EBUSY;
    if (Trace::ipc_removed()) [[unlikely]]
        trace_removed(*this, Removal::Namespace);
    return ns_.table(kKind).withdraw(*this, state);
}

void ShmSegment::remove_unmapped() noexcept
{
    Result<Ref<ShmSegment>> withdrawn = withdraw_unmapped();
    if (withdrawn.ok())
        retire();
}

void remove_all_segments(IpcNamespace& ns) noexcept
{
    for_all_objects<ShmSegment>(ns.table(ShmSegment::kKind),
                                [](ShmSegment& segment) { segment.remove_unmapped(); });
}

void ShmSegment::remove_if_unused() noexcept
{
    {
        auto state = lock();
        if (is_removed() || !is_unused(*state))
            return;
    }
    remove_unused();
}

/* Repeats the check, under one lock from the check to the withdrawal. */
void ShmSegment::remove_unused() noexcept
{
    Result<Ref<ShmSegment>> withdrawn = withdraw_if_unused();
    if (withdrawn.ok())
        retire();
}

namespace {

ShmSegment& segment_of(void* bound) noexcept
{
    return *static_cast<ShmSegment*>(bound);
}

} // namespace

Result<void> start_segments() noexcept
{
    TRY(AddressSpace::start());
    TRY(start_segment_files());
    if (!MemoryLock::is_possible())
        log_info("cannot find shmem_lock(): SHM_LOCK is refused");
    return start_segment_creators();
}

void stop_segments() noexcept
{
    stop_segment_creators();
}

} // namespace sysvipc

using namespace sysvipc;

kapi_file* sysvipc_segment_file(void* segment) noexcept
{
    return segment_of(segment).file_in_use().raw();
}

int sysvipc_segment_mapping(void* segment) noexcept
{
    Result<void> mapped = segment_of(segment).map();
    return mapped.ok() ? 0 : static_cast<int>(to_syscall(mapped.error()));
}

void sysvipc_segment_mapped(void* segment) noexcept
{
    segment_of(segment).map_again();
}

void sysvipc_segment_unmapped(void* segment) noexcept
{
    segment_of(segment).unmap();
}

void sysvipc_segment_released(void* segment) noexcept
{
    segment_of(segment).close();
}
