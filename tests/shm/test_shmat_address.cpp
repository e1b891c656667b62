// SPDX-License-Identifier: GPL-2.0
/*
 * shmat(2): where a segment is attached.
 */
#include "lib/actor.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/harness.hpp"
#include "lib/machine.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <sys/mman.h>

namespace {

TEST(an_attachment_is_placed_at_the_requested_address)
{
    const Segment segment { 3 * kPage };
    Hole hole { 3 * kPage };
    char* place = hole.open();
    const Attachment attachment { segment, 0, place };
    EXPECT(attachment.data() == place);
    attachment[3 * kPage - 1] = 'x';
}

TEST(an_unaligned_address_is_einval)
{
    const Segment segment;
    Hole hole { 2 * kPage };
    char* place = hole.open();
    EXPECT_ERR(sysv::shmat(segment.id(), place + 1, 0), EINVAL);
    EXPECT_ERR(sysv::shmat(segment.id(), place + kPage - 1, SHM_RDONLY), EINVAL);
    EXPECT_ERR(sysv::shmat(segment.id(), place + 1, SHM_REMAP), EINVAL);
    EXPECT_ERR(sysv::shmat(segment.id(), at(1), 0), EINVAL);
}

using machine::kRounding;

char* rounded_up(char* address)
{
    return address + (kRounding - reinterpret_cast<unsigned long>(address) % kRounding) % kRounding;
}

TEST(shm_rnd_rounds_an_address_down)
{
    const Segment segment;
    Hole hole { 3 * kRounding };
    char* place = rounded_up(hole.open());
    {
        const Attachment attachment { segment, SHM_RND, place + 1 };
        EXPECT(attachment.data() == place);
    }
    const Attachment attachment { segment, SHM_RND, place + 2 * kRounding - 1 };
    EXPECT(attachment.data() == place + kRounding);
}

TEST(shm_rnd_leaves_an_aligned_address_alone)
{
    const Segment segment;
    Hole hole { 2 * kRounding };
    char* place = rounded_up(hole.open());
    const Attachment attachment { segment, SHM_RND, place };
    EXPECT(attachment.data() == place);
}

TEST(a_taken_address_is_einval)
{
    const Segment segment;
    const Attachment first { segment };
    EXPECT_ERR(sysv::shmat(segment.id(), first.data(), 0), EINVAL);
    const Hole hole { kPage };
    EXPECT_ERR(sysv::shmat(segment.id(), hole.data(), 0), EINVAL);
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(an_address_whose_last_page_is_taken_is_einval)
{
    const Segment segment { 3 * kPage };
    Hole hole { 3 * kPage };
    REQUIRE_EQ(munmap(hole.data(), 2 * kPage), 0);
    EXPECT_ERR(sysv::shmat(segment.id(), hole.data(), 0), EINVAL);
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(an_address_range_that_wraps_is_einval)
{
    // For the kernel, whose addresses have 64 bits, that of a 32-bit program does not.
    constexpr int error = sizeof(void*) == 8 ? EINVAL : ENOMEM;
    const Segment segment { 2 * kPage };
    EXPECT_ERR(sysv::shmat(segment.id(), at(~0ul - kPage + 1), 0), error);
}

TEST(an_address_beyond_user_space_is_enomem)
{
    const Segment segment;
    EXPECT_ERR(sysv::shmat(segment.id(), kKernelAddress, 0), ENOMEM);
    EXPECT_ERR(sysv::shmat(segment.id(), kKernelAddress, SHM_REMAP), ENOMEM);
    EXPECT_ERR(sysv::shmat(segment.id(), at(kEndOfUserSpace), 0), ENOMEM);
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_range_partly_taken_and_partly_beyond_user_space_is_einval)
{
    // Part of it lies beyond user space, part of it is taken: einval, not enomem.
    constexpr std::size_t size = std::size_t { 1 } << (sizeof(std::size_t) == 8 ? 40 : 28);
    const Segment segment { size, SHM_NORESERVE | 0600 };
    const Hole hole { kPage };
    const auto page = reinterpret_cast<unsigned long>(hole.data());
    if (kEndOfUserSpace - page > size)
        harness::skip("memory is mapped further down from the end");
    EXPECT_ERR(sysv::shmat(segment.id(), hole.data(), 0), EINVAL);
}

TEST(shm_remap_replaces_an_existing_mapping)
{
    const Segment segment { 2 * kPage };
    const Hole hole { 2 * kPage };
    Attachment attachment { segment, SHM_REMAP, hole.data() };
    EXPECT(attachment.data() == hole.data());
    attachment[kPage] = 'x';
    EXPECT_OK(attachment.detach());
}

TEST(shm_remap_replaces_an_attachment_which_is_no_longer_counted)
{
    const Segment first;
    const Segment second;
    Attachment old { first };
    old[0] = '1';
    const Attachment fresh { second, SHM_REMAP, old.data() };
    old.forget();
    EXPECT_EQ(fresh[0], 0);
    EXPECT_EQ(first.attaches(), 0u);
    EXPECT_EQ(second.attaches(), 1u);
}

TEST(shm_remap_of_a_segment_onto_itself_keeps_one)
{
    const Segment segment;
    Attachment old { segment };
    old[0] = 'x';
    const Attachment again { segment, SHM_REMAP, old.data() };
    old.forget();
    EXPECT_EQ(again[0], 'x');
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(shm_remap_without_an_address_is_einval)
{
    const Segment segment;
    EXPECT_ERR(sysv::shmat(segment.id(), nullptr, SHM_REMAP), EINVAL);
    EXPECT_ERR(sysv::shmat(segment.id(), nullptr, SHM_REMAP | SHM_RND), EINVAL);
    EXPECT_ERR(sysv::shmat(segment.id(), at(kPage - 1), SHM_REMAP | SHM_RND), EINVAL);
}

TEST(an_address_that_rounds_down_to_zero_is_not_just_any_address)
{
    const Segment segment;
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), at(1), SHM_RND); }), EACCES);
    const Segment open { kPage, 0666 };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(open.id(), at(1), SHM_RND); }), EPERM);
}

TEST(the_lowest_addresses_are_eperm_for_users)
{
    const char* const file = "/proc/sys/vm/mmap_min_addr";
    const auto before = read_file(file);
    REQUIRE(before && write_file(file, "65536"));
    const Segment segment { kPage, 0666 };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), at(kPage), 0); }), EPERM);
    EXPECT_EQ(segment.attaches(), 0u);
    REQUIRE(write_file(file, *before));
}

} // namespace
