// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/sysvipc/msg in pieces of every size, from every position, and while queues change.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_file.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <random>
#include <set>

namespace {

TEST(reads_of_any_size_give_the_same_text)
{
    const std::vector<Queue> queues(60);
    const auto whole = read_file(kProcMsg);
    REQUIRE(whole.has_value());
    for (const std::size_t size : { 1, 2, 3, 7, 64, 126, 127, 128, 1000, 4095, 4096, 4097, 65536 })
        EXPECT(read_file(kProcMsg, size) == whole);
}

TEST(reads_of_random_sizes_give_the_same_text)
{
    const std::vector<Queue> queues(60);
    const auto whole = read_file(kProcMsg);
    std::mt19937 random { 77 };
    for (int round = 0; round < 30; ++round)
        EXPECT(ProcFile {}.read_rest([&] { return 1 + random() % 500; }) == whole);
}

TEST(a_file_longer_than_any_buffer_is_read_whole)
{
    const std::vector<Queue> queues(2000);
    const auto text = read_file(kProcMsg);
    REQUIRE(text.has_value());
    EXPECT(text->size() > 200'000);
    EXPECT(parse_rows(*text).size() >= queues.size());
    EXPECT(read_file(kProcMsg, 100) == text);
}

TEST(the_end_of_the_file_stays_the_end)
{
    const Queue queue;
    const ProcFile file;
    (void)file.read_rest();
    EXPECT_EQ(file.read_once(100), "");
    EXPECT_EQ(file.read_once(1), "");
}

TEST(rewinding_shows_the_present_state)
{
    const ProcFile file;
    const auto before = file.read_rest();
    const Queue queue;
    EXPECT_EQ(lseek(file.fd(), 0, SEEK_SET), 0);
    const auto after = file.read_rest();
    EXPECT(after == before + row_from_stat(queue.id()) + '\n' || after == read_file(kProcMsg));
    EXPECT(after != before);
}

TEST(seeking_to_any_offset_continues_there)
{
    const std::vector<Queue> queues(50);
    const auto whole = read_file(kProcMsg);
    REQUIRE(whole.has_value());
    const ProcFile file;
    std::mt19937 random { 99 };
    for (int round = 0; round < 200; ++round) {
        const std::size_t offset = random() % (whole->size() + 1);
        EXPECT_EQ(lseek(file.fd(), static_cast<off_t>(offset), SEEK_SET), offset);
        const auto piece = file.read_once(1 + random() % 400);
        EXPECT(whole->compare(offset, piece.size(), piece) == 0);
        EXPECT(!piece.empty() || offset == whole->size());
        EXPECT_EQ(lseek(file.fd(), 0, SEEK_CUR), offset + piece.size());
    }
}

TEST(positioned_reads_give_the_text_at_their_offset)
{
    const std::vector<Queue> queues(50);
    const auto whole = read_file(kProcMsg);
    REQUIRE(whole.has_value());
    const ProcFile file;
    std::mt19937 random { 55 };
    for (int round = 0; round < 200; ++round) {
        const std::size_t offset = random() % whole->size();
        const auto piece = file.read_at(static_cast<off_t>(offset), 1 + random() % 400);
        EXPECT(!piece.empty());
        EXPECT(whole->compare(offset, piece.size(), piece) == 0);
    }
    EXPECT_EQ(lseek(file.fd(), 0, SEEK_CUR), 0);
    EXPECT(file.read_rest() == whole);
}

TEST(reading_beyond_the_end_gives_nothing)
{
    const Queue queue;
    const ProcFile file;
    EXPECT_EQ(file.read_at(1 << 20, 100), "");
    EXPECT_EQ(lseek(file.fd(), 1 << 20, SEEK_SET), 1 << 20);
    EXPECT_EQ(file.read_once(100), "");
}

TEST(seeking_before_the_start_or_from_the_end_is_einval)
{
    const ProcFile file;
    errno = 0;
    EXPECT_EQ(lseek(file.fd(), -1, SEEK_SET), -1);
    EXPECT_EQ(errno, EINVAL);
    errno = 0;
    EXPECT_EQ(lseek(file.fd(), 0, SEEK_END), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST(a_read_into_bad_memory_is_efault_and_loses_nothing)
{
    const std::vector<Queue> queues(5);
    const ProcFile file;
    errno = 0;
    EXPECT_EQ(syscall(SYS_read, file.fd(), kNull, 100), -1);
    EXPECT_EQ(errno, EFAULT);
    EXPECT(file.read_rest() == read_file(kProcMsg));
}

TEST(two_open_files_have_separate_positions)
{
    const std::vector<Queue> queues(5);
    const auto whole = read_file(kProcMsg);
    const ProcFile first;
    const ProcFile second;
    const auto beginning = first.read_once(200);
    EXPECT(second.read_rest() == whole);
    EXPECT(beginning + first.read_rest() == whole);
}

TEST(removing_the_next_row_between_reads_skips_just_that_row)
{
    std::vector<Queue> queues(20);
    std::ranges::sort(queues, {}, [](const Queue& queue) { return sysv::index_of(queue.id()); });
    const auto whole_text = read_file(kProcMsg);
    REQUIRE(whole_text.has_value());
    const auto whole = parse_rows(*whole_text);
    const ProcFile file;
    auto text = file.read_once(whole_text->find('\n') + 1);
    const int removed = queues.front().id();
    REQUIRE_OK(queues.front().remove());
    text += file.read_rest(1);
    const auto rows = parse_rows(text);
    EXPECT_EQ(rows.size(), whole.size() - 1);
    EXPECT_EQ(std::ranges::count(rows, removed, &QueueRow::id), 0);
}

TEST(rows_of_living_queues_appear_once_while_others_are_created_and_removed)
{
    const std::vector<Queue> living(100);
    const Shared<std::atomic<bool>> done;
    std::vector<Actor> churners;
    for (int i = 0; i < 2; ++i)
        churners.emplace_back([&] {
            while (!*done) {
                std::vector<Queue> passing;
                for (int count = 0; count < 30; ++count)
                    passing.emplace_back(0612);
            }
            return Outcome::raw(0);
        });
    std::mt19937 random { 31337 };
    for (int round = 0; round < 60; ++round) {
        const std::size_t step = 1 + random() % 700;
        const auto text = ProcFile {}.read_rest([&] { return 1 + random() % step; });
        std::set<int> ids;
        int last_index = -1;
        for (const auto& row : parse_rows(text)) {
            EXPECT(sysv::index_of(row.id) > last_index);
            last_index = sysv::index_of(row.id);
            ids.insert(row.id);
            EXPECT(row.perms == 0600 || row.perms == 0612);
            EXPECT_EQ(row.key, 0);
        }
        for (const auto& queue : living)
            EXPECT(ids.contains(queue.id()));
    }
    *done = true;
    for (auto& churner : churners)
        EXPECT_OK(churner.join());
}

TEST(reading_under_traffic_shows_consistent_rows)
{
    const Queue queue;
    Actor busy { [&] {
        for (int i = 0; i < 3000; ++i) {
            REQUIRE_OK(queue.send(1, "12345678"));
            REQUIRE_OK(queue.send(1, "12345678"));
            REQUIRE_OK(queue.receive().outcome);
            REQUIRE_OK(queue.receive().outcome);
        }
        return Outcome::raw(0);
    } };
    while (busy.is_running()) {
        const auto row = find_row(queue.id());
        REQUIRE(row.has_value());
        EXPECT_EQ(row->cbytes, row->qnum * 8);
    }
    EXPECT_OK(busy.join());
}

} // namespace
