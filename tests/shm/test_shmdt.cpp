// SPDX-License-Identifier: GPL-2.0
/*
 * shmdt(2): the mappings it unmaps, and invalid addresses.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <sys/mman.h>

namespace {

constexpr std::size_t kPages = 6;

// Whether this page can be read.
bool is_mapped(const char* page)
{
    unsigned char resident;
    return mincore(const_cast<char*>(page), 1, &resident) == 0;
}

TEST(a_detached_segment_is_no_longer_mapped)
{
    const Segment segment { 2 * kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    EXPECT_OK(attachment.detach());
    EXPECT(!is_mapped(data));
    EXPECT(!is_mapped(data + kPage));
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(detaching_twice_is_einval)
{
    const Segment segment;
    Attachment attachment { segment };
    char* data = attachment.data();
    EXPECT_OK(attachment.detach());
    EXPECT_ERR(sysv::shmdt(data), EINVAL);
}

TEST(an_address_where_nothing_was_attached_is_einval)
{
    const Hole hole { kPage };
    EXPECT_ERR(sysv::shmdt(hole.data()), EINVAL);
    EXPECT_ERR(sysv::shmdt(nullptr), EINVAL);
    EXPECT_ERR(sysv::shmdt(reinterpret_cast<void*>(0x7ffffffff000)), EINVAL);
    EXPECT_ERR(sysv::shmdt(reinterpret_cast<void*>(0xfffffffffffff000)), EINVAL);
    EXPECT(is_mapped(hole.data()));
}

TEST(an_unaligned_address_is_einval)
{
    const Segment segment;
    const Attachment attachment { segment };
    EXPECT_ERR(sysv::shmdt(attachment.data() + 1), EINVAL);
    EXPECT_ERR(sysv::shmdt(attachment.data() + kPage - 1), EINVAL);
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(an_address_in_the_middle_is_einval)
{
    const Segment segment { 3 * kPage };
    const Attachment attachment { segment };
    EXPECT_ERR(sysv::shmdt(attachment.page(1)), EINVAL);
    EXPECT_ERR(sysv::shmdt(attachment.page(2)), EINVAL);
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(an_address_below_is_einval)
{
    const Segment segment;
    Hole hole { 3 * kPage };
    char* place = hole.open();
    const Attachment attachment { segment, 0, place + 2 * kPage };
    EXPECT_ERR(sysv::shmdt(place), EINVAL);
    EXPECT_ERR(sysv::shmdt(place + kPage), EINVAL);
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(only_one_of_two_attachments_is_detached)
{
    const Segment segment;
    Attachment first { segment };
    const Attachment second { segment };
    second[0] = 'x';
    EXPECT_OK(first.detach());
    EXPECT_EQ(second[0], 'x');
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(one_of_two_adjacent_attachments_is_detached)
{
    const Segment segment { 2 * kPage };
    Hole hole { 4 * kPage };
    char* place = hole.open();
    Attachment first { segment, 0, place };
    Attachment second { segment, 0, place + 2 * kPage };
    EXPECT_OK(first.detach());
    EXPECT(!is_mapped(place + kPage));
    EXPECT(is_mapped(place + 2 * kPage));
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_OK(second.detach());
}

TEST(all_pieces_of_a_split_attachment_are_detached)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    REQUIRE_EQ(mprotect(data + kPage, kPage, PROT_READ), 0);
    REQUIRE_EQ(mprotect(data + 4 * kPage, kPage, PROT_NONE), 0);
    EXPECT_EQ(segment.attaches(), 5u);
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(segment.attaches(), 0u);
    for (std::size_t page = 0; page < kPages; ++page)
        EXPECT(!is_mapped(data + page * kPage));
}

TEST(an_attachment_with_a_hole_is_detached_completely)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    REQUIRE_EQ(munmap(data + 2 * kPage, kPage), 0);
    EXPECT_EQ(segment.attaches(), 2u);
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_mapping_in_the_hole_stays)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    void* other = mmap(data + 2 * kPage, kPage, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    REQUIRE(other == data + 2 * kPage);
    data[2 * kPage] = 'x';
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(data[2 * kPage], 'x');
    EXPECT_EQ(segment.attaches(), 0u);
    munmap(other, kPage);
}

TEST(an_attachment_without_its_beginning_is_detached_by_its_old_address)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    REQUIRE_EQ(munmap(data, 3 * kPage), 0);
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_ERR(sysv::shmdt(data + 3 * kPage), EINVAL);
    EXPECT_OK(sysv::shmdt(data));
    EXPECT_EQ(segment.attaches(), 0u);
    attachment.forget();
}

TEST(an_attachment_without_its_end_is_detached)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    REQUIRE_EQ(munmap(attachment.page(2), 4 * kPage), 0);
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(munmap_of_the_whole_attachment_detaches)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    attachment.forget();
    REQUIRE_EQ(munmap(data, kPages * kPage), 0);
    EXPECT_EQ(segment.attaches(), 0u);
    EXPECT_ERR(sysv::shmdt(data), EINVAL);
}

TEST(a_mapping_of_another_segment_in_the_hole_stays)
{
    const Segment segment { kPages * kPage };
    const Segment other { kPage };
    Attachment attachment { segment };
    char* data = attachment.data();
    Attachment guest { other, SHM_REMAP, data + 2 * kPage };
    guest[0] = 'x';
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(guest[0], 'x');
    EXPECT_EQ(segment.attaches(), 0u);
    EXPECT_EQ(other.attaches(), 1u);
    EXPECT_OK(guest.detach());
}

TEST(a_page_of_another_attachment_of_the_same_segment_in_the_hole_stays)
{
    const Segment segment { kPages * kPage };
    Attachment attachment { segment };
    Attachment other { segment };
    char* hole = attachment.page(2);
    *hole = 'x';
    REQUIRE_EQ(munmap(hole, kPage), 0);
    REQUIRE(mremap(other.page(2), kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, hole) == hole);
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(*hole, 'x');
    EXPECT_EQ(munmap(hole, kPage), 0);
    EXPECT_OK(other.detach());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_moved_attachment_is_detached_by_its_new_address)
{
    const Segment segment { 2 * kPage };
    Attachment attachment { segment };
    attachment[0] = 'x';
    char* old = attachment.data();
    Hole hole { 2 * kPage };
    char* place = hole.open();
    REQUIRE(mremap(old, 2 * kPage, 2 * kPage, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
    attachment.forget();
    EXPECT_EQ(place[0], 'x');
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_ERR(sysv::shmdt(old), EINVAL);
    EXPECT_OK(sysv::shmdt(place));
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_reader_can_detach)
{
    const Segment segment;
    Attachment attachment { segment, SHM_RDONLY };
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(detaching_needs_no_permission)
{
    const Segment segment;
    Attachment attachment { segment };
    REQUIRE_OK(segment.set_mode(0));
    borrow(kAlice);
    const auto detached = attachment.detach();
    return_to_root();
    EXPECT_OK(detached);
}

TEST(detaching_records_the_process_and_the_time)
{
    const Segment segment;
    Attachment attachment { segment };
    const auto before = segment.stat();
    wait_for_second_after(before.atime);
    REQUIRE_OK(attachment.detach());
    const auto stat = segment.stat();
    EXPECT(stat.dtime > before.atime);
    EXPECT_EQ(stat.atime, before.atime);
    EXPECT_EQ(stat.ctime, before.ctime);
    EXPECT_EQ(stat.lpid, getpid());
}

TEST(a_childs_detaching_leaves_the_parents_attachment)
{
    const Segment segment;
    const Attachment attachment { segment };
    in_a_process([&] {
        EXPECT_EQ(segment.attaches(), 2u);
        EXPECT_OK(sysv::shmdt(attachment.data()));
        EXPECT_EQ(segment.attaches(), 1u);
        EXPECT_ERR(sysv::shmdt(attachment.data()), EINVAL);
    });
    attachment[0] = 'x';
    EXPECT_EQ(segment.attaches(), 1u);
}

} // namespace
