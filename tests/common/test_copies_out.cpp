// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that fail with EFAULT because their buffer ends too early: which bytes they leave in the
 * part that exists.  Structures, values and texts are written up to the end; a message's type,
 * which Linux writes with a single store, as a whole or not at all.
 */
#include "lib/guarded_buffer.hpp"
#include "lib/harness.hpp"
#include "lib/machine.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <functional>
#include <sys/mman.h>

namespace {

constexpr std::byte kUntouched { 0xa5 };

using Bytes = std::vector<std::byte>;
using Call = std::function<Outcome(std::byte* buffer)>;

// The contents of a buffer of `room` bytes after `call`.
Bytes left_by(const Call& call, const GuardedBuffer& memory, std::size_t room)
{
    std::byte* const start = memory.with_room_for(room);
    std::fill_n(start, room, kUntouched);
    EXPECT_ERR(call(start), EFAULT);
    return { start, start + room };
}

// Whether a prefix of `expected`, and nothing else, has been written: at least its first `certain` bytes, and as
// much more as the kernel's copies write.
bool is_what_fits(const Bytes& left, const Bytes& expected, std::size_t certain = 0)
{
    const auto [end, unused] = std::mismatch(left.begin(), left.end(), expected.begin());
    const auto written = static_cast<std::size_t>(end - left.begin());
    return left.size() == expected.size() && written >= std::min(certain, left.size())
        && written + machine::kShortCopy >= left.size()
        && std::all_of(end, left.end(), [](std::byte each) { return each == kUntouched; });
}

// `call` writes `size` bytes, the same each time.
void expect_all_that_fits(std::size_t size, const Call& call)
{
    const GuardedBuffer memory;
    std::byte* const start = memory.with_room_for(size);
    std::fill_n(start, size, kUntouched);
    REQUIRE_OK(call(start));
    const Bytes whole { start, start + size };
    for (std::size_t room = 0; room < size; ++room)
        REQUIRE(
            is_what_fits(left_by(call, memory, room),
                         Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(room))));
}

// --- messages

// The part of a message that msgrcv() writes where `room` bytes are writable.
void expect_left_of_message(const Queue& queue, const GuardedBuffer& memory,
                            const std::string& text, std::size_t room)
{
    constexpr long kType = 0x12345678;
    REQUIRE_OK(queue.send(kType, text));
    const Bytes left = left_by(
        [&](std::byte* buffer) {
            return sysv::msgrcv(queue.id(), buffer, text.size(), 0, IPC_NOWAIT);
        },
        memory, room);
    EXPECT_EQ(queue.stat().qnum, 0u);

    Bytes expected(room, kUntouched);
    if (room >= sizeof(kType)) {
        std::memcpy(expected.data(), &kType, sizeof(kType));
        std::memcpy(expected.data() + sizeof(kType), text.data(), room - sizeof(kType));
    }
    const bool is_right = is_what_fits(left, expected, sizeof(kType));
    if (!is_right)
        harness::note("a message of " + std::to_string(text.size()) + " bytes, room for "
                      + std::to_string(room));
    EXPECT(is_right);
}

TEST(msgrcv_writes_the_type_as_a_whole_or_not_at_all)
{
    const Queue queue;
    const GuardedBuffer memory;
    for (const std::size_t size : { 0, 1, 7, 8, 64, 5000 }) {
        for (std::size_t room = 0; room < sizeof(long); ++room)
            expect_left_of_message(queue, memory, pattern(size), room);
    }
}

TEST(msgrcv_writes_as_much_of_the_text_as_fits)
{
    const Queue queue;
    const GuardedBuffer memory;
    const std::string text = pattern(sysv::kDefaultMsgmax);
    // Around the places where texts are cut into pieces, here and in Linux.
    for (const std::size_t end : { 8ul, 4032ul, 4048ul, 4096ul, 8120ul, 8136ul, 8184ul }) {
        for (std::size_t written = end - 8; written < end + 8; ++written)
            expect_left_of_message(queue, memory, text, sizeof(long) + written);
    }
}

TEST(msgctl_writes_as_much_of_a_structure_as_fits)
{
    const Queue queue;
    REQUIRE_OK(queue.send(1, "text"));
    for (const int command : { IPC_STAT, MSG_STAT, MSG_STAT_ANY }) {
        expect_all_that_fits(sizeof(sysv::QueueStat), [&](std::byte* buffer) {
            const int id = command == IPC_STAT ? queue.id() : sysv::index_of(queue.id());
            return sysv::msgctl(id, command, reinterpret_cast<sysv::QueueStat*>(buffer));
        });
    }
    for (const int command : { IPC_INFO, MSG_INFO }) {
        expect_all_that_fits(sizeof(sysv::Info), [&](std::byte* buffer) {
            return sysv::msgctl(0, command, reinterpret_cast<sysv::Info*>(buffer));
        });
    }
}

// --- semaphores

TEST(semctl_writes_as_much_of_a_structure_as_fits)
{
    const SemSet set { 3 };
    for (const int command : { IPC_STAT, SEM_STAT, SEM_STAT_ANY }) {
        expect_all_that_fits(sizeof(sysv::SetStat), [&](std::byte* buffer) {
            const int id = command == IPC_STAT ? set.id() : sysv::index_of(set.id());
            return sysv::semctl(id, 0, command, buffer);
        });
    }
    for (const int command : { IPC_INFO, SEM_INFO }) {
        expect_all_that_fits(sizeof(struct seminfo), [&](std::byte* buffer) {
            return sysv::semctl(0, 0, command, buffer);
        });
    }
}

TEST(getall_writes_as_many_values_as_fit)
{
    // More than are gathered on a stack.
    for (const int count : { 1, 5, 300 }) {
        const SemSet set { count };
        Values values;
        for (int number = 0; number < count; ++number)
            values.push_back(static_cast<unsigned short>(1000 + number));
        REQUIRE_OK(sysv::semctl(set.id(), 0, SETALL, values.data()));
        expect_all_that_fits(values.size() * sizeof(values[0]), [&](std::byte* buffer) {
            return sysv::semctl(set.id(), 0, GETALL, buffer);
        });
    }
}

// --- segments

TEST(shmctl_writes_as_much_of_a_structure_as_fits)
{
    const Segment segment;
    for (const int command : { IPC_STAT, SHM_STAT, SHM_STAT_ANY }) {
        expect_all_that_fits(sizeof(sysv::SegmentStat), [&](std::byte* buffer) {
            const int id = command == IPC_STAT ? segment.id() : sysv::index_of(segment.id());
            return sysv::shmctl(id, command, buffer);
        });
    }
    expect_all_that_fits(sizeof(sysv::ShmLimits),
                         [&](std::byte* buffer) { return sysv::shmctl(0, IPC_INFO, buffer); });
    expect_all_that_fits(sizeof(sysv::ShmUsage),
                         [&](std::byte* buffer) { return sysv::shmctl(0, SHM_INFO, buffer); });
}

// --- the end of user space

#ifdef __LP64__ // 32-bit programs have unmapped pages behind theirs
// Linux looks at the whole range before it writes.
TEST(nothing_is_written_to_a_range_that_leaves_user_space)
{
    constexpr std::size_t kRoom = 8;
    void* const page =
        mmap(reinterpret_cast<void*>(kEndOfUserSpace - kPage), kPage, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    REQUIRE(page != MAP_FAILED);
    std::byte* const end = static_cast<std::byte*>(page) + kPage;
    const auto expect_untouched = [&](std::size_t room, const Call& call) {
        std::fill_n(end - room, room, kUntouched);
        EXPECT_ERR(call(end - room), EFAULT);
        EXPECT(std::all_of(end - kRoom, end, [](std::byte each) { return each == kUntouched; }));
    };
    const Queue queue;
    const SemSet set { 3 };
    const Segment segment;
    expect_untouched(kRoom, [&](std::byte* buffer) {
        return sysv::msgctl(queue.id(), IPC_STAT, reinterpret_cast<sysv::QueueStat*>(buffer));
    });
    for (const int command : { IPC_INFO, MSG_INFO })
        expect_untouched(kRoom, [&](std::byte* buffer) {
            return sysv::msgctl(0, command, reinterpret_cast<sysv::Info*>(buffer));
        });
    expect_untouched(
        kRoom, [&](std::byte* buffer) { return sysv::semctl(set.id(), 0, IPC_STAT, buffer); });
    for (const int command : { IPC_INFO, SEM_INFO })
        expect_untouched(kRoom,
                         [&](std::byte* buffer) { return sysv::semctl(0, 0, command, buffer); });
    expect_untouched(
        kRoom, [&](std::byte* buffer) { return sysv::shmctl(segment.id(), IPC_STAT, buffer); });
    for (const int command : { IPC_INFO, SHM_INFO })
        expect_untouched(kRoom,
                         [&](std::byte* buffer) { return sysv::shmctl(0, command, buffer); });
    // The text of a message, behind a type that fits.
    for (const std::size_t size : { kRoom + 1, std::size_t { 4000 } }) {
        REQUIRE_OK(queue.send(1, pattern(size)));
        expect_untouched(sizeof(long) + kRoom, [&](std::byte* buffer) {
            return sysv::msgrcv(queue.id(), buffer, size, 0, IPC_NOWAIT);
        });
    }
    EXPECT_EQ(munmap(page, kPage), 0);
}
#endif

} // namespace
