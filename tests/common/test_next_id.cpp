// SPDX-License-Identifier: GPL-2.0
/*
 * Choosing the id of the next object, as checkpoint/restore does.
 */
#include "lib/next_id.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <climits>
#include <thread>

namespace {

NEXT_ID_TEST(nothing_is_wanted_at_first_of_a)
{
    expect_wanted(facility, -1);
    (void)facility.make();
    expect_wanted(facility, -1);
}

NEXT_ID_TEST(the_next_id_is_that_of_the_next)
{
    want(facility, 12345);
    expect_wanted(facility, 12345);
    EXPECT_EQ(facility.make(kKey), 12345);
    EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(12345));
    EXPECT_EQ(facility.owner(12345).seq, 0u);
    EXPECT(facility.listed() == std::set<int>({ 12345 }));
    REQUIRE_OK(facility.write(12345));
}

NEXT_ID_TEST(an_id_is_wanted_once_for_a)
{
    want(facility, 500);
    EXPECT_EQ(facility.make(), 500);
    expect_wanted(facility, -1);
    EXPECT_EQ(facility.make(), 0);
    EXPECT_EQ(facility.make(), 1);
}

NEXT_ID_TEST(the_last_id_that_was_wanted_counts_for_a)
{
    want(facility, 100);
    want(facility, 200);
    EXPECT_EQ(facility.make(), 200);
    EXPECT_EQ(facility.make(), 0);
}

NEXT_ID_TEST(ids_from_0_to_the_highest_can_be_wanted_for_a)
{
    for (const int id : { 0, 1, kLastIndex, kRow, kRow + 7, 77 * kRow + 3, INT_MAX - 1, INT_MAX }) {
        want(facility, id);
        expect_wanted(facility, id);
        EXPECT_EQ(facility.make(), id);
        EXPECT_EQ(facility.owner(id).seq, sysv::sequence_of(id));
        REQUIRE_OK(facility.write(id));
        REQUIRE_OK(facility.remove(id));
        EXPECT(!facility.has(id));
    }
}

NEXT_ID_TEST(no_other_number_can_be_wanted_for_a)
{
    const LimitFile file = next_id_of(facility);
    want(facility, 7);
    for (const char* text : { "-1", "-2", "2147483648", "4294967295", "many", "\n", "7x" })
        EXPECT_ERR(file.write(text), EINVAL);
    expect_wanted(facility, 7);
    EXPECT_EQ(facility.make(), 7);
}

NEXT_ID_TEST(the_sequence_number_counts_of_a)
{
    want(facility, 3 * kRow + 5);
    EXPECT_EQ(facility.make(), 3 * kRow + 5);
    sysv::Perm perm;
    EXPECT_ERR(facility.stat(5, IPC_STAT, perm), EINVAL);
    EXPECT_ERR(facility.write(5), EINVAL);
    EXPECT_ERR(facility.remove(2 * kRow + 5), EINVAL);
    EXPECT_EQ(facility.stat(5, facility.stat_any, perm), Outcome::raw(3 * kRow + 5));
}

NEXT_ID_TEST(a_taken_index_leads_to_the_next_free_one_with_the_sequence_of_a)
{
    for (int index = 0; index < 3; ++index)
        EXPECT_EQ(facility.make(), index);
    want(facility, 4 * kRow + 1);
    EXPECT_EQ(facility.make(), 4 * kRow + 3);
    want(facility, 3); // taken by that object, regardless of the sequence number
    EXPECT_EQ(facility.make(), 4);
    REQUIRE_OK(facility.remove(1));
    want(facility, 9 * kRow);
    EXPECT_EQ(facility.make(), 9 * kRow + 1);
}

NEXT_ID_TEST(no_free_index_above_is_enospc_and_uses_it_up_for_a)
{
    want(facility, kLastIndex);
    EXPECT_EQ(facility.make(), kLastIndex);
    want(facility, 5 * kRow + kLastIndex);
    EXPECT_ERR(facility.get(IPC_PRIVATE, 0600), ENOSPC);
    expect_wanted(facility, -1);
    EXPECT_EQ(facility.count(), Outcome::raw(1));
    EXPECT_EQ(facility.make(), 0);
}

NEXT_ID_TEST(counting_goes_on_where_it_was_after_a)
{
    EXPECT_EQ(facility.make(), 0);
    EXPECT_EQ(facility.make(), 1);
    want(facility, 6 * kRow + 40);
    EXPECT_EQ(facility.make(), 6 * kRow + 40);
    EXPECT_EQ(facility.make(), 2);
    REQUIRE_OK(facility.remove(6 * kRow + 40));
    EXPECT_EQ(facility.make(), 3);
    want(facility, 0);
    EXPECT_EQ(facility.make(), 4); // index 0 is taken
    EXPECT_EQ(facility.make(), 5);
}

NEXT_ID_TEST(counting_steps_over_the_index_of_a_wanted)
{
    want(facility, 8 * kRow + 2);
    EXPECT_EQ(facility.make(), 8 * kRow + 2);
    for (const int id : { 0, 1, 3, 4 })
        EXPECT_EQ(facility.make(), id);
}

NEXT_ID_TEST(the_sequence_of_others_does_not_change_by_a_wanted)
{
    // A turn through all indices, one object at a time, and a wanted one in the middle of it.
    for (int i = 0; i < sysv::kSmallestCycle; ++i) {
        if (i == 30) {
            want(facility, 50 * kRow + 100);
            EXPECT_EQ(facility.make(), 50 * kRow + 100);
        }
        const int id = facility.make();
        EXPECT_EQ(id, i);
        REQUIRE_OK(facility.remove(id));
    }
    EXPECT_EQ(facility.make(), kRow);
    EXPECT_EQ(facility.make(), kRow + 1);
}

NEXT_ID_TEST(the_highest_index_is_that_of_a_wanted)
{
    (void)facility.make();
    want(facility, 2 * kRow + 20000);
    EXPECT_EQ(facility.make(), 2 * kRow + 20000);
    EXPECT_EQ(facility.highest(), Outcome::raw(20000));
    REQUIRE_OK(facility.remove(2 * kRow + 20000));
    EXPECT_EQ(facility.highest(), Outcome::raw(0));
}

NEXT_ID_TEST(getting_one_that_exists_does_not_use_up_what_is_wanted_of_a)
{
    EXPECT_EQ(facility.make(kKey), 0);
    want(facility, 321);
    EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(0));
    EXPECT_EQ(facility.get(kKey, IPC_CREAT | 0600), Outcome::raw(0));
    EXPECT_ERR(facility.get(kKey, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    EXPECT_ERR(facility.get(kKey + 1, 0), ENOENT);
    REQUIRE_OK(facility.remove(0));
    expect_wanted(facility, 321);
    EXPECT_EQ(facility.make(), 321);
}

NEXT_ID_TEST(a_full_table_does_not_use_up_what_is_wanted_of_a)
{
    EXPECT_EQ(facility.make(), 0);
    want(facility, 321);
    const bool is_set = facility.file == kProcSem;
    const LimitFile limit { facility.file == kProcMsg ? "msgmni" : is_set ? "sem" : "shmmni" };
    REQUIRE_OK(limit.write(is_set ? "9 9 9 1" : "1"));
    EXPECT_ERR(facility.get(IPC_PRIVATE, 0600), ENOSPC);
    EXPECT_ERR(facility.get(kKey, IPC_CREAT | 0600), ENOSPC);
    expect_wanted(facility, 321);
    REQUIRE_OK(limit.write(is_set ? "9 9 9 2" : "2"));
    EXPECT_EQ(facility.make(), 321);
}

NEXT_ID_TEST(each_kind_wants_for_itself_and_not_for_a)
{
    for (const Facility& other : kFacilities) {
        if (&other == &facility)
            continue;
        want(other, 1000);
        EXPECT_EQ(sysv::sequence_of(facility.make()), 0);
        expect_wanted(other, 1000);
        expect_wanted(facility, -1);
    }
    EXPECT(facility.listed() == std::set<int>({ 0, 1 }));
}

NEXT_ID_TEST(each_namespace_wants_for_itself_a)
{
    want(facility, 700);
    in_a_new_ipc_namespace([&] {
        expect_wanted(facility, -1);
        EXPECT_EQ(facility.make(), 0);
        want(facility, 800);
    });
    std::thread { [&] {
        EXPECT_OK(let_go(new_ipc()));
        expect_wanted(facility, -1);
        EXPECT_EQ(facility.make(), 0);
    } }.join();
    expect_wanted(facility, 700);
    EXPECT_EQ(facility.make(), 700);
}

NEXT_ID_TEST(anybody_in_the_namespace_gets_what_is_wanted_of_a)
{
    want(facility, 4 * kRow + 44);
    const auto made = play(kAlice, [&] {
        expect_wanted(facility, 4 * kRow + 44);
        return facility.get(IPC_PRIVATE, 0600);
    });
    EXPECT_EQ(made, Outcome::raw(4 * kRow + 44));
    EXPECT_EQ(facility.owner(4 * kRow + 44).uid, kAlice.uid);
}

NEXT_ID_TEST(a_saved_state_can_be_restored_of_each)
{
    // As a program would that restores: ids in any order, with holes, of several sequence numbers.
    const int ids[] = { 17, 3 * kRow + 2, kRow + 40, 0, 2 * kRow + 1, 9 * kRow + 30000 };
    key_t key = kKey;
    for (const int id : ids) {
        want(facility, id);
        EXPECT_EQ(facility.make(++key, 0640), id);
    }
    EXPECT(facility.listed() == std::set<int>(std::begin(ids), std::end(ids)));
    key = kKey;
    for (const int id : ids) {
        EXPECT_EQ(facility.get(++key, 0), Outcome::raw(id));
        REQUIRE_OK(facility.write(id));
        REQUIRE_OK(facility.remove(id));
    }
    EXPECT_EQ(facility.count(), Outcome::raw(0));
}

NEXT_ID_TEST(a_message_is_copied_from_a_restored)
{
    // Checkpoint programs read queues by MSG_COPY: it exists where the files do.
    want(facility, 2 * kRow + 9);
    EXPECT_EQ(facility.make(), 2 * kRow + 9);
    want(kFacilities[0], 3 * kRow + 8);
    const Queue queue;
    EXPECT_EQ(queue.id(), 3 * kRow + 8);
    REQUIRE_OK(queue.send(4, "first"));
    REQUIRE_OK(queue.send(5, "second"));
    for (int i = 0; i < 2; ++i) {
        EXPECT(queue.receive(0, MSG_COPY | IPC_NOWAIT).is(4, "first"));
        EXPECT(queue.receive(1, MSG_COPY | IPC_NOWAIT).is(5, "second"));
        EXPECT_ERR(queue.receive(2, MSG_COPY | IPC_NOWAIT).outcome, ENOMSG);
    }
    EXPECT_EQ(queue.stat().qnum, 2u);
}

TEST(semget_that_creates_no_set_keeps_sem_next_id)
{
    require_next_id();
    in_a_new_ipc_namespace([] {
        const Facility& sets = kFacilities[1];
        want(sets, 55);
        REQUIRE_OK(LimitFile { "sem" }.write("100 50"));
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 0, 0600), EINVAL);
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 101, 0600), EINVAL);
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 51, 0600), ENOSPC);
        expect_wanted(sets, 55);
        EXPECT_EQ(sysv::semget(IPC_PRIVATE, 50, 0600), Outcome::raw(55));
    });
}

TEST(shmget_that_creates_no_segment_keeps_shm_next_id)
{
    require_next_id();
    in_a_new_ipc_namespace([] {
        const Facility& segments = kFacilities[2];
        want(segments, 55);
        REQUIRE_OK(LimitFile { "shmmax" }.write("10000"));
        REQUIRE_OK(LimitFile { "shmall" }.write("2"));
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 0, 0600), EINVAL);
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 10001, 0600), EINVAL);
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 2 * kPage + 1, 0600), ENOSPC);
        expect_wanted(segments, 55);
        EXPECT_EQ(sysv::shmget(IPC_PRIVATE, 2 * kPage, 0600), Outcome::raw(55));
    });
}

TEST(the_inode_of_a_segment_is_the_requested_id)
{
    require_next_id();
    in_a_new_ipc_namespace([] {
        want(kFacilities[2], 3 * kRow + 77);
        const Segment segment;
        const Attachment attachment { segment };
        const auto line = map_line_at(attachment.data());
        EXPECT(line.find(' ' + std::to_string(3 * kRow + 77) + ' ') != std::string::npos);
    });
}

} // namespace
