// SPDX-License-Identifier: GPL-2.0
/*
 * Messages arrive byte for byte, at every length at which an implementation may store them
 * differently, and nothing beside the message is written.
 */
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <algorithm>
#include <climits>
#include <cstring>
#include <random>

namespace {

constexpr long kPage = 4096;

// Borders near which every length is tried: pages, and pages less the headers that Linux puts
// before the first (48 bytes) and the further (8 bytes) pieces of a message.
struct Border {
    const char* name;
    long first;
    long last;
};
constexpr Border kBorders[] = {
    { "small_messages_arrive_intact", 0, 130 },
    { "messages_around_a_power_of_two_arrive_intact", 1000, 1050 },
    { "messages_around_half_a_page_arrive_intact", kPage / 2 - 60, kPage / 2 + 10 },
    { "messages_around_the_first_piece_arrive_intact", kPage - 48 - 10, kPage - 48 + 10 },
    { "messages_around_one_page_arrive_intact", kPage - 10, kPage + 60 },
    { "messages_around_the_second_piece_arrive_intact", 2 * kPage - 56 - 10, 2 * kPage - 56 + 10 },
    { "messages_around_two_pages_arrive_intact", 2 * kPage - 12, 2 * kPage },
};

void expect_round_trip(const Queue& queue, std::size_t length, std::size_t capacity)
{
    const auto text = pattern(length, static_cast<unsigned>(length));
    const long type = static_cast<long>(length) + 1;
    REQUIRE_OK(queue.send(type, text));
    const auto received = queue.receive(0, IPC_NOWAIT, capacity);
    EXPECT_EQ(received.outcome, Outcome::raw(static_cast<long>(length)));
    EXPECT_EQ(received.type, type);
    EXPECT(received.text == text);
}

const bool kBorderTestsRegistered = [] {
    for (const Border& border : kBorders)
        harness::Registration { border.name, [&border] {
                                   const Queue queue;
                                   for (long length = border.first; length <= border.last;
                                        ++length) {
                                       expect_round_trip(queue, static_cast<std::size_t>(length),
                                                         8192);
                                       expect_round_trip(queue, static_cast<std::size_t>(length),
                                                         static_cast<std::size_t>(length));
                                   }
                               } };
    return true;
}();

TEST(messages_at_every_length_up_to_msgmax_arrive_intact)
{
    const Queue queue;
    for (std::size_t length = 0; length <= sysv::kDefaultMsgmax; length += 61)
        expect_round_trip(queue, length, sysv::kDefaultMsgmax);
}

TEST(all_256_byte_values_arrive)
{
    std::string text;
    for (int value = 0; value < 256; ++value)
        text.push_back(static_cast<char>(value));
    const Queue queue;
    REQUIRE_OK(queue.send(1, text));
    EXPECT(queue.receive().is(1, text));
}

TEST(the_receive_buffer_is_untouched_after_the_message)
{
    const Queue queue;
    for (const std::size_t length : { 0, 1, 5, 64, 4048, 4049, 8143, 8144, 8145 }) {
        std::vector<char> buffer(sizeof(long) + 8192 + 64, '\x5a');
        REQUIRE_OK(queue.send(1, pattern(length)));
        EXPECT_EQ(sysv::msgrcv(queue.id(), buffer.data(), 8192, 0, IPC_NOWAIT),
                  Outcome::raw(static_cast<long>(length)));
        const auto after = buffer.begin() + static_cast<long>(sizeof(long) + length);
        EXPECT(std::all_of(after, buffer.end(), [](char byte) { return byte == '\x5a'; }));
    }
}

TEST(truncation_keeps_the_beginning_and_writes_nothing_beyond_it)
{
    const Queue queue;
    const auto text = pattern(8192);
    for (const std::size_t room : { 0, 1, 100, 4047, 4048, 4049, 8136, 8191 }) {
        std::vector<char> buffer(sizeof(long) + 8192, '\x5a');
        REQUIRE_OK(queue.send(1, text));
        EXPECT_EQ(sysv::msgrcv(queue.id(), buffer.data(), room, 0, IPC_NOWAIT | MSG_NOERROR),
                  Outcome::raw(static_cast<long>(room)));
        EXPECT(std::equal(text.begin(), text.begin() + static_cast<long>(room),
                          buffer.begin() + sizeof(long)));
        const auto after = buffer.begin() + static_cast<long>(sizeof(long) + room);
        EXPECT(std::all_of(after, buffer.end(), [](char byte) { return byte == '\x5a'; }));
        EXPECT_EQ(queue.stat().qnum, 0u);
    }
}

TEST(unaligned_buffers_work)
{
    const Queue queue;
    const auto text = pattern(5000);
    const auto type = static_cast<long>(0x0102030405060708);
    std::vector<char> buffer(sizeof(long) + 8192 + 8);
    for (std::size_t shift = 1; shift < 8; ++shift) {
        char* message = buffer.data() + shift;
        std::memcpy(message, &type, sizeof(type));
        std::ranges::copy(text, message + sizeof(type));
        REQUIRE_OK(sysv::msgsnd(queue.id(), message, text.size(), IPC_NOWAIT));
        std::ranges::fill(buffer, '\0');
        REQUIRE_OK(sysv::msgrcv(queue.id(), message, 8192, 0, IPC_NOWAIT));
        EXPECT_EQ(std::memcmp(message, &type, sizeof(type)), 0);
        EXPECT(std::ranges::equal(text, std::string_view { message + sizeof(type), text.size() }));
    }
}

TEST(a_message_is_a_copy_of_the_buffer_at_the_time_of_the_call)
{
    const Queue queue;
    std::string text = pattern(100, 1);
    REQUIRE_OK(queue.send(1, text));
    const std::string sent = text;
    text.assign(100, 'x');
    EXPECT(queue.receive().is(1, sent));
}

TEST(many_messages_of_random_lengths_keep_their_contents_and_order)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(16384));
    std::mt19937 random { 20240101 };
    std::vector<std::string> expected;
    for (unsigned round = 0; round < 40; ++round) {
        for (unsigned i = 0;; ++i) {
            auto text = pattern(random() % 3000, random());
            if (queue.send(1, text).failed_with(EAGAIN))
                break;
            expected.push_back(std::move(text));
        }
        for (const auto& text : expected)
            EXPECT(queue.receive().is(1, text));
        expected.clear();
    }
    EXPECT_EQ(queue.stat().cbytes, 0u);
}

} // namespace
