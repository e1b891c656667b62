// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_rules: the pure rules, over their whole domain.
 *
 * Each is also checked at compile time, for chosen values, beside its definition; here it is
 * compared with models written from the manual pages only, for the whole domain.
 */
#include "naive_permission.hpp"
#include "test.hpp"

#include <rules/message_match.hpp>
#include <base/poison.hpp>

namespace sysvipc {

TEST_CASE(Fixture, permission_bits_agree_with_a_naive_model_for_every_mode_relation_and_request)
{
    u32 differences = 0;
    for (u32 mode = 0; mode <= Mode::kAll; ++mode) {
        for (const Relation relation : { Relation::Owner, Relation::Group, Relation::Other }) {
            for (u32 wanted = 0; wanted <= Mode::kAll; ++wanted) {
                if (mode_grants(Mode::from_flags(mode), relation, wanted)
                    != naive_grants(mode, relation, wanted))
                    ++differences;
            }
        }
    }
    EXPECT_EQ(differences, 0);
}

TEST_CASE(Fixture, a_mode_keeps_nine_bits_of_any_flags)
{
    u32 wrong = 0;
    for (u32 flags = 0; flags < 0x10000; ++flags)
        wrong += Mode::from_flags(flags | 0xabcd0000).bits() != flags % 512;
    EXPECT_EQ(wrong, 0);
}

TEST_CASE(Fixture, an_id_yields_the_index_it_was_composed_of)
{
    u32 wrong = 0;
    for (const i32 sequence :
         { 0, 1, 2, 32767, 32768, kStandardIds.max_sequence() - 1, kStandardIds.max_sequence() }) {
        for (i32 index = 0; index <= kStandardIds.max_index(); ++index) {
            const IpcId id = kStandardIds.compose(index, sequence);
            wrong += kStandardIds.index_of(id) != index || kStandardIds.sequence_of(id) != sequence
                || id.is_negative();
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST_CASE(Fixture, an_id_yields_the_sequence_number_it_was_composed_of)
{
    u32 wrong = 0;
    for (i32 sequence = 0; sequence <= kStandardIds.max_sequence(); ++sequence) {
        for (const i32 index : { 0, 1, kStandardIds.max_index() }) {
            const IpcId id = kStandardIds.compose(index, sequence);
            wrong += kStandardIds.index_of(id) != index || kStandardIds.sequence_of(id) != sequence
                || id.is_negative();
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(kStandardIds.compose(kStandardIds.max_index(), kStandardIds.max_sequence()).value(),
              0x7fff'ffff - kStandardIds.slots());
}

TEST_CASE(Fixture, the_cycle_of_indexes_holds_all_that_are_in_use_and_grows_with_them)
{
    u32 wrong = 0;
    i32 before = 0;
    for (i32 in_use = 0; in_use <= kStandardIds.slots(); ++in_use) {
        const i32 end = kStandardIds.cyclic_index_end(in_use);
        const bool has_room = end > in_use || end == kStandardIds.slots();
        wrong += !has_room || end < before || end > kStandardIds.slots();
        before = end;
    }
    EXPECT_EQ(wrong, 0);
}

TEST_CASE(Fixture, an_id_recurs_only_after_the_whole_cycle_of_sequence_numbers)
{
    /* One index over and over: its sequence number takes every value once, then starts again. */
    i32 sequence = 0;
    for (i32 expected = 1; expected <= kStandardIds.max_sequence(); ++expected) {
        sequence = kStandardIds.next_sequence(sequence, 7, 7);
        if (sequence != expected)
            break;
    }
    EXPECT_EQ(sequence, kStandardIds.max_sequence());
    EXPECT_EQ(kStandardIds.next_sequence(sequence, 7, 7), 0);
    EXPECT_EQ(kStandardIds.next_sequence(sequence, 8, 7), kStandardIds.max_sequence());
}

TEST_CASE(Fixture, a_selector_follows_the_manual_page_for_every_kind_of_type)
{
    const i64 types[] { 1, 2, 3, 4, 5, 6, INT64_MAX - 1, INT64_MAX };
    for (const i64 type : types) {
        EXPECT(MessageSelector::from_request(0, false, false).accepts(type));
        EXPECT(MessageSelector::from_request(0, true, false).accepts(type));
        EXPECT(MessageSelector::from_request(INT64_MIN, false, false).accepts(type));
        EXPECT(MessageSelector::from_request(-INT64_MAX, false, false).accepts(type));
        for (const i64 asked : types) {
            EXPECT_EQ(MessageSelector::from_request(asked, false, false).accepts(type),
                      type == asked);
            EXPECT_EQ(MessageSelector::from_request(asked, true, false).accepts(type),
                      type != asked);
            EXPECT_EQ(MessageSelector::from_request(-asked, false, false).accepts(type),
                      type <= asked);
            EXPECT_EQ(MessageSelector::from_request(-asked, true, false).accepts(type),
                      type <= asked);
        }
    }
}

TEST_CASE(Fixture, a_copying_selector_counts_positions_whatever_its_type)
{
    for (const i64 place : { INT64_MIN, i64 { -1 }, i64 { 0 }, i64 { 1 }, INT64_MAX }) {
        for (const bool except : { false, true }) {
            const auto selector = MessageSelector::from_request(place, except, true);
            EXPECT_EQ(selector.rule(), MessageSelector::Rule::Ordinal);
            EXPECT_EQ(selector.operand(), place);
        }
    }
}

TEST_CASE(Fixture, a_message_fits_by_its_bytes_and_by_the_number_of_messages)
{
    u32 wrong = 0;
    for (u32 limit = 0; limit < 24; ++limit) {
        for (u64 queued_bytes = 0; queued_bytes < 24; ++queued_bytes) {
            for (u32 queued = 0; queued < 24; ++queued) {
                for (u64 size = 0; size < 24; ++size) {
                    /* The rule compares sums, the model compares remainders. */
                    const bool bytes_fit = queued_bytes <= limit && size <= limit - queued_bytes;
                    const bool count_fits = queued < limit;
                    wrong += message_fits(size, queued_bytes, queued, limit, limit)
                        != (bytes_fit && count_fits);
                }
            }
        }
    }
    EXPECT_EQ(wrong, 0);
}

} // namespace sysvipc
