// SPDX-License-Identifier: GPL-2.0
/*
 * IPC namespaces: each has its own objects, keys, ids, counts and sleepers.
 */
#include "lib/facility.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/wait.h>
#include <thread>

namespace {

// An object of the namespace that the test begins in.
class Outside {
public:
    explicit Outside(const Facility& facility, key_t key = IPC_PRIVATE)
        : facility_ { facility },
          id_ { facility.make(key) }
    {
    }
    ~Outside() { (void)facility_.remove(id_); }
    Outside(const Outside&) = delete;
    Outside& operator=(const Outside&) = delete;

    int id() const { return id_; }
    bool exists() const { return facility_.has(id_); }

private:
    const Facility& facility_;
    int id_;
};

void expect_empty(const Facility& facility)
{
    EXPECT_EQ(facility.count(), Outcome::raw(0));
    EXPECT_EQ(facility.highest(), Outcome::raw(0));
    EXPECT(facility.listed().empty());
    sysv::Perm perm;
    EXPECT_ERR(facility.stat(0, facility.stat_any, perm), EINVAL);
    EXPECT_ERR(facility.stat(0, IPC_STAT, perm), EINVAL);
}

FACILITY_TEST(a_new_namespace_has_no)
{
    const Outside outside { facility };
    in_a_new_ipc_namespace([&] { expect_empty(facility); });
}

FACILITY_TEST(a_clone_in_a_new_namespace_has_no)
{
    require_ipc_namespaces();
    const Outside outside { facility };
    Actor child { new_ipc(), [&] {
                     expect_empty(facility);
                     return Outcome::raw(facility.make());
                 } };
    EXPECT_EQ(child.join(), Outcome::raw(0));
    EXPECT(outside.exists());
}

FACILITY_TEST(a_clone3_in_a_new_namespace_has_no)
{
    require_ipc_namespaces();
    const Outside outside { facility };
    clone_args arguments {};
    arguments.flags = new_ipc();
    arguments.exit_signal = SIGCHLD;
    const long child = syscall(SYS_clone3, &arguments, sizeof(arguments));
    REQUIRE(child >= 0);
    if (child == 0) {
        expect_empty(facility);
        _exit(harness::has_failed() ? 1 : 0);
    }
    int status = -1;
    REQUIRE_EQ(waitpid(static_cast<pid_t>(child), &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT(outside.exists());
}

FACILITY_TEST(a_clone_in_a_new_namespace_leaves_its_parent_the)
{
    require_ipc_namespaces();
    const Outside outside { facility };
    const NamespaceFile home;
    Actor child { new_ipc(), [&] {
                     EXPECT(!is_at_home(home));
                     return Outcome::raw(0);
                 } };
    REQUIRE_OK(child.join());
    EXPECT(is_at_home(home));
    EXPECT(outside.exists());
    EXPECT(facility.listed().contains(outside.id()));
}

FACILITY_TEST(in_each_namespace_ids_start_at_0_for_a)
{
    in_a_new_ipc_namespace([&] {
        for (int id = 0; id < 5; ++id)
            EXPECT_EQ(facility.make(), id);
        REQUIRE_OK(let_go(new_ipc()));
        for (int id = 0; id < 5; ++id)
            EXPECT_EQ(facility.make(), id);
        EXPECT_EQ(facility.highest(), Outcome::raw(4));
    });
}

FACILITY_TEST(in_each_namespace_ids_increase_separately_for_a)
{
    in_a_new_ipc_namespace([&] {
        for (int i = 0; i < 3; ++i)
            REQUIRE_OK(facility.remove(facility.make()));
        in_a_new_ipc_namespace([&] {
            EXPECT_EQ(facility.make(), 0);
            EXPECT_EQ(facility.make(), 1);
        });
        EXPECT_EQ(facility.make(), 3);
    });
}

FACILITY_TEST(the_same_key_names_another)
{
    in_a_new_ipc_namespace([&] {
        const int mine = facility.make(kKey);
        in_a_new_ipc_namespace([&] {
            EXPECT_ERR(facility.get(kKey, 0), ENOENT);
            (void)facility.make(); // so that the ids differ
            const int other = facility.make(kKey, 0640);
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(other));
            EXPECT_EQ(facility.owner(other).mode & 0777, 0640u);
            REQUIRE_OK(facility.remove(other));
            EXPECT_ERR(facility.get(kKey, 0), ENOENT);
        });
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(mine));
        EXPECT_EQ(facility.owner(mine).mode & 0777, 0600u);
        EXPECT_ERR(facility.get(kKey, IPC_CREAT | IPC_EXCL), EEXIST);
    });
}

FACILITY_TEST(one_namespace_cannot_touch_anothers)
{
    const Outside outside { facility };
    in_a_new_ipc_namespace([&] {
        sysv::Perm perm {};
        EXPECT_ERR(facility.stat(outside.id(), IPC_STAT, perm), EINVAL);
        EXPECT_ERR(facility.stat(sysv::index_of(outside.id()), facility.stat_index, perm), EINVAL);
        EXPECT_ERR(facility.stat(sysv::index_of(outside.id()), facility.stat_any, perm), EINVAL);
        EXPECT_ERR(facility.set(outside.id(), 0, 0, 0600), EINVAL);
        EXPECT_ERR(facility.write(outside.id()), EINVAL);
        EXPECT_ERR(facility.remove(outside.id()), EINVAL);
    });
    EXPECT(outside.exists());
}

FACILITY_TEST(a_parent_cannot_touch_its_childs)
{
    const Realm realm;
    realm.in([&] {
        for (int i = 0; i < 100; ++i)
            (void)facility.make();
    });
    sysv::Perm perm {};
    const std::set<int> mine = facility.listed();
    for (int id = 0; id < 100; ++id) {
        if (mine.contains(id))
            continue;
        EXPECT_ERR(facility.stat(id, IPC_STAT, perm), EINVAL);
        EXPECT_ERR(facility.write(id), EINVAL);
        EXPECT_ERR(facility.remove(id), EINVAL);
    }
    realm.in([&] { EXPECT_EQ(facility.count(), Outcome::raw(100)); });
}

FACILITY_TEST(removal_affects_only_the_own_namespaces)
{
    const Realm realms[3];
    for (const Realm& realm : realms)
        realm.in([&] { EXPECT_EQ(facility.make(kKey), 0); });
    realms[1].in([&] { REQUIRE_OK(facility.remove(0)); });
    for (const Realm& realm : realms)
        realm.in([&] {
            EXPECT_EQ(facility.has(0), &realm != &realms[1]);
            EXPECT_EQ(facility.get(kKey, 0).ok(), &realm != &realms[1]);
        });
}

FACILITY_TEST(children_see_their_parents)
{
    in_a_new_ipc_namespace([&] {
        const int id = facility.make(kKey);
        in_a_process([&] {
            EXPECT(facility.has(id));
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
            REQUIRE_OK(facility.write(id));
            REQUIRE_OK(facility.remove(id));
        });
        EXPECT(!facility.has(id));
    });
}

FACILITY_TEST(unshare_by_a_thread_leaves_the_others_their)
{
    in_a_new_ipc_namespace([&] {
        const int id = facility.make(kKey);
        std::thread { [&] {
            REQUIRE_OK(let_go(new_ipc()));
            EXPECT(!facility.has(id));
            EXPECT_EQ(facility.make(), 0);
            EXPECT_EQ(facility.make(), 1);
        } }.join();
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
        EXPECT_EQ(facility.count(), Outcome::raw(1));
    });
}

FACILITY_TEST(namespaces_of_other_kinds_change_nothing_for_a)
{
    const Outside outside { facility, kKey };
    for (const auto& kind : other_kinds_of_namespaces()) {
        in_a_process([&] {
            REQUIRE_OK(let_go(kind.flag));
            EXPECT(outside.exists());
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(outside.id()));
        });
    }
}

FACILITY_TEST(a_refused_unshare_keeps_the)
{
    require_ipc_namespaces();
    const Outside outside { facility, kKey };
    EXPECT_ERR(play(kRoot,
                    [&] {
                        drop_capability(CAP_SYS_ADMIN);
                        const auto refused = let_go(new_ipc());
                        EXPECT(outside.exists());
                        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(outside.id()));
                        return refused;
                    }),
               EPERM);
}

FACILITY_TEST(many_namespaces_at_once_each_have_a)
{
    const Realm realms[20];
    int number = 0;
    for (const Realm& realm : realms) {
        ++number;
        realm.in([&] { EXPECT_EQ(facility.make(number), 0); });
    }
    number = 0;
    for (const Realm& realm : realms) {
        ++number;
        realm.in([&] {
            EXPECT_EQ(facility.count(), Outcome::raw(1));
            EXPECT_EQ(facility.owner(0).key, number);
            for (int other = 1; other <= 20; ++other)
                EXPECT_EQ(facility.get(other, 0).ok(), other == number);
        });
    }
}

FACILITY_TEST(nested_namespaces_do_not_hide_or_show_a)
{
    in_a_new_ipc_namespace([&] {
        const int first = facility.make(kKey);
        in_a_new_ipc_namespace([&] {
            (void)facility.make();
            const int second = facility.make(kKey);
            in_a_new_ipc_namespace([&] { EXPECT_ERR(facility.get(kKey, 0), ENOENT); });
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(second));
            EXPECT_EQ(facility.count(), Outcome::raw(2));
        });
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(first));
        EXPECT_EQ(facility.count(), Outcome::raw(1));
    });
}

TEST(the_bytes_of_messages_are_counted_in_each)
{
    in_a_new_ipc_namespace([] {
        const Queue queue;
        REQUIRE_OK(queue.send(1, "twelve bytes"));
        REQUIRE_OK(queue.send(2, "more"));
        in_a_new_ipc_namespace([] {
            sysv::Info info {};
            REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &info));
            EXPECT_EQ(info.msgmap, 0);
            EXPECT_EQ(info.msgtql, 0);
            const Queue other;
            REQUIRE_OK(other.send(1, "x"));
            REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &info));
            EXPECT_EQ(info.msgmap, 1);
            EXPECT_EQ(info.msgtql, 1);
        });
        sysv::Info info {};
        REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &info));
        EXPECT_EQ(info.msgmap, 2);
        EXPECT_EQ(info.msgtql, 16);
    });
}

TEST(semaphores_are_counted_in_each)
{
    in_a_new_ipc_namespace([] {
        const SemSet set { 7 };
        in_a_new_ipc_namespace([] {
            EXPECT_EQ(sem_info(SEM_INFO).semaem, 0);
            const SemSet other { 3 };
            EXPECT_EQ(sem_info(SEM_INFO).semaem, 3);
        });
        EXPECT_EQ(sem_info(SEM_INFO).semaem, 7);
    });
}

TEST(the_pages_of_segments_are_counted_in_each)
{
    in_a_new_ipc_namespace([] {
        const Segment segment { 5 * kPage };
        const Attachment attachment { segment };
        attachment[0] = 'x';
        in_a_new_ipc_namespace([] {
            EXPECT_EQ(shm_usage().shm_tot, 0u);
            EXPECT_EQ(shm_usage().shm_rss, 0u);
            const Segment other { 2 * kPage };
            EXPECT_EQ(shm_usage().shm_tot, 2u);
            EXPECT_EQ(shm_usage().shm_rss, 0u);
        });
        EXPECT_EQ(shm_usage().shm_tot, 5u);
        EXPECT_EQ(shm_usage().shm_rss, 1u);
    });
}

TEST(the_same_key_is_other_memory)
{
    in_a_new_ipc_namespace([] {
        const Segment segment { kPage, 0600, kKey };
        const Attachment attachment { segment };
        attachment[0] = 'a';
        in_a_new_ipc_namespace([&] {
            const Segment other { kPage, 0600, kKey };
            const Attachment there { other };
            EXPECT_EQ(there[0], '\0');
            there[0] = 'b';
            EXPECT_EQ(attachment[0], 'a');
        });
        EXPECT_EQ(attachment[0], 'a');
    });
}

TEST(a_receiver_ignores_a_queue_with_the_same_id_in_another_namespace)
{
    in_a_new_ipc_namespace([] {
        const Queue queue;
        Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
        receiver.wait_asleep_in_msgrcv();
        in_a_new_ipc_namespace([&] {
            Queue other;
            EXPECT_EQ(other.id(), queue.id());
            REQUIRE_OK(other.send(1, "not for him"));
            EXPECT_EQ(other.stat().qnum, 1u);
            REQUIRE_OK(other.remove());
        });
        EXPECT(receiver.is_running());
        REQUIRE_OK(queue.send(1, "text"));
        EXPECT_EQ(receiver.join(), Outcome::raw(4));
    });
}

TEST(a_sleeper_ignores_a_set_with_the_same_id_in_another_namespace)
{
    in_a_new_ipc_namespace([] {
        const SemSet set { Values { 0 } };
        Actor sleeper = sleeper_in(set, { down() });
        in_a_new_ipc_namespace([&] {
            SemSet other { Values { 0 } };
            EXPECT_EQ(other.id(), set.id());
            EXPECT_EQ(other.waiting_for_increase(), 0);
            REQUIRE_OK(other.operate({ up() }));
            EXPECT_EQ(other.value(), 1);
            REQUIRE_OK(other.remove());
        });
        EXPECT(sleeper.is_running());
        EXPECT_EQ(set.waiting_for_increase(), 1);
        REQUIRE_OK(set.operate({ up() }));
        EXPECT_OK(sleeper.join());
    });
}

} // namespace
