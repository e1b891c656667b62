// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of a process to the mapping of a segment, and their effect on the attach count.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <cstdio>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <thread>

namespace {

TEST(a_fork_increments_the_count_and_its_exit_decrements_it)
{
    const Segment segment;
    const Attachment attachment { segment };
    in_a_process([&] {
        EXPECT_EQ(segment.attaches(), 2u);
        EXPECT_EQ(segment.stat().lpid, getppid());
    });
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(every_attachment_counts_in_a_fork)
{
    const Segment segment;
    const Attachment first { segment };
    const Attachment second { segment, SHM_RDONLY };
    in_a_process([&] { EXPECT_EQ(segment.attaches(), 4u); });
    EXPECT_EQ(segment.attaches(), 2u);
}

TEST(a_killed_process_is_no_longer_counted)
{
    const Segment segment;
    const Attachment attachment { segment };
    Actor victim { [] {
        pause();
        return Outcome::raw(0);
    } };
    victim.wait_asleep_in(kPauseNumber);
    EXPECT_EQ(segment.attaches(), 2u);
    victim.signal(SIGKILL);
    victim.join_killed(SIGKILL);
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT(segment.stat().dtime != 0);
}

TEST(a_mapping_with_dontfork_is_not_counted_in_a_fork)
{
    const Segment segment;
    const Attachment attachment { segment };
    REQUIRE_EQ(madvise(attachment.data(), kPage, MADV_DONTFORK), 0);
    in_a_process([&] {
        EXPECT_EQ(segment.attaches(), 1u);
        EXPECT_ERR(sysv::shmdt(attachment.data()), EINVAL);
    });
    REQUIRE_EQ(madvise(attachment.data(), kPage, MADV_DOFORK), 0);
    in_a_process([&] { EXPECT_EQ(segment.attaches(), 2u); });
}

TEST(an_exec_detaches)
{
    const Segment segment;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        (void)sysv::shmat(segment.id(), nullptr, 0);
        execl("/proc/self/exe", "exe", "--list", nullptr);
        _exit(1);
    }
    int status = 0;
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(segment.attaches(), 0u);
    EXPECT(segment.stat().dtime != 0);
}

TEST(threads_share_an_attachment)
{
    const Segment segment;
    char* data = nullptr;
    std::thread { [&] {
        data = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0)));
    } }.join();
    data[0] = 'x';
    EXPECT_EQ(segment.attaches(), 1u);
    std::thread { [&] { EXPECT_OK(sysv::shmdt(data)); } }.join();
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_vfork_does_not_count_as_an_attachment)
{
    const Segment segment;
    const Attachment attachment { segment };
    const pid_t child = vfork();
    if (child == 0)
        _exit(0);
    REQUIRE(child > 0);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(segment.attaches(), 1u);
    attachment[0] = 'x';
}

TEST(a_split_counts_each_piece)
{
    const Segment segment { 4 * kPage };
    const Attachment attachment { segment };
    REQUIRE_EQ(mprotect(attachment.page(1), kPage, PROT_READ), 0);
    EXPECT_EQ(segment.attaches(), 3u);
    REQUIRE_EQ(munmap(attachment.page(3), kPage), 0);
    EXPECT_EQ(segment.attaches(), 3u);
    REQUIRE_EQ(munmap(attachment.page(0), 2 * kPage), 0);
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(a_forked_split_counts_each_piece)
{
    const Segment segment { 4 * kPage };
    const Attachment attachment { segment };
    REQUIRE_EQ(munmap(attachment.page(1), kPage), 0);
    in_a_process([&] { EXPECT_EQ(segment.attaches(), 4u); });
    EXPECT_EQ(segment.attaches(), 2u);
}

TEST(the_last_piece_keeps_a_marked_segment)
{
    const Segment segment { 3 * kPage };
    Attachment attachment { segment };
    attachment.page(2)[0] = 'x';
    REQUIRE_OK(segment.mark());
    REQUIRE_EQ(munmap(attachment.page(0), 2 * kPage), 0);
    EXPECT(segment_exists(segment.id()));
    EXPECT_EQ(attachment.page(2)[0], 'x');
    REQUIRE_EQ(munmap(attachment.page(2), kPage), 0);
    EXPECT(!segment_exists(segment.id()));
    attachment.forget();
}

TEST(a_mapping_can_grow_but_not_beyond_the_segment)
{
    const Segment segment { kPage };
    Attachment attachment { segment };
    attachment[0] = 'x';
    void* grown = mremap(attachment.data(), kPage, 3 * kPage, MREMAP_MAYMOVE);
    REQUIRE(grown != MAP_FAILED);
    attachment.forget();
    char* data = static_cast<char*>(grown);
    EXPECT_EQ(data[0], 'x');
    EXPECT_EQ(signal_of([&] { data[kPage] = 'x'; }), SIGBUS);
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_OK(sysv::shmdt(data));
    // shmdt() searches the segment's own size; the rest is unmapped when the process exits.
    munmap(data, 3 * kPage);
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_mapping_can_shrink)
{
    const Segment segment { 3 * kPage };
    Attachment attachment { segment };
    REQUIRE(mremap(attachment.data(), 3 * kPage, kPage, 0) == attachment.data());
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(a_mapping_can_be_doubled)
{
    // An old size of 0 asks for a second mapping of the same pages.
    const Segment segment { kPage };
    const Attachment attachment { segment };
    attachment[0] = 'x';
    void* second = mremap(attachment.data(), 0, kPage, MREMAP_MAYMOVE);
    REQUIRE(second != MAP_FAILED);
    EXPECT_EQ(static_cast<char*>(second)[0], 'x');
    EXPECT_EQ(segment.attaches(), 2u);
    EXPECT_OK(sysv::shmdt(second));
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(pages_can_be_rearranged)
{
    const Segment segment { 2 * kPage };
    const Attachment attachment { segment };
    attachment.page(0)[0] = '0';
    attachment.page(1)[0] = '1';
    REQUIRE_EQ(syscall(SYS_remap_file_pages, attachment.data(), kPage, 0, 1, 0), 0);
    EXPECT_EQ(attachment.page(0)[0], '1');
    EXPECT_EQ(attachment.page(1)[0], '1');
    EXPECT_EQ(segment.attaches(), 2u);
}

TEST(maps_shows_key_and_id)
{
    const key_t key = unused_segment_key();
    const Segment segment { 2 * kPage, 0600, key };
    const Attachment attachment { segment };
    const auto line = map_line_at(attachment.data());
    char name[32];
    std::snprintf(name, sizeof(name), "/SYSV%08x (deleted)", static_cast<unsigned>(key));
    EXPECT(line.ends_with(name));
    EXPECT(line.find(" rw-s 00000000 ") != std::string::npos);
    EXPECT(line.find(' ' + std::to_string(segment.id()) + ' ') != std::string::npos);
}

TEST(maps_shows_a_readers_rights_and_a_private_key)
{
    const Segment segment;
    const Attachment attachment { segment, SHM_RDONLY };
    const auto line = map_line_at(attachment.data());
    EXPECT(line.find(" r--s ") != std::string::npos);
    EXPECT(line.ends_with("/SYSV00000000 (deleted)"));
}

TEST(smaps_shows_resident_pages)
{
    const Segment segment { 4 * kPage };
    const Attachment attachment { segment };
    attachment.page(0)[0] = attachment.page(1)[0] = 'x';
    const auto text = read_file("/proc/self/smaps");
    if (!text)
        harness::skip("the kernel has no /proc/PID/smaps");
    const auto at = text->find(map_line_at(attachment.data()));
    REQUIRE(at != std::string::npos);
    EXPECT(text->find("Size:                 16 kB\n", at) < at + 200);
    EXPECT(text->find("Rss:                   8 kB\n", at) < at + 400);
}

TEST(mincore_sees_the_pages)
{
    const Segment segment { 3 * kPage };
    const Attachment attachment { segment };
    attachment.page(1)[0] = 'x';
    unsigned char resident[3] {};
    REQUIRE_EQ(mincore(attachment.data(), 3 * kPage, resident), 0);
    EXPECT_EQ(resident[0] & 1, 0);
    EXPECT_EQ(resident[1] & 1, 1);
    EXPECT_EQ(resident[2] & 1, 0);
}

TEST(another_process_can_read_and_write_it)
{
    const Segment segment;
    const Attachment attachment { segment };
    std::strcpy(attachment.data(), "mine");
    Actor other { [] {
        pause();
        return Outcome::raw(0);
    } };
    other.wait_asleep_in(kPauseNumber);
    char text[5] {};
    const iovec here { text, sizeof(text) };
    const iovec there { attachment.data(), sizeof(text) };
    const auto got = process_vm_readv(other.pid(), &here, 1, &there, 1, 0);
    if (got < 0 && errno == ENOSYS)
        harness::skip("the kernel has no process_vm_readv()");
    EXPECT_EQ(got, 5);
    EXPECT(std::strcmp(text, "mine") == 0);
    std::strcpy(text, "its");
    EXPECT_EQ(process_vm_writev(other.pid(), &here, 1, &there, 1, 0), 5);
    EXPECT(std::strcmp(attachment.data(), "its") == 0);
}

TEST(madv_dontneed_keeps_the_bytes)
{
    const Segment segment { 2 * kPage };
    const Attachment attachment { segment };
    attachment[0] = 'x';
    REQUIRE_EQ(madvise(attachment.data(), 2 * kPage, MADV_DONTNEED), 0);
    EXPECT_EQ(attachment[0], 'x');
}

TEST(madv_remove_drops_the_bytes)
{
    const Segment segment { 2 * kPage };
    const Attachment attachment { segment };
    const Attachment other { segment };
    attachment.page(0)[0] = attachment.page(1)[0] = 'x';
    REQUIRE_EQ(madvise(attachment.data(), kPage, MADV_REMOVE), 0);
    EXPECT_EQ(other.page(0)[0], 0);
    EXPECT_EQ(other.page(1)[0], 'x');
}

TEST(a_reader_cannot_drop_pages)
{
    const Segment segment;
    const Attachment attachment { segment, SHM_RDONLY };
    EXPECT_EQ(madvise(attachment.data(), kPage, MADV_REMOVE), -1);
    EXPECT_EQ(errno, EACCES);
}

TEST(msync_and_mlock_work)
{
    const Segment segment { 2 * kPage };
    const Attachment attachment { segment };
    EXPECT_EQ(msync(attachment.data(), 2 * kPage, MS_SYNC), 0);
    EXPECT_EQ(msync(attachment.data(), 2 * kPage, MS_ASYNC | MS_INVALIDATE), 0);
    EXPECT_EQ(mlock(attachment.data(), 2 * kPage), 0);
    EXPECT_EQ(munlock(attachment.data(), 2 * kPage), 0);
}

TEST(after_mlockall_an_attachment_is_resident_at_once)
{
    const Segment segment { 8 * kPage };
    in_a_process([&] {
        REQUIRE_EQ(mlockall(MCL_FUTURE), 0);
        const auto before = shm_usage().shm_rss;
        const Attachment attachment { segment };
        EXPECT_EQ(shm_usage().shm_rss, before + 8);
    });
}

TEST(a_debugger_sees_it)
{
    const Segment segment;
    const Attachment attachment { segment };
    constexpr auto word = static_cast<long>(0x1234567890);
    *reinterpret_cast<long*>(attachment.data()) = word;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        _exit(0);
    }
    int status = 0;
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    errno = 0;
    EXPECT_EQ(ptrace(PTRACE_PEEKDATA, child, attachment.data(), nullptr), word);
    EXPECT_EQ(ptrace(PTRACE_POKEDATA, child, attachment.data(), 77L), 0);
    EXPECT_EQ(*reinterpret_cast<long*>(attachment.data()), 77);
    ptrace(PTRACE_CONT, child, nullptr, nullptr);
    waitpid(child, &status, 0);
}

TEST(a_policy_for_nodes_can_be_set_and_read)
{
    const Segment segment { 2 * kPage };
    const Attachment attachment { segment };
    std::uint64_t nodes = 1; // as many bits as are passed to the call
    constexpr int kBind = 2;
    constexpr unsigned long kOfAddress = 2;
    const long set = syscall(SYS_mbind, attachment.data(), kPage, kBind, &nodes, 64ul, 0ul);
    if (set != 0 && errno == ENOSYS)
        harness::skip("the kernel knows no nodes");
    REQUIRE_EQ(set, 0);
    int mode = -1;
    REQUIRE_EQ(syscall(SYS_get_mempolicy, &mode, nullptr, 0ul, attachment.data(), kOfAddress), 0);
    EXPECT_EQ(mode, kBind);
    // It belongs to the segment, not to this mapping.
    const Attachment other { segment };
    REQUIRE_EQ(syscall(SYS_get_mempolicy, &mode, nullptr, 0ul, other.data(), kOfAddress), 0);
    EXPECT_EQ(mode, kBind);
    attachment[0] = 'x';
}

} // namespace
