// SPDX-License-Identifier: GPL-2.0
/*
 * ShmSegment: memory that processes map, and the number of its mappings.
 *
 * Each shmat() maps its own file of the same pages.  The kernel reports every mapping that is created or
 * removed.  "attaches" counts mappings, not calls of shmat(), so a fork or a split by mprotect() counts too;
 * a running shmat() also counts, so that the segment is not removed meanwhile.
 *
 * A segment that is removed while it is mapped is marked: it keeps its id, loses its key, and is removed
 * with its last mapping.
 *
 * Locks:   the segment's own for all state that mapping changes; only removal takes the table's too.
 * Lifetime: the table owns a reference; so does each mapped file, which also holds the namespace.
 *     retire() closes the segment's own file, when no mapping is left.
 * Context: map(), map_again(), unmap() run under the mmap lock of the process.
 */
#pragma once

#include <base/list.hpp>
#include <ids/compat_buffer.hpp>
#include <ids/ipc_object.hpp>
#include <ns/ipc_namespace.hpp>
#include <os/pid.hpp>
#include <os/security.hpp>
#include <os/segment_file.hpp>
#include <os/trace.hpp>
#include <user/user_memory.hpp>

namespace sysvipc {

class SegmentCreator;

struct ShmSegmentState : Pinned {
    u64 attaches { 0 };
    u64 mappings { 0 }; /* mappings created so far */
    u64 unmappings { 0 }; /* mappings removed so far */
    i64 atime { 0 };
    i64 dtime { 0 };
    i64 ctime { 0 };
    PidRef lpid;
    bool is_marked { false }; /* removed with the last mapping */
    MemoryLock memory_lock;
};

class ShmSegment : public GuardedObject<ShmSegmentState, ShmSegmentLock, SegmentHooks>,
                   public ListNode<ShmSegment> {
public:
    static constexpr Kind kKind = Kind::SharedMemory;

    /*
     * Its owner is the caller's user and group.  Call set_file() before any other function.
     * Errors: ENOMEM, a security module's.  Sleeps.
     */
    [[nodiscard]] static Result<Ref<ShmSegment>> create(IpcNamespace& ns, Key key, Mode mode,
                                                        u64 size) noexcept;
    void set_file(SegmentFile file) noexcept { file_.adopt(move(file)); }
    /* Precondition: withdrawn, or never published.  Does not sleep. */
    void retire() noexcept;

    /* nullptr: none (EINVAL).  Call under RCU. */
    [[nodiscard]] static ShmSegment* find(IpcNamespace& ns, IpcId id) noexcept
    {
        return find_traced<ShmSegment>(ns, id);
    }

    /* Size in bytes, as requested. */
    [[nodiscard]] u64 size() const noexcept { return size_; }
    /* The number of pages, of the normal size, charged for a segment of @size bytes. */
    [[nodiscard]] static u64 pages_of(u64 size) noexcept
    {
        return size / KAPI_PAGE_SIZE + (size % KAPI_PAGE_SIZE != 0);
    }
    [[nodiscard]] const PidRef& creator() const noexcept { return creator_; }
    /* Precondition: not removed. */
    [[nodiscard]] const SegmentFile& file(const Locked&) const noexcept { return file_; }
    /* As file(), without the lock.  Precondition: the segment is attached or mapped. */
    [[nodiscard]] const SegmentFile& file_in_use() const noexcept { return file_; }
    /*
     * Opens a file of the segment's pages for a mapping.  Precondition: an Attachment exists.
     * Errors: ENOMEM, ENFILE, ENOSYS.  Sleeps.
     */
    [[nodiscard]] Result<SegmentFile> open(SegmentFile::Access access) noexcept;
    /* Call when a file from open() is released. */
    void close() noexcept;
    /* Asks security modules about attaching it; call after check_access().  Errors: a module's. */
    [[nodiscard]] Result<void> check_attach(unsigned long address, u32 flags) noexcept
    {
        return SegmentHooks::may_attach(perm(), address, flags);
    }
    /* Marks it for removal with its last mapping. */
    void mark(Locked& state) noexcept
    {
        state->is_marked = true;
        perm().add_marks(abi::SHM_DEST);
        if (Trace::shm_marked()) [[unlikely]]
            Trace::shm_marked(id(), state->attaches);
    }
    /* Locks its pages in memory.  Errors: ENOMEM beyond RLIMIT_MEMLOCK. */
    [[nodiscard]] Result<void> lock_memory(Locked& state) noexcept
    {
        TRY(state->memory_lock.take(file_));
        perm().add_marks(abi::SHM_LOCKED);
        return {};
    }
    void unlock_memory(Locked& state) noexcept
    {
        state->memory_lock.drop(file_);
        perm().remove_marks(abi::SHM_LOCKED);
    }
    /* shm_perm.mode: permissions and flags. */
    [[nodiscard]] u32 mode_bits(Locked& state) const noexcept
    {
        return ownership(state).mode.bits() | (state->is_marked ? abi::SHM_DEST : 0u)
            | (state->memory_lock.is_held() ? abi::SHM_LOCKED : 0u);
    }

    /* Pages in memory and swap; 0 after removal. */
    [[nodiscard]] SegmentFile::Usage memory_usage() noexcept;

    /* Called when an Attachment begins and ends. */
    void attach(Locked& state) noexcept { ++state->attaches; }
    void detach() noexcept;

    /* Call before the current process maps it.  Errors: EINVAL (removed). */
    [[nodiscard]] Result<void> map() noexcept;
    /* Call when an existing mapping is duplicated; cannot fail. */
    void map_again() noexcept;
    /* Call when a mapping, possibly the last, is removed. */
    void unmap() noexcept;
    /* Precondition: the namespace has ended, so no mapping exists. */
    void remove_unmapped() noexcept;
    /* Removes it if it is unmapped, and marked or subject to shm_rmid_forced. */
    void remove_if_unused() noexcept;

    /* nullptr: an orphan.  Under the lock of all creators (shm/segment_creator.hpp). */
    SegmentCreator* living_creator { nullptr };

private:
    friend class Ref<ShmSegment>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    ShmSegment(IpcNamespace& ns, Key key, const Ownership& ownership, u64 size) noexcept;

    static void count_mapping(ShmSegmentState& state) noexcept;
    [[nodiscard]] bool is_unused(const ShmSegmentState& state) const noexcept;
    void remove_unused() noexcept;
    [[nodiscard]] Result<Ref<ShmSegment>> withdraw_if_unused() noexcept;
    [[nodiscard]] Result<Ref<ShmSegment>> withdraw_unmapped() noexcept;

    IpcNamespace& ns_;
    const u64 size_;
    PidRef creator_;
    SegmentFile file_;
};

/* A running shmat(): while it lives, it counts as one more attachment and keeps the segment. */
class [[nodiscard]] Attachment {
public:
    Attachment(ShmSegment& segment, ShmSegment::Locked& state) noexcept : segment_(&segment)
    {
        segment.attach(state);
    }
    Attachment(Attachment&& other) noexcept : segment_(exchange(other.segment_, nullptr)) { }
    Attachment& operator=(Attachment&&) = delete;
    ~Attachment()
    {
        if (segment_)
            segment_->detach();
    }
    [[nodiscard]] ShmSegment& segment() const noexcept { return *segment_; }

private:
    ShmSegment* segment_;
};

/* Precondition: no task is in @ns, and no file holds it.  Sleeps. */
void remove_all_segments(IpcNamespace& ns) noexcept;

/* Lets the kernel report mappings to segments.  Errors: ENOMEM.  Sleeps. */
[[nodiscard]] Result<void> start_segments() noexcept;
void stop_segments() noexcept; /* precondition: no segment exists; sleeps */

/* The system calls.  Context: process, sleeps.  Errors are listed at each definition. */
[[nodiscard]] Result<IpcId> shmget(IpcNamespace& ns, Key key, u64 size, u32 flags) noexcept;
/* @boundary: the program's SHMLBA: abi::kShmlba or compat::kShmlba. */
[[nodiscard]] Result<usize> shmat(IpcNamespace& ns, IpcId id, unsigned long address, u32 flags,
                                  unsigned long boundary) noexcept;
[[nodiscard]] Result<void> shmdt(unsigned long address) noexcept;
[[nodiscard]] Result<i32> shmctl(IpcNamespace& ns, IpcId id, i32 command,
                                 UserAddress buffer) noexcept;

/* For 32-bit programs: the commands that have a structure (compat::has_structure()). */
[[nodiscard]] Result<i32> shmctl(IpcNamespace& ns, IpcId id, abi::ShmCommand command,
                                 CompatBuffer buffer) noexcept;

} // namespace sysvipc
