// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_shm_segment: segments, how their mappings are counted, and when they are removed.
 * Kernel threads have no address space to map anything into: the cases make the kernel's calls.
 */
#include "namespace_fixture.hpp"
#include "threads.hpp"

#include <host/kunit.h>
#include <os/clock.hpp>
#include <os/task.hpp>
#include <os/task_state.hpp>
#include <rules/attach_rules.hpp>
#include <shm/segment_creator.hpp>
#include <shm/shm_segment.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SegmentTest : NamespaceFixture {
    explicit SegmentTest(kapi_kunit* test) noexcept
        : NamespaceFixture(test),
          pins_(host_kunit_module_pins())
    {
        has_states_ = TaskState::start().ok();
        is_started_ = has_states_ && start_segments().ok();
        if (is_ready())
            ns().open();
    }
    ~SegmentTest()
    {
        EXPECT_EQ(table().usage().in_use, 0);
        EXPECT_EQ(ns().pages().sum(), 0);
        /* Each file pins the module until it is gone. */
        EXPECT(wait_until([this] {
            host_kunit_files_flush();
            return host_kunit_module_pins() == pins_;
        }));
        wait_for_rcu_memory();
        if (is_started_)
            stop_segments();
        if (has_states_)
            TaskState::stop();
    }
    [[nodiscard]] bool is_ready() const noexcept
    {
        return NamespaceFixture::is_ready() && is_started_;
    }

    [[nodiscard]] IdTable& table() noexcept { return ns().table(Kind::SharedMemory); }
    [[nodiscard]] Result<IpcId> make(Key key = kPrivateKey, u64 size = KAPI_PAGE_SIZE) noexcept
    {
        return shmget(ns(), key, size, abi::IPC_CREAT | 0600);
    }
    [[nodiscard]] Result<i32> remove(IpcId id) noexcept
    {
        return shmctl(ns(), id, KAPI_IPC_RMID, UserAddress { 0 });
    }
    /* Its table keeps it for the case. */
    [[nodiscard]] ShmSegment& segment(IpcId id) noexcept
    {
        const RcuGuard guard;
        return *ShmSegment::find(ns(), id);
    }
    [[nodiscard]] bool exists(IpcId id) noexcept
    {
        const RcuGuard guard;
        return ShmSegment::find(ns(), id) != nullptr;
    }
    [[nodiscard]] static u64 attaches(ShmSegment& segment) noexcept
    {
        return segment.lock()->attaches;
    }
    /* The current thread leaves its namespace. */
    static void leave() noexcept
    {
        if (TaskState* state = TaskState::current())
            leave_segments(*state);
    }
    void force_removal(bool forced) noexcept
    {
        ns().limits().shm_rmid_forced.store_relaxed(forced ? 1 : 0);
    }

private:
    int pins_;
    bool has_states_;
    bool is_started_;
};

/* shmop(2), read once more from its text. */
AttachPlace naive_place(unsigned long address, u32 flags, unsigned long boundary) noexcept
{
    using Where = AttachPlace::Where;
    const bool rounds = (flags & abi::SHM_RND) != 0;
    const bool replaces = (flags & abi::SHM_REMAP) != 0;
    const unsigned long down = rounds ? address / boundary * boundary : address;
    if (address == 0)
        return replaces ? AttachPlace { Where::Nowhere, 0 } : AttachPlace { Where::Anywhere, 0 };
    if (!rounds && address / KAPI_PAGE_SIZE * KAPI_PAGE_SIZE != address)
        return { Where::Nowhere, 0 };
    if (down == 0)
        return replaces ? AttachPlace { Where::Nowhere, 0 } : AttachPlace { Where::Replace, 0 };
    return { replaces ? Where::Replace : Where::Free, down };
}

} // namespace

TEST_CASE(Fixture, the_place_of_an_attachment_agrees_with_the_manual_page)
{
    constexpr unsigned long kBoundaries[] { KAPI_PAGE_SIZE, 4 * KAPI_PAGE_SIZE };
    constexpr unsigned long kNear[] {
        0,          KAPI_PAGE_SIZE,         2 * KAPI_PAGE_SIZE, 4 * KAPI_PAGE_SIZE,
        1ul << 47u, ~(KAPI_PAGE_SIZE - 1ul)
    };
    u32 differences = 0;
    for (const unsigned long boundary : kBoundaries) {
        for (const unsigned long near : kNear) {
            for (unsigned long offset = 0; offset < KAPI_PAGE_SIZE; ++offset) {
                for (u32 flags = 0; flags < 0x10000; flags += KAPI_SHM_RDONLY / 2) {
                    differences += attach_place(near + offset, flags, boundary)
                        != naive_place(near + offset, flags, boundary);
                }
            }
        }
    }
    EXPECT_EQ(differences, 0);
}

TEST_CASE(SegmentTest, the_pages_of_a_segment_are_charged_until_it_is_removed)
{
    ns().limits().shmall.store_relaxed(5);
    const IpcId first = REQUIRE(make(kPrivateKey, 3 * KAPI_PAGE_SIZE + 1));
    EXPECT_EQ(ns().pages().sum(), 4);
    EXPECT_ERR(make(kPrivateKey, KAPI_PAGE_SIZE + 1), Errno::ENOSPC);
    EXPECT_EQ(ns().pages().sum(), 4);
    const IpcId second = REQUIRE(make());
    EXPECT_ERR(make(kPrivateKey, 1), Errno::ENOSPC);
    EXPECT(remove(first).ok());
    EXPECT_EQ(ns().pages().sum(), 1);
    EXPECT(remove(second).ok());
}

TEST_CASE(SegmentTest, mappings_are_counted_and_their_times_recorded)
{
    const IpcId id = REQUIRE(make());
    ShmSegment& made = segment(id);
    const i64 before = real_seconds();
    const i32 self = kapi_pid_vnr(CurrentTask::process());
    EXPECT_EQ(made.creator().show(), self);
    EXPECT_EQ(made.lock()->atime, 0);
    EXPECT_EQ(made.lock()->lpid.show(), 0);
    EXPECT(made.map().ok());
    EXPECT_EQ(attaches(made), 1);
    EXPECT(made.lock()->atime >= before);
    EXPECT_EQ(made.lock()->dtime, 0);
    EXPECT_EQ(made.lock()->lpid.show(), self);
    made.map_again();
    EXPECT_EQ(attaches(made), 2);
    made.unmap();
    EXPECT_EQ(attaches(made), 1);
    EXPECT(made.lock()->dtime >= before);
    made.unmap();
    EXPECT_EQ(attaches(made), 0);
    EXPECT(remove(id).ok());
}

TEST_CASE(SegmentTest, an_unmapped_segment_is_removed_at_once)
{
    const IpcId id = REQUIRE(make(Key { 1 }));
    Ref<ShmSegment> held = REQUIRE(Ref<ShmSegment>::try_get(segment(id)));
    EXPECT(remove(id).ok());
    EXPECT(!exists(id));
    EXPECT_ERR(held->map(), Errno::EINVAL);
    EXPECT_ERR(remove(id), Errno::EINVAL);
    EXPECT_EQ(held->memory_usage().resident_pages, 0);
}

TEST_CASE(SegmentTest, a_removed_mapped_segment_loses_its_key_and_stays_until_its_last_unmap)
{
    const IpcId id = REQUIRE(make(Key { 1 }));
    ShmSegment& made = segment(id);
    EXPECT(made.map().ok());
    EXPECT(remove(id).ok());
    EXPECT(exists(id));
    EXPECT_EQ(made.key().value(), kPrivateKey.value());
    {
        auto state = made.lock();
        EXPECT_EQ(made.mode_bits(state), 0600 | abi::SHM_DEST);
    }
    const IpcId other = REQUIRE(make(Key { 1 }));
    EXPECT(other != id);
    EXPECT(remove(id).ok());
    /* It can be mapped as long as it is. */
    EXPECT(made.map().ok());
    made.unmap();
    EXPECT(exists(id));
    made.unmap();
    EXPECT(!exists(id));
    EXPECT(remove(other).ok());
}

TEST_CASE(SegmentTest, with_rmid_forced_the_last_unmap_removes_a_segment)
{
    force_removal(true);
    const IpcId id = REQUIRE(make());
    ShmSegment& made = segment(id);
    EXPECT(made.map().ok());
    made.map_again();
    made.unmap();
    EXPECT(exists(id));
    made.unmap();
    EXPECT(!exists(id));
}

TEST_CASE(SegmentTest, remove_orphans_removes_unmapped_orphans_with_rmid_forced)
{
    const IpcId living = REQUIRE(make());
    IpcId orphan;
    IpcId mapped;
    {
        Thread creator { 0, [&] {
                            Result<IpcId> first = make();
                            Result<IpcId> second = make();
                            if (first.ok() && second.ok()) {
                                orphan = first.take();
                                mapped = second.take();
                            }
                            leave();
                        } };
        EXPECT(creator.is_started());
    }
    EXPECT(exists(orphan) && exists(mapped));
    EXPECT(segment(mapped).map().ok());
    remove_orphans(ns());
    EXPECT(exists(orphan) && exists(mapped));
    force_removal(true);
    remove_orphans(ns());
    EXPECT(!exists(orphan));
    EXPECT(exists(mapped) && exists(living));
    segment(mapped).unmap();
    EXPECT(!exists(mapped));
    EXPECT(remove(living).ok());
}

TEST_CASE(SegmentTest, many_orphans_are_removed_in_steps)
{
    constexpr i32 kMany = 200;

    i32 made = 0;
    for (i32 i = 0; i < kMany; ++i)
        made += make().ok() ? 1 : 0;
    EXPECT_EQ(made, kMany);
    leave();
    const IpcId living = REQUIRE(make());
    force_removal(true);
    i32 index = 0;
    i32 steps = 1;
    const auto step = [&] {
        const RcuGuard guard;
        return remove_some_orphans(ns(), index);
    };
    for (; step(); ++steps) {
        const RcuGuard guard;
        i32 next = index;
        EXPECT(ns().table(Kind::SharedMemory).find_from<ShmSegment>(next) != nullptr);
    }
    EXPECT(steps > 2);
    EXPECT_EQ(ns().table(Kind::SharedMemory).usage().in_use, 1);
    EXPECT(exists(living));
    EXPECT(remove(living).ok());
}

TEST_CASE(SegmentTest, a_leaving_task_removes_its_unmapped_segments_with_rmid_forced)
{
    const IpcId kept = REQUIRE(make());
    leave();
    EXPECT(exists(kept));

    force_removal(true);
    const IpcId unmapped = REQUIRE(make());
    const IpcId mapped = REQUIRE(make());
    const IpcId removed = REQUIRE(make());
    EXPECT(segment(mapped).map().ok());
    EXPECT(remove(removed).ok());
    leave();
    EXPECT(!exists(unmapped));
    EXPECT(exists(mapped));
    /* It was an orphan already. */
    EXPECT(exists(kept));
    remove_orphans(ns());
    EXPECT(!exists(kept));
    segment(mapped).unmap();
}

TEST_CASE(SegmentTest, a_file_to_be_mapped_outlives_the_segment_s_removal_and_pins_the_module)
{
    const IpcId id = REQUIRE(make());
    ShmSegment& made = segment(id);
    const int pins = host_kunit_module_pins();
    {
        const SegmentFile readable = REQUIRE(made.open(SegmentFile::Access::Read));
        const SegmentFile writable = REQUIRE(made.open(SegmentFile::Access::ReadWrite));
        EXPECT(readable.raw() != writable.raw());
        EXPECT_EQ(host_kunit_module_pins(), pins + 2);
        EXPECT_EQ(readable.size(), KAPI_PAGE_SIZE);
        EXPECT(remove(id).ok());
        EXPECT_EQ(writable.size(), KAPI_PAGE_SIZE);
        EXPECT_EQ(readable.usage().resident_pages, writable.usage().resident_pages);
    }
    EXPECT(!exists(id));
}

TEST_CASE(SegmentTest, a_segment_removed_during_shmat_is_marked_until_shmat_ends)
{
    const IpcId id = REQUIRE(make(Key { 1 }));
    ShmSegment& made = segment(id);
    {
        auto state = made.lock();
        made.attach(state);
    }
    /* Another mapping is created and removed meanwhile. */
    EXPECT(made.map().ok());
    EXPECT(remove(id).ok());
    made.unmap();
    EXPECT(exists(id));
    EXPECT(made.map().ok());
    made.detach();
    EXPECT(exists(id));
    made.unmap();
    EXPECT(!exists(id));
}

TEST_CASE(SegmentTest, a_failed_attachment_keeps_the_times)
{
    const IpcId id = REQUIRE(make());
    ShmSegment& made = segment(id);
    {
        auto state = made.lock();
        made.attach(state);
    }
    made.detach();
    EXPECT_EQ(attaches(made), 0);
    EXPECT_EQ(made.lock()->atime, 0);
    EXPECT_EQ(made.lock()->dtime, 0);
    EXPECT(exists(id));
    EXPECT(remove(id).ok());
}

TEST_CASE(SegmentTest, mappings_of_two_threads_and_one_removal_are_exact)
{
    const u32 rounds = host_kunit_affordable(2'000);
    u32 wrong = 0;
    for (u32 round = 0; round < rounds; ++round) {
        const IpcId id = REQUIRE(make(Key { 1 }));
        Ref<ShmSegment> held = REQUIRE(Ref<ShmSegment>::try_get(segment(id)));
        Tally refused;
        {
            const auto map_and_unmap = [&] {
                for (u32 i = 0; i < 20; ++i) {
                    if (held->map().ok())
                        held->unmap();
                    else
                        refused.add_one();
                }
            };
            Thread first { 0, map_and_unmap };
            Thread second { 1, map_and_unmap };
            EXPECT(first.is_started() && second.is_started());
            for (u32 i = 0; i < round % 50; ++i)
                CurrentTask::give_way();
            wrong += remove(id).ok() ? 0u : 1u;
        }
        wrong += attaches(*held) != 0 || exists(id) ? 1u : 0u;
    }
    EXPECT_EQ(wrong, 0);
}

/* As shmem and hugetlbfs will be on later kernels: the log says why, and nothing is mapped. */
TEST_CASE(SegmentTest, a_file_without_an_mmap_operation_is_refused)
{
    EXPECT_EQ(host_kunit_segment_probe("/"), -static_cast<i32>(Errno::EOPNOTSUPP));
}

} // namespace sysvipc
