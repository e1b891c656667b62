// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of segments: it is freed, swapped out, locked in memory, and made of huge pages.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/memory_group.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/swap.h>
#include <sys/mman.h>

namespace {

constexpr std::size_t kMegabyte = 1 << 20;
constexpr std::size_t kHugePage = 2 * kMegabyte;

// A line of /proc/meminfo, in kB.
std::optional<long> meminfo(std::string_view name)
{
    const auto text = read_file("/proc/meminfo");
    REQUIRE(text.has_value());
    for (const auto& line : split_lines(*text)) {
        if (line.starts_with(name))
            return std::stol(line.substr(name.size()));
    }
    return std::nullopt;
}

long shmem_kilobytes()
{
    return *meminfo("Shmem:");
}

// The kernel counts shared pages for each CPU for itself, and adds up now and then.
constexpr long kCountingError = 2048;

TEST(the_memory_of_a_removed_segment_is_freed_when_the_call_returns)
{
    const auto before = shmem_kilobytes();
    for (int round = 0; round < 8; ++round) {
        const Segment segment { 16 * kMegabyte };
        const Attachment attachment { segment };
        std::memset(attachment.data(), 1, 16 * kMegabyte);
    }
    EXPECT(shmem_kilobytes() < before + kCountingError);
}

TEST(the_memory_of_a_marked_segment_is_freed_with_the_last_detachment)
{
    const auto before = shmem_kilobytes();
    const Segment segment { 16 * kMegabyte };
    Attachment first { segment };
    Attachment second { segment };
    std::memset(first.data(), 1, 16 * kMegabyte);
    EXPECT(shmem_kilobytes() > before + 16 * 1024 - kCountingError);
    REQUIRE_OK(segment.mark());
    REQUIRE_OK(first.detach());
    EXPECT(shmem_kilobytes() > before + 16 * 1024 - kCountingError);
    REQUIRE_OK(second.detach());
    EXPECT(shmem_kilobytes() < before + kCountingError);
}

TEST(the_memory_of_a_dead_processs_marked_segment_is_freed)
{
    const auto before = shmem_kilobytes();
    in_a_process([] {
        const Segment segment { 16 * kMegabyte };
        const auto data =
            reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0)));
        std::memset(data, 1, 16 * kMegabyte);
        REQUIRE_OK(segment.mark());
    });
    EXPECT(shmem_kilobytes() < before + kCountingError);
}

// Swap on a RAM disk.
class Swap {
public:
    Swap()
    {
        if (access("/dev/ram0", W_OK) != 0)
            harness::skip("there is no RAM disk to swap to");
        format_swap();
        REQUIRE_EQ(swapon("/dev/ram0", 0), 0);
    }
    ~Swap() { EXPECT_EQ(swapoff("/dev/ram0"), 0); }
    Swap(const Swap&) = delete;
    Swap& operator=(const Swap&) = delete;

private:
    static void format_swap()
    {
        // The header of mkswap(8) in the first page.
        struct Header {
            char boot[1024];
            std::uint32_t version;
            std::uint32_t last_page;
            std::uint32_t bad_pages;
            char rest[4096 - 1024 - 12 - 10];
            char magic[10];
        };
        static_assert(sizeof(Header) == 4096);
        Header header {};
        const int fd = open("/dev/ram0", O_RDWR | O_CLOEXEC);
        REQUIRE(fd >= 0);
        const off_t size = lseek(fd, 0, SEEK_END);
        header.version = 1;
        header.last_page = static_cast<std::uint32_t>(size / 4096 - 1);
        std::memcpy(header.magic, "SWAPSPACE2", sizeof(header.magic));
        REQUIRE_EQ(pwrite(fd, &header, sizeof(header), 0), 4096);
        close(fd);
    }
};

TEST(segments_are_swapped_out_and_come_back)
{
    const Swap swap;
    const MemoryGroup group;
    in_a_process([&] {
        group.enter();
        const Segment segment { 2 * kMegabyte };
        const Attachment attachment { segment };
        for (std::size_t i = 0; i < 2 * kMegabyte; i += kPage)
            attachment[i] = static_cast<char>(i / kPage);
        EXPECT_EQ(find_segment_row(segment.id())->rss, 2 * kMegabyte);
        group.reclaim(2 * kMegabyte);
        const auto row = find_segment_row(segment.id());
        EXPECT(row->swap > 0);
        EXPECT_EQ(shm_usage().shm_swp, row->swap / kPage);
        for (std::size_t i = 0; i < 2 * kMegabyte; i += kPage)
            REQUIRE_EQ(attachment[i], static_cast<char>(i / kPage));
    });
}

TEST(locked_segments_stay_in_memory)
{
    const Swap swap;
    const MemoryGroup group;
    in_a_process([&] {
        group.enter();
        const Segment segment { 2 * kMegabyte };
        const Attachment attachment { segment };
        std::memset(attachment.data(), 1, 2 * kMegabyte);
        REQUIRE_OK(segment.lock());
        group.reclaim(2 * kMegabyte);
        EXPECT_EQ(find_segment_row(segment.id())->swap, 0u);
        EXPECT_EQ(find_segment_row(segment.id())->rss, 2 * kMegabyte);
        REQUIRE_OK(segment.unlock());
        group.reclaim(2 * kMegabyte);
        EXPECT(find_segment_row(segment.id())->swap > 0);
    });
}

// Huge pages set aside for as long as the object lives.
class HugePages {
public:
    explicit HugePages(int count)
    {
        if (!read_file(kFile))
            harness::skip("the kernel has no huge pages");
        REQUIRE(write_file(kFile, std::to_string(count)));
        if (read_file(kFile) != std::to_string(count) + '\n')
            harness::skip("the machine has no room for huge pages");
    }
    ~HugePages() { (void)write_file(kFile, "0"); }

private:
    static constexpr const char* kFile = "/proc/sys/vm/nr_hugepages";
};

TEST(a_segment_of_huge_pages_works)
{
    const HugePages two { 2 };
    Segment segment { kHugePage + 1, SHM_HUGETLB | 0600 };
    EXPECT_EQ(segment.stat().segsz, kHugePage + 1);
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
    Attachment attachment { segment };
    EXPECT_EQ(reinterpret_cast<unsigned long>(attachment.data()) % kHugePage, 0u);
    attachment[2 * kHugePage - 1] = 'x';
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_EQ(find_segment_row(segment.id())->rss, kHugePage);
    EXPECT_OK(segment.lock());
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
    EXPECT_OK(segment.unlock());
    in_a_process([&] {
        EXPECT_EQ(segment.attaches(), 2u);
        EXPECT_EQ(attachment[2 * kHugePage - 1], 'x');
    });
    EXPECT_OK(attachment.detach());
    EXPECT_OK(segment.remove());
    EXPECT_EQ(*meminfo("HugePages_Free:"), 2);
}

TEST(more_huge_pages_than_there_are_is_enomem)
{
    const HugePages one { 1 };
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 2 * kHugePage, SHM_HUGETLB | 0600), ENOMEM);
}

TEST(huge_pages_of_a_named_size)
{
    const HugePages one { 1 };
    const Segment segment { kHugePage, SHM_HUGETLB | 21 << SHM_HUGE_SHIFT | 0600 };
    Attachment attachment { segment };
    attachment[0] = 'x';
}

TEST(huge_pages_of_a_size_that_does_not_exist_are_einval)
{
    for (const int log : { 1, 12, 20, 40, 63 })
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, kPage,
                                SHM_HUGETLB
                                    | static_cast<int>(static_cast<unsigned>(log) << SHM_HUGE_SHIFT)
                                    | 0600),
                   EINVAL);
}

TEST(huge_pages_need_permission)
{
    const HugePages one { 1 };
    EXPECT_ERR(
        play(kAlice, [] { return sysv::shmget(IPC_PRIVATE, kHugePage, SHM_HUGETLB | 0600); }),
        EPERM);
}

TEST(a_mapping_of_huge_pages_is_split_at_huge_pages_only)
{
    if (access("/proc/lockdep", F_OK) == 0)
        harness::skip(
            "splitting a mapping of huge pages, whoever does it, Linux 6.1 asserts a lock "
            "that it takes a few lines later");
    const HugePages two { 2 };
    const Segment segment { 2 * kHugePage, SHM_HUGETLB | 0600 };
    Attachment attachment { segment };
    EXPECT(munmap(attachment.data(), kPage) != 0 && errno == EINVAL);
    EXPECT_EQ(munmap(attachment.data(), kHugePage), 0);
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_OK(attachment.detach());
    EXPECT_EQ(segment.attaches(), 0u);
}

} // namespace
