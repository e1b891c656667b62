// SPDX-License-Identifier: GPL-2.0
/*
 * Attached segments follow a process into other IPC namespaces, and remain distinct objects.
 */
#include "lib/facility.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <sys/mman.h>
#include <thread>

namespace {

// The segment's state in its own namespace, while the caller is in another: read by a thread that
// enters it, because a process would inherit the attachments.
Outcome look_at(const NamespaceFile& home, int id, sysv::SegmentStat& stat)
{
    Outcome outcome = Outcome::raw(0);
    std::thread { [&] {
        outcome = home.enter();
        if (outcome.ok())
            outcome = sysv::shmctl(id, IPC_STAT, &stat);
    } }.join();
    return outcome;
}

sysv::SegmentStat stat_at(const NamespaceFile& home, int id)
{
    sysv::SegmentStat stat {};
    REQUIRE_OK(look_at(home, id, stat));
    return stat;
}

std::uint64_t attaches_at(const NamespaceFile& home, int id)
{
    return stat_at(home, id).nattch;
}

bool exists_at(const NamespaceFile& home, int id)
{
    sysv::SegmentStat stat;
    const auto outcome = look_at(home, id, stat);
    EXPECT(outcome.ok() || outcome.failed_with(EINVAL));
    return outcome.ok();
}

// The test's part begins after the process has gone to yet another namespace.
struct Abroad {
    explicit Abroad(std::size_t size = kPage, int flags = 0)
        : id { static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, size, 0600))) },
          memory { reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(id, nullptr, flags))) }
    {
    }
    void leave() const { REQUIRE_OK(let_go(new_ipc())); }

    NamespaceFile home {};
    int id;
    char* memory;
};

TEST(an_attachment_outlives_unshare)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        segment.memory[0] = 'a';
        segment.leave();
        EXPECT(!segment_exists(segment.id));
        EXPECT_EQ(segment.memory[0], 'a');
        segment.memory[1] = 'b';
        EXPECT_EQ(attaches_at(segment.home, segment.id), 1u);
        in_a_process([&] {
            REQUIRE_OK(segment.home.enter());
            const auto again = REQUIRE_OK(sysv::shmat(segment.id, nullptr, 0));
            EXPECT_EQ(reinterpret_cast<char*>(again)[1], 'b');
            reinterpret_cast<char*>(again)[2] = 'c';
        });
        EXPECT_EQ(segment.memory[2], 'c');
    });
}

TEST(an_attachment_outlives_setns)
{
    const Realm realm;
    in_a_new_ipc_namespace([&] {
        const Abroad segment;
        REQUIRE_OK(realm.file().enter());
        segment.memory[0] = 'a';
        EXPECT_EQ(segment.memory[0], 'a');
        EXPECT_EQ(attaches_at(segment.home, segment.id), 1u);
        REQUIRE_OK(segment.home.enter());
        EXPECT_EQ(segment_stat_of(segment.id).nattch, 1u);
    });
}

TEST(pages_first_touched_in_another_namespace_belong_to_the_segment)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment { 8 * kPage };
        segment.leave();
        for (int page = 0; page < 8; ++page)
            segment.memory[page * kPage] = static_cast<char>('0' + page);
        EXPECT_EQ(shm_usage().shm_rss, 0u);
        REQUIRE_OK(segment.home.enter());
        EXPECT_EQ(shm_usage().shm_rss, 8u);
        const auto again = REQUIRE_OK(sysv::shmat(segment.id, nullptr, SHM_RDONLY));
        for (int page = 0; page < 8; ++page)
            EXPECT_EQ(reinterpret_cast<char*>(again)[page * kPage], '0' + page);
    });
}

TEST(shmdt_works_from_another_namespace)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        segment.leave();
        EXPECT_OK(sysv::shmdt(segment.memory));
        EXPECT_ERR(sysv::shmdt(segment.memory), EINVAL);
        EXPECT_EQ(attaches_at(segment.home, segment.id), 0u);
        EXPECT_EQ(stat_at(segment.home, segment.id).lpid, getpid());
        EXPECT(stat_at(segment.home, segment.id).dtime != 0);
    });
}

TEST(forks_and_exits_in_another_namespace_are_counted)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        segment.leave();
        const Shared<Rendezvous> gate;
        Actor child { [&] {
            segment.memory[0] = 'c';
            gate->meet(2);
            gate->meet(2);
            return Outcome::raw(0);
        } };
        gate->meet(2);
        EXPECT_EQ(attaches_at(segment.home, segment.id), 2u);
        gate->meet(2);
        REQUIRE_OK(child.join());
        REQUIRE_OK(sysv::shmdt(segment.memory));
        EXPECT_EQ(attaches_at(segment.home, segment.id), 0u);
    });
}

TEST(a_marked_segment_is_removed_by_its_last_detachment_in_another_namespace)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        REQUIRE_OK(sysv::shmctl(segment.id, IPC_RMID));
        segment.leave();
        EXPECT(exists_at(segment.home, segment.id));
        REQUIRE_OK(sysv::shmdt(segment.memory));
        EXPECT(!exists_at(segment.home, segment.id));
        REQUIRE_OK(segment.home.enter());
        EXPECT_EQ(shm_usage().used_ids, 0);
        EXPECT_EQ(shm_usage().shm_tot, 0u);
    });
}

TEST(a_segment_marked_in_its_namespace_stays_attached_in_another)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        segment.memory[0] = 'a';
        segment.leave();
        in_a_process([&] {
            REQUIRE_OK(segment.home.enter());
            REQUIRE_OK(sysv::shmctl(segment.id, IPC_RMID));
            EXPECT_EQ(segment_stat_of(segment.id).perm.mode & sysv::kMarked, sysv::kMarked);
        });
        EXPECT_EQ(segment.memory[0], 'a');
        segment.memory[0] = 'b';
        REQUIRE_OK(sysv::shmdt(segment.memory));
        EXPECT(!exists_at(segment.home, segment.id));
    });
}

TEST(two_segments_with_one_id_are_counted_apart)
{
    in_a_new_ipc_namespace([] {
        const Abroad first;
        first.leave();
        const Abroad second;
        EXPECT_EQ(first.id, second.id);
        first.memory[0] = '1';
        second.memory[0] = '2';
        EXPECT_EQ(first.memory[0], '1');
        REQUIRE_OK(sysv::shmdt(first.memory));
        EXPECT_EQ(segment_stat_of(second.id).nattch, 1u);
        EXPECT_EQ(second.memory[0], '2');
        EXPECT_EQ(attaches_at(first.home, first.id), 0u);
        REQUIRE_OK(sysv::shmdt(second.memory));
        EXPECT_EQ(segment_stat_of(second.id).nattch, 0u);
    });
}

TEST(one_process_has_segments_of_three_namespaces)
{
    in_a_new_ipc_namespace([] {
        const Abroad a;
        a.leave();
        const Abroad b;
        b.leave();
        const Abroad c;
        for (const Abroad* each : { &a, &b, &c })
            EXPECT_EQ(each->id, 0);
        a.memory[0] = 'a';
        b.memory[0] = 'b';
        c.memory[0] = 'c';
        in_a_process([&] {
            for (const Abroad* each : { &c, &a, &b }) {
                REQUIRE_OK(each->home.enter());
                EXPECT_EQ(segment_stat_of(0).nattch, 2u);
            }
            REQUIRE_OK(sysv::shmdt(b.memory));
            EXPECT_EQ(segment_stat_of(0).nattch, 1u);
            EXPECT_EQ(attaches_at(a.home, 0), 2u);
        });
        EXPECT(a.memory[0] == 'a' && b.memory[0] == 'b' && c.memory[0] == 'c');
    });
}

TEST(unmapping_the_middle_in_another_namespace_leaves_two_attachments)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment { 3 * kPage };
        segment.leave();
        REQUIRE_EQ(munmap(segment.memory + kPage, kPage), 0);
        EXPECT_EQ(attaches_at(segment.home, segment.id), 2u);
        REQUIRE_EQ(munmap(segment.memory, kPage), 0);
        EXPECT_EQ(attaches_at(segment.home, segment.id), 1u);
        REQUIRE_EQ(munmap(segment.memory + 2 * kPage, kPage), 0);
        EXPECT_EQ(attaches_at(segment.home, segment.id), 0u);
    });
}

TEST(moving_it_in_another_namespace_keeps_one_attachment)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        segment.memory[0] = 'm';
        segment.leave();
        Hole hole { kPage };
        char* const target = hole.open();
        void* const moved =
            mremap(segment.memory, kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, target);
        REQUIRE_EQ(moved, static_cast<void*>(target));
        EXPECT_EQ(target[0], 'm');
        REQUIRE_OK(segment.home.enter());
        EXPECT_EQ(segment_stat_of(segment.id).nattch, 1u);
        EXPECT_OK(sysv::shmdt(target));
        EXPECT_EQ(segment_stat_of(segment.id).nattch, 0u);
    });
}

TEST(attaching_over_a_segment_of_another_namespace_detaches_it)
{
    in_a_new_ipc_namespace([] {
        const Abroad first;
        first.memory[0] = '1';
        first.leave();
        const Segment second;
        const Attachment over { second, SHM_REMAP, first.memory };
        EXPECT_EQ(over[0], '\0');
        EXPECT_EQ(second.attaches(), 1u);
        EXPECT_EQ(attaches_at(first.home, first.id), 0u);
    });
}

TEST(exits_and_kills_in_another_namespace_detach)
{
    in_a_new_ipc_namespace([] {
        const NamespaceFile home;
        const Segment segment;
        for (const bool by_a_signal : { false, true }) {
            const Shared<Rendezvous> gate;
            Actor process { [&] {
                (void)REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0));
                REQUIRE_OK(let_go(new_ipc()));
                gate->meet(2);
                gate->meet(2);
                if (by_a_signal)
                    raise(SIGKILL);
                return Outcome::raw(0);
            } };
            gate->meet(2);
            EXPECT_EQ(segment.attaches(), 1u);
            gate->meet(2);
            if (by_a_signal)
                process.join_killed(SIGKILL);
            else
                REQUIRE_OK(process.join());
            EXPECT_EQ(segment.attaches(), 0u);
        }
    });
}

TEST(exec_in_another_namespace_detaches)
{
    in_a_new_ipc_namespace([] {
        const Segment segment;
        Actor process { [&] {
            (void)REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0));
            REQUIRE_OK(let_go(new_ipc()));
            execl("/bin/sh", "sh", "-c", "exit 0", nullptr);
            return Outcome::failure(errno);
        } };
        REQUIRE_OK(process.join());
        EXPECT_EQ(segment.attaches(), 0u);
    });
}

TEST(a_read_only_attachment_stays_read_only_in_another_namespace)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment { kPage, SHM_RDONLY };
        segment.leave();
        EXPECT_EQ(segment.memory[0], '\0');
        EXPECT_EQ(signal_of([&] { segment.memory[0] = 'x'; }), SIGSEGV);
        EXPECT_ERR(Outcome::of(mprotect(segment.memory, kPage, PROT_READ | PROT_WRITE)), EACCES);
    });
}

TEST(the_map_shows_it_in_another_namespace_too)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        const auto line = map_line_at(segment.memory);
        EXPECT(line.ends_with("/SYSV00000000 (deleted)"));
        segment.leave();
        EXPECT_EQ(map_line_at(segment.memory), line);
    });
}

TEST(a_thread_in_another_namespace_uses_an_attachment_of_its_process)
{
    in_a_new_ipc_namespace([] {
        const Segment segment;
        std::atomic<char*> memory { nullptr };
        std::atomic<bool> done { false };
        std::thread other { [&] {
            REQUIRE_OK(let_go(new_ipc()));
            wait_until([&] { return memory.load() != nullptr; });
            memory.load()[0] = 't';
            EXPECT_OK(sysv::shmdt(memory));
            done = true;
        } };
        memory = reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0)));
        wait_until([&] { return done.load(); });
        other.join();
        EXPECT_EQ(segment.attaches(), 0u);
        const Attachment again { segment };
        EXPECT_EQ(again[0], 't');
    });
}

TEST(returning_by_a_kept_file_finds_the_former_attachments)
{
    in_a_new_ipc_namespace([] {
        const Abroad segment;
        (void)REQUIRE_OK(sysv::shmat(segment.id, nullptr, SHM_RDONLY));
        for (int i = 0; i < 3; ++i) {
            segment.leave();
            EXPECT(!segment_exists(segment.id));
            REQUIRE_OK(segment.home.enter());
            EXPECT_EQ(segment_stat_of(segment.id).nattch, 2u);
        }
        REQUIRE_OK(sysv::shmdt(segment.memory));
        EXPECT_EQ(segment_stat_of(segment.id).nattch, 1u);
    });
}

TEST(an_attachment_works_when_its_namespace_has_no_other_user)
{
    in_a_new_ipc_namespace([] {
        Abroad segment { 4 * kPage };
        for (int page = 0; page < 4; ++page)
            segment.memory[page * kPage] = static_cast<char>('a' + page);
        segment.leave();
        segment.home.close();
        in_a_process([&] {
            for (int page = 0; page < 4; ++page)
                EXPECT_EQ(segment.memory[page * kPage], 'a' + page);
            segment.memory[1] = 'z';
        });
        EXPECT_EQ(segment.memory[1], 'z');
        REQUIRE_EQ(munmap(segment.memory + 2 * kPage, kPage), 0);
        EXPECT_EQ(segment.memory[3 * kPage], 'd');
        EXPECT_OK(sysv::shmdt(segment.memory));
        EXPECT_EQ(signal_of([&] { segment.memory[3 * kPage] = 'y'; }), SIGSEGV);
    });
}

} // namespace
