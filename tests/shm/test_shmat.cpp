// SPDX-License-Identifier: GPL-2.0
/*
 * shmat(2): the bytes, access rights, errors, and what is recorded (addresses: test_shmat_address.cpp).
 */
#include "lib/actor.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/harness.hpp"
#include "lib/machine.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <sys/mman.h>
#include <sys/resource.h>
#include <vector>

namespace {

constexpr int kCopies = 100;

TEST(two_attachments_show_the_same_bytes)
{
    const Segment segment { 2 * kPage };
    const Attachment first { segment };
    const Attachment second { segment };
    EXPECT(first.data() != second.data());
    std::strcpy(first.page(1), "text");
    EXPECT(std::strcmp(second.page(1), "text") == 0);
    second[0] = 'x';
    EXPECT_EQ(first[0], 'x');
}

TEST(processes_share_the_bytes)
{
    const Segment segment;
    const Attachment mine { segment };
    in_a_process([&] {
        const Attachment its { segment };
        std::strcpy(its.data(), "from the child");
    });
    EXPECT(std::strcmp(mine.data(), "from the child") == 0);
}

TEST(the_bytes_outlive_every_attachment)
{
    const Segment segment;
    {
        const Attachment first { segment };
        first[7] = 'x';
    }
    const Attachment second { segment };
    EXPECT_EQ(second[7], 'x');
}

TEST(a_reader_cannot_write)
{
    const Segment segment;
    const Attachment attachment { segment, SHM_RDONLY };
    EXPECT_EQ(attachment[0], 0);
    EXPECT_EQ(signal_of([&] { attachment[0] = 'x'; }), SIGSEGV);
    EXPECT_EQ(attachment[0], 0);
}

TEST(a_reader_sees_the_writes_of_others)
{
    const Segment segment;
    const Attachment reader { segment, SHM_RDONLY };
    const Attachment writer { segment };
    writer[5] = 'x';
    EXPECT_EQ(reader[5], 'x');
}

TEST(a_reader_cannot_become_a_writer)
{
    const Segment segment;
    const Attachment attachment { segment, SHM_RDONLY };
    EXPECT_EQ(mprotect(attachment.data(), kPage, PROT_READ | PROT_WRITE), -1);
    EXPECT_EQ(errno, EACCES);
    EXPECT_EQ(mprotect(attachment.data(), kPage, PROT_NONE), 0);
    EXPECT_EQ(mprotect(attachment.data(), kPage, PROT_READ), 0);
}

TEST(a_writer_can_become_a_reader_and_back)
{
    const Segment segment;
    const Attachment attachment { segment };
    REQUIRE_EQ(mprotect(attachment.data(), kPage, PROT_READ), 0);
    EXPECT_EQ(signal_of([&] { attachment[0] = 'x'; }), SIGSEGV);
    REQUIRE_EQ(mprotect(attachment.data(), kPage, PROT_READ | PROT_WRITE), 0);
    attachment[0] = 'x';
}

TEST(shm_exec_makes_it_executable)
{
    const Segment segment { kPage, 0700 };
    const Attachment attachment { segment, SHM_EXEC };
    std::memcpy(attachment.data(), machine::kReturn7, sizeof(machine::kReturn7));
    __builtin___clear_cache(attachment.data(), attachment.data() + sizeof(machine::kReturn7));
    EXPECT_EQ(reinterpret_cast<int (*)()>(attachment.data())(), 7);
}

TEST(without_shm_exec_it_is_not_executable)
{
    const Segment segment { kPage, 0700 };
    const Attachment attachment { segment };
    std::memcpy(attachment.data(), machine::kReturn7, sizeof(machine::kReturn7));
    EXPECT_EQ(signal_of([&] { reinterpret_cast<int (*)()>(attachment.data())(); }), SIGSEGV);
}

TEST(a_negative_id_is_einval)
{
    EXPECT_ERR(sysv::shmat(-1, nullptr, 0), EINVAL);
    EXPECT_ERR(sysv::shmat(-1, at(1), 0), EINVAL);
}

TEST(an_unused_id_is_einval)
{
    Segment segment;
    const int id = segment.id();
    REQUIRE_OK(segment.remove());
    EXPECT_ERR(sysv::shmat(id, nullptr, 0), EINVAL);
    EXPECT_ERR(sysv::shmat(0x7fffffff, nullptr, 0), EINVAL);
}

TEST(an_id_with_another_sequence_number_is_einval)
{
    const Segment segment;
    EXPECT_ERR(sysv::shmat(segment.id() ^ 1 << sysv::kIndexBits, nullptr, 0), EINVAL);
}

TEST(a_bad_address_comes_before_a_bad_id)
{
    EXPECT_ERR(sysv::shmat(0x7fffffff, at(1), 0), EINVAL);
    const Segment segment { kPage, 0 };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), at(1), 0); }), EINVAL);
}

TEST(eacces_comes_before_a_taken_address)
{
    const Segment segment { kPage, 0 };
    const Hole hole { kPage };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), hole.data(), 0); }), EACCES);
}

TEST(reading_needs_the_bit_for_reading_alone)
{
    const Segment segment { kPage, 0604 };
    EXPECT_OK(play(kAlice, [&] {
        const auto got = sysv::shmat(segment.id(), nullptr, SHM_RDONLY);
        return got.ok() ? sysv::shmdt(at(static_cast<unsigned long>(got.value()))) : got;
    }));
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), nullptr, 0); }), EACCES);
    EXPECT_ERR(
        play(kAlice, [&] { return sysv::shmat(segment.id(), nullptr, SHM_RDONLY | SHM_EXEC); }),
        EACCES);
}

TEST(writing_needs_the_bit_for_reading_too)
{
    const Segment segment { kPage, 0602 };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), nullptr, 0); }), EACCES);
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), nullptr, SHM_RDONLY); }),
               EACCES);
}

TEST(executing_needs_the_bit_for_executing_too)
{
    const Segment segment { kPage, 0606 };
    EXPECT_ERR(play(kAlice, [&] { return sysv::shmat(segment.id(), nullptr, SHM_EXEC); }), EACCES);
    REQUIRE_OK(segment.set_mode(0607));
    EXPECT_OK(play(kAlice, [&] { return sysv::shmat(segment.id(), nullptr, SHM_EXEC); }));
}

TEST(a_limit_on_address_space_is_enomem)
{
    const Segment segment { 64 * kPage };
    in_a_process([&] {
        const rlimit little { 4 * kPage, 4 * kPage };
        REQUIRE_EQ(setrlimit(RLIMIT_AS, &little), 0);
        EXPECT_ERR(sysv::shmat(segment.id(), nullptr, 0), ENOMEM);
        EXPECT_ERR(sysv::shmat(segment.id(), nullptr, SHM_RDONLY), ENOMEM);
    });
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(unknown_flags_are_ignored)
{
    const Segment segment;
    const Attachment attachment { segment, 0x10000 | 07 };
    attachment[0] = 'x';
}

TEST(a_process_can_attach_many_times)
{
    const Segment segment;
    std::vector<const void*> addresses;
    for (int i = 0; i < kCopies; ++i)
        addresses.push_back(at(static_cast<unsigned long>(
            REQUIRE_OK(sysv::shmat(segment.id(), nullptr, i % 2 ? SHM_RDONLY : 0)))));
    EXPECT_EQ(segment.attaches(), static_cast<unsigned>(kCopies));
    for (const void* address : addresses)
        EXPECT_OK(sysv::shmdt(address));
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(attaching_records_the_process_and_the_time)
{
    const Segment segment;
    const auto made = segment.stat();
    wait_for_second_after(made.ctime);
    const Attachment attachment { segment };
    const auto stat = segment.stat();
    EXPECT(stat.atime > made.ctime);
    EXPECT_EQ(stat.dtime, 0);
    EXPECT_EQ(stat.ctime, made.ctime);
    EXPECT_EQ(stat.lpid, getpid());
    EXPECT_EQ(stat.nattch, 1u);
}

TEST(a_refused_attachment_records_nothing)
{
    const Segment segment;
    const Hole hole { kPage };
    EXPECT_ERR(sysv::shmat(segment.id(), hole.data(), 0), EINVAL);
    const auto stat = segment.stat();
    EXPECT_EQ(stat.atime, 0);
    EXPECT_EQ(stat.dtime, 0);
    EXPECT_EQ(stat.lpid, 0);
}

// The old mapping is removed first; that must not remove the segment.
TEST(a_marked_segment_can_be_attached_in_its_own_place)
{
    Segment segment { 2 * kPage };
    Attachment attachment { segment };
    attachment[0] = 'x';
    REQUIRE_OK(segment.mark());
    const Attachment again { segment, SHM_REMAP, attachment.data() };
    attachment.forget();
    EXPECT_EQ(again[0], 'x');
    EXPECT_EQ(segment.attaches(), 1u);
}

} // namespace
