// SPDX-License-Identifier: GPL-2.0
/* shmget(2): open the segment with a key, or create one. */
#include <shm/shm_segment.hpp>

#include <base/line.hpp>
#include <ids/open_request.hpp>
#include <shm/segment_creator.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* Errors: EINVAL (no huge pages of that size), EPERM (may not use huge pages), ENOMEM, ... */
Result<SegmentFile> create_file(Key key, u64 size, u32 flags) noexcept
{
    Line<16> name;
    name.string("SYSV").hexadecimal(static_cast<u32>(key.value()), 8).character('\0');
    const auto reserve = (flags & abi::SHM_NORESERVE) ? SegmentFile::Reserve::AtFirstUse
                                                      : SegmentFile::Reserve::AtCreation;
    if (!(flags & abi::SHM_HUGETLB))
        return SegmentFile::create(name.text(), size, reserve);
    return SegmentFile::create_huge(name.text(), size, reserve, abi::huge_page_size_log(flags));
}

/* The most bytes that whole pages can hold. */
constexpr u64 kMostBytes = ~u64 { KAPI_PAGE_SIZE - 1 };

struct SegmentFacility {
    using Object = ShmSegment;
    IpcNamespace& ns;
    u64 size;

    [[nodiscard]] Result<Ref<ShmSegment>> create(const OpenRequest& request) const noexcept
    {
        Limits& limits = ns.limits();
        if (size < KAPI_SHMMIN)
            return Errno::EINVAL;
        if (size > limits.shmmax.load_relaxed()) {
            limits.note_hit(Limit::ShmMax, 0, size);
            return Errno::EINVAL;
        }
        if (size > kMostBytes
            || !ns.pages().charge(ShmSegment::pages_of(size), limits.shmall.load_relaxed())) {
            limits.note_hit(Limit::ShmAll, ns.pages().sum(), ShmSegment::pages_of(size));
            return Errno::ENOSPC;
        }
        Result<Ref<ShmSegment>> created = create_charged(request);
        if (!created.ok())
            ns.pages().uncharge(ShmSegment::pages_of(size));
        return created;
    }
    [[nodiscard]] Result<void> check_existing(const ShmSegment& segment) const noexcept
    {
        if (size > segment.size())
            return Errno::EINVAL;
        return {};
    }
    void retire(ShmSegment& segment) const noexcept { segment.retire(); }
    [[nodiscard]] i32 limit() const noexcept { return ns.limits().shmmni.load_relaxed(); }
    [[nodiscard]] u64 created_size() const noexcept { return size; }
    void note_full() const noexcept
    {
        const i32 in_use = ns.table(Kind::SharedMemory).usage().in_use;
        ns.limits().note_hit(Limit::ShmMni, static_cast<u64>(in_use), 1);
    }

private:
    [[nodiscard]] Result<Ref<ShmSegment>> create_charged(const OpenRequest& request) const noexcept
    {
        SegmentCreator* creator = TRY(current_creator());
        Ref<ShmSegment> segment = TRY(ShmSegment::create(ns, request.key, request.mode(), size));
        segment->set_file(TRY(create_file(request.key, size, request.flags)));
        note_creation(*segment, *creator);
        return segment;
    }
};

} // namespace

/*
 * Errors, in this order: for an existing key EEXIST, EINVAL (it is smaller), EACCES, a security
 * module's; ENOENT; EINVAL (size 0, more than shmmax); ENOSPC (shmall); ENOMEM; a security
 * module's; those of create_file(); ENOSPC (shmmni).
 */
Result<IpcId> shmget(IpcNamespace& ns, Key key, u64 size, u32 flags) noexcept
{
    return open_object(ns.table(Kind::SharedMemory), OpenRequest { key, flags }, ns.owner(),
                       SegmentFacility { ns, size });
}

} // namespace sysvipc
