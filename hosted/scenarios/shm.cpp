// SPDX-License-Identifier: GPL-2.0
/* Scenarios of segments: marks, mappings, attachment, creators. */
#include "scenario.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct ShmScenario : ScenarioFixture {
    explicit ShmScenario(kapi_kunit* test) noexcept : ScenarioFixture(test)
    {
        if (Result<IpcId> made = make(); made.ok())
            segment = made.take();
    }
    ~ShmScenario() { static_cast<void>(remove(segment)); }

    [[nodiscard]] Result<IpcId> make() noexcept
    {
        return shmget(ns(), kPrivateKey, KAPI_PAGE_SIZE, abi::IPC_CREAT | 0600);
    }
    [[nodiscard]] Errno remove(IpcId id) noexcept
    {
        return shmctl(ns(), id, KAPI_IPC_RMID, UserAddress { 0 }).error();
    }
    [[nodiscard]] Result<Ref<ShmSegment>> hold() noexcept
    {
        const RcuGuard guard;
        ShmSegment* found = ShmSegment::find(ns(), segment);
        if (!found)
            return Errno::EINVAL;
        return Ref<ShmSegment>::try_get(*found);
    }
    [[nodiscard]] bool exists() noexcept
    {
        const RcuGuard guard;
        return ShmSegment::find(ns(), segment) != nullptr;
    }

    static constexpr Errno kDone {};
    IpcId segment;
};

} // namespace

TEST_CASE(ShmScenario, a_marked_segment_and_its_last_mapping)
{
    Errno removed {};
    {
        Ref<ShmSegment> held = REQUIRE(hold());
        EXPECT(held->map().ok());
        Thread unmapper { 0, [&] { held->unmap(); } };
        Thread remover { 0, [&] { removed = remove(segment); } };
        explore(unmapper, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(!exists());
}

TEST_CASE(ShmScenario, an_attachment_and_the_removal)
{
    Errno removed {};
    bool was_mapped = false;
    {
        Ref<ShmSegment> held = REQUIRE(hold());
        Thread attacher { 0, [&] {
                             was_mapped = held->map().ok();
                             if (was_mapped)
                                 held->unmap();
                         } };
        Thread remover { 0, [&] { removed = remove(segment); } };
        explore(attacher, remover);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT(!exists());
}

TEST_CASE(ShmScenario, an_exiting_creator_and_the_removal)
{
    Errno removed {};
    Errno removed_too {};
    IpcId other;
    {
        Thread creator { 0, [&] {
                            Result<IpcId> made = make();
                            if (made.ok())
                                other = made.take();
                            exit_task();
                        } };
        Thread remover { 0, [&] { removed = remove(segment); } };
        explore(creator, remover);
        removed_too = remove(other);
    }
    EXPECT_EQ(removed, kDone);
    EXPECT_EQ(removed_too, kDone);
}

/* Each command is done before the removal, or finds the segment removed. */
TEST_CASE(ShmScenario, commands_and_the_removal_of_their_segment)
{
    constexpr i32 kCommands[] { KAPI_IPC_STAT, KAPI_SHM_LOCK, KAPI_SHM_UNLOCK, KAPI_IPC_SET };
    Errno errors[4] {};
    Errno removed {};
    {
        Thread commander {
            0,
            [&] {
                abi::ShmSegmentStat stat {};
                for (u32 i = 0; i < 4; ++i)
                    errors[i] = shmctl(ns(), segment, kCommands[i], address_of(&stat)).error();
            }
        };
        Thread remover { 0, [&] { removed = remove(segment); } };
        explore(commander, remover);
    }
    EXPECT_EQ(removed, kDone);
    bool is_gone = false;
    for (const Errno error : errors) {
        EXPECT(error == kDone || error == Errno::EIDRM || error == Errno::EINVAL);
        EXPECT(error != kDone || !is_gone);
        is_gone |= error != kDone;
    }
}

TEST_CASE(ShmScenario, two_removals_of_a_segment)
{
    Errno removed[2] {};
    {
        Thread first { 0, [&] { removed[0] = remove(segment); } };
        Thread second { 0, [&] { removed[1] = remove(segment); } };
        explore(first, second);
    }
    EXPECT(removed[0] == kDone || removed[0] == Errno::EINVAL);
    EXPECT_EQ(removed[1], removed[0] == kDone ? Errno::EINVAL : kDone);
}

} // namespace sysvipc
