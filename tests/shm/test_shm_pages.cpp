// SPDX-License-Identifier: GPL-2.0
/*
 * How the rest of the kernel treats the pages of an attachment: where they end, core dumps,
 * userfaultfd, transparent huge pages.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace {

constexpr std::size_t kHugePage = 2 << 20;

TEST(bytes_beyond_the_size_but_in_its_last_page_can_be_used)
{
    const Segment segment { 100 };
    const Attachment attachment { segment };
    attachment[kPage - 1] = 'x';
    const Attachment again { segment };
    EXPECT_EQ(again[kPage - 1], 'x');
}

TEST(the_page_after_the_last_one_is_not_part_of_it)
{
    const Segment segment { 100 };
    Hole hole { 2 * kPage };
    char* place = hole.open();
    const Attachment attachment { segment, 0, place };
    EXPECT_EQ(signal_of([&] { place[kPage] = 'x'; }), SIGSEGV);
}

// A file of the kernel that has other contents for as long as the object lives.
class Setting {
public:
    Setting(const char* file, const std::string& value) : file_ { file }
    {
        const auto before = read_file(file);
        if (!before)
            harness::skip(std::string { "the kernel has no " } + file);
        // One of several words is in brackets where those are the choice.
        const auto open = before->find('[');
        const auto begin = open == std::string::npos ? 0 : open + 1;
        before_ = before->substr(begin, before->find_first_of("]\n", begin) - begin);
        REQUIRE(write_file(file, value));
    }
    ~Setting() { (void)write_file(file_, before_); }

private:
    const char* file_;
    std::string before_;
};

// Bytes that exist only in the segment.
char dumped_byte(std::size_t i)
{
    return static_cast<char>(i * 37 % 251 + 1);
}

TEST(a_core_dump_contains_attached_segments)
{
    constexpr std::size_t kBytes = 3000;
    const Setting pattern { "/proc/sys/kernel/core_pattern", "/tmp/core-of-segment" };
    const Setting uses_pid { "/proc/sys/kernel/core_uses_pid", "0" };
    const Segment segment;
    const int signal = signal_of([&] {
        const rlimit unlimited { RLIM_INFINITY, RLIM_INFINITY };
        REQUIRE_EQ(setrlimit(RLIMIT_CORE, &unlimited), 0);
        const Attachment attachment { segment };
        for (std::size_t i = 0; i < kBytes; ++i)
            attachment[i] = dumped_byte(i);
        std::abort();
    });
    EXPECT_EQ(signal, SIGABRT);
    EXPECT_EQ(segment.attaches(), 0u);
    const auto core = read_file("/tmp/core-of-segment");
    REQUIRE(core.has_value());
    std::string wanted(kBytes, '\0');
    for (std::size_t i = 0; i < kBytes; ++i)
        wanted[i] = dumped_byte(i);
    EXPECT(core->find(wanted) != std::string::npos);
    EXPECT_EQ(unlink("/tmp/core-of-segment"), 0);
}

// Linux checks a mapping's operations, and treats those of its own attachments and the module's alike.
TEST(userfaultfd_does_not_take_an_attachment)
{
    const auto made = Outcome::of(syscall(SYS_userfaultfd, O_CLOEXEC));
    if (made.failed_with(ENOSYS))
        harness::skip("the kernel has no userfaultfd");
    const int fd = static_cast<int>(REQUIRE_OK(made));
    uffdio_api api { .api = UFFD_API, .features = 0, .ioctls = 0 };
    REQUIRE_EQ(ioctl(fd, UFFDIO_API, &api), 0);
    const Segment segment;
    const Attachment attachment { segment };
    uffdio_register range {};
    range.range.start = reinterpret_cast<std::uintptr_t>(attachment.data());
    range.range.len = kPage;
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    errno = 0;
    EXPECT_EQ(ioctl(fd, UFFDIO_REGISTER, &range), -1);
    EXPECT_EQ(errno, EINVAL);
    close(fd);
    attachment[0] = 'x';
}

// Whether the kernel has a huge page left for memory that it shares without our doing.
bool is_huge_page_there()
{
    constexpr std::size_t kSize = 3 * kHugePage;
    void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto* middle = static_cast<char*>(memory);
    middle += kHugePage - reinterpret_cast<std::uintptr_t>(middle) % kHugePage;
    *middle = 'x';
    unsigned char resident[2] {};
    REQUIRE_EQ(mincore(middle + kHugePage - 2 * kPage, 2 * kPage, resident), 0);
    munmap(memory, kSize);
    return (resident[0] & resident[1] & 1) != 0;
}

TEST(a_touch_allocates_a_huge_page_where_shmem_enabled_allows_it)
{
    const Setting always { "/sys/kernel/mm/transparent_hugepage/shmem_enabled", "always" };
    if (!is_huge_page_there())
        harness::skip("the machine has no huge page left");
    const Segment segment { 2 * kHugePage };
    Hole hole { 3 * kHugePage };
    char* place = hole.open();
    place += kHugePage - reinterpret_cast<std::uintptr_t>(place) % kHugePage;
    const Attachment attachment { segment, 0, place };
    attachment[kHugePage + 7] = 'x';
    EXPECT_EQ(find_segment_row(segment.id())->rss, kHugePage);
    EXPECT_EQ(shm_usage().shm_rss, kHugePage / kPage);
    const Attachment again { segment, SHM_RDONLY };
    EXPECT_EQ(again[kHugePage + 7], 'x');
}

TEST(a_segment_of_many_pages_can_be_attached_anywhere)
{
    for (const std::size_t size : { kHugePage - kPage, kHugePage, 5 * kHugePage + 1 }) {
        const Segment segment { size };
        const Attachment attachment { segment };
        const Attachment reader { segment, SHM_RDONLY };
        attachment[size - 1] = 'x';
        EXPECT_EQ(reader[size - 1], 'x');
    }
}

} // namespace
