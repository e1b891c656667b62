// SPDX-License-Identifier: GPL-2.0
/*
 * The limits in /proc/sys/kernel: each IPC namespace has its own, starting with the defaults, and a
 * write takes effect at once.
 */
#include "lib/each_case.hpp"
#include "lib/facility.hpp"
#include "lib/limit_file.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <thread>

namespace {

constexpr int kMake = IPC_CREAT | IPC_EXCL | 0600;
constexpr const char* kSemDefaults = "32000\t1024000000\t500\t32000";
constexpr const char* kShmDefault = "18446744073692774399";

// A limit, and a call that it forbids while it is low.  The call is made where there is one object of
// each kind already (see make_one_of_each), and may make one that kKey names.
struct Limit {
    const char* name;
    const char* file;
    const char* standard;
    const char* low;
    const char* as_shown; // the contents of the file while it is low
    Outcome (*call)();
    int error;
};

const Limit kLimits[] = {
    { "msgmax", "msgmax", "8192", "99", "99", [] { return send(0, 1, pattern(100)); }, EINVAL },
    { "msgmnb", "msgmnb", "16384", "99", "99",
      [] {
          const int fresh = static_cast<int>(REQUIRE_OK(sysv::msgget(kKey, kMake)));
          return send(fresh, 1, pattern(100));
      },
      EAGAIN },
    { "msgmni", "msgmni", "32000", "1", "1", [] { return sysv::msgget(kKey, kMake); }, ENOSPC },
    { "semmsl", "sem", kSemDefaults, "1", "1\t1024000000\t500\t32000",
      [] { return sysv::semget(kKey, 2, kMake); }, EINVAL },
    { "semmns", "sem", kSemDefaults, "9 3", "9\t3\t500\t32000",
      [] { return sysv::semget(kKey, 2, kMake); }, ENOSPC },
    { "semopm", "sem", kSemDefaults, "9 9 1", "9\t9\t1\t32000",
      [] {
          return attempt(0, { up(0), up(1) });
      },
      E2BIG },
    { "semmni", "sem", kSemDefaults, "9 9 9 1", "9\t9\t9\t1",
      [] { return sysv::semget(kKey, 2, kMake); }, ENOSPC },
    { "shmmax", "shmmax", kShmDefault, "4096", "4096",
      [] { return sysv::shmget(kKey, 2 * kPage, kMake); }, EINVAL },
    { "shmall", "shmall", kShmDefault, "2", "2",
      [] { return sysv::shmget(kKey, 2 * kPage, kMake); }, ENOSPC },
    { "shmmni", "shmmni", "4096", "1", "1", [] { return sysv::shmget(kKey, kPage, kMake); },
      ENOSPC },
};

void make_one_of_each()
{
    EXPECT_EQ(sysv::msgget(IPC_PRIVATE, 0600), Outcome::raw(0));
    EXPECT_EQ(sysv::semget(IPC_PRIVATE, 2, 0600), Outcome::raw(0));
    EXPECT_EQ(sysv::shmget(IPC_PRIVATE, kPage, 0600), Outcome::raw(0));
}

void expect_forbidden(const Limit& limit, bool forbidden)
{
    const auto outcome = limit.call();
    if (forbidden)
        EXPECT_ERR(outcome, limit.error);
    else
        EXPECT_OK(outcome);
    (void)receive(0);
    for (const Facility& facility : kFacilities)
        if (const auto made = facility.get(kKey, 0); made.ok())
            REQUIRE_OK(facility.remove(static_cast<int>(made.value())));
}

void counts_at_once(const Limit& limit)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { limit.file };
        make_one_of_each();
        EXPECT_EQ(file.text(), limit.standard);
        expect_forbidden(limit, false);
        REQUIRE_OK(file.write(limit.low));
        EXPECT_EQ(file.text(), limit.as_shown);
        expect_forbidden(limit, true);
        REQUIRE_OK(file.write(limit.standard));
        EXPECT_EQ(file.text(), limit.standard);
        expect_forbidden(limit, false);
    });
}

void is_the_default_in_a_new_namespace(const Limit& limit)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { limit.file };
        make_one_of_each();
        REQUIRE_OK(file.write(limit.low));
        in_a_new_ipc_namespace([&] {
            EXPECT_EQ(file.text(), limit.standard);
            make_one_of_each();
            expect_forbidden(limit, false);
        });
        Actor clone { new_ipc(), [&] {
                         EXPECT_EQ(file.text(), limit.standard);
                         return Outcome::raw(0);
                     } };
        REQUIRE_OK(clone.join());
        EXPECT_EQ(file.text(), limit.as_shown);
        expect_forbidden(limit, true);
    });
}

void is_no_limit_elsewhere(const Limit& limit)
{
    const Realm realm;
    realm.in([] { make_one_of_each(); });
    in_a_new_ipc_namespace([&] {
        const LimitFile file { limit.file };
        make_one_of_each();
        REQUIRE_OK(file.write(limit.low));
        realm.in([&] {
            EXPECT_EQ(file.text(), limit.standard);
            expect_forbidden(limit, false);
        });
        // The limits apply to a process that enters and returns.
        const NamespaceFile home;
        for (int i = 0; i < 2; ++i) {
            REQUIRE_OK(realm.file().enter());
            EXPECT_EQ(file.text(), limit.standard);
            expect_forbidden(limit, false);
            REQUIRE_OK(home.enter());
            EXPECT_EQ(file.text(), limit.as_shown);
            expect_forbidden(limit, true);
        }
    });
}

void is_that_of_the_thread(const Limit& limit)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { limit.file };
        make_one_of_each();
        std::thread { [&] {
            REQUIRE_OK(let_go(new_ipc()));
            make_one_of_each();
            REQUIRE_OK(file.write(limit.low));
            EXPECT_EQ(file.text(), limit.as_shown);
            expect_forbidden(limit, true);
        } }.join();
        EXPECT_EQ(file.text(), limit.standard);
        expect_forbidden(limit, false);
    });
}

void stays_while_a_namespace_is_kept(const Limit& limit)
{
    Realm realm;
    const NamespaceFile kept = realm.file();
    realm.in([&] {
        make_one_of_each();
        REQUIRE_OK(LimitFile { limit.file }.write(limit.low));
    });
    realm.leave_alone();
    in_a_process([&] {
        REQUIRE_OK(kept.enter());
        EXPECT_EQ(LimitFile { limit.file }.text(), limit.as_shown);
        expect_forbidden(limit, true);
    });
}

const EachCase<Limit> kEachCase {
    kLimits,
    {
        { "counts_at_once", counts_at_once },
        { "is_the_default_in_a_new_namespace", is_the_default_in_a_new_namespace },
        { "is_no_limit_elsewhere", is_no_limit_elsewhere },
        { "is_that_of_the_threads_namespace", is_that_of_the_thread },
        { "stays_while_its_namespace_is_kept", stays_while_a_namespace_is_kept },
    }
};

TEST(ipc_info_shows_the_limits_of_the_namespace)
{
    in_a_new_ipc_namespace([] {
        REQUIRE_OK(LimitFile { "msgmax" }.write("1001"));
        REQUIRE_OK(LimitFile { "msgmnb" }.write("1002"));
        REQUIRE_OK(LimitFile { "msgmni" }.write("1003"));
        REQUIRE_OK(LimitFile { "sem" }.write("1004 1005 1006 1007"));
        REQUIRE_OK(LimitFile { "shmmax" }.write("1008"));
        REQUIRE_OK(LimitFile { "shmall" }.write("1009"));
        REQUIRE_OK(LimitFile { "shmmni" }.write("1010"));
        const auto expect_limits = [](std::initializer_list<std::uint64_t> expected) {
            sysv::Info queues {};
            REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &queues));
            const auto sets = sem_info(IPC_INFO);
            const auto segments = shm_limits();
            const std::vector<std::uint64_t> actual {
                static_cast<unsigned>(queues.msgmax),
                static_cast<unsigned>(queues.msgmnb),
                static_cast<unsigned>(queues.msgmni),
                static_cast<unsigned>(sets.semmsl),
                static_cast<unsigned>(sets.semmns),
                static_cast<unsigned>(sets.semopm),
                static_cast<unsigned>(sets.semmni),
                segments.shmmax,
                segments.shmall,
                segments.shmmni,
            };
            EXPECT(actual == std::vector<std::uint64_t> { expected });
        };
        expect_limits({ 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010 });
        in_a_new_ipc_namespace([&] {
            expect_limits({ sysv::kDefaultMsgmax, sysv::kDefaultMsgmnb, sysv::kDefaultMsgmni,
                            sysv::kDefaultSemmsl, sysv::kDefaultSemmns, sysv::kDefaultSemopm,
                            sysv::kDefaultSemmni, sysv::kShownShmmax, sysv::kShownShmall,
                            sysv::kDefaultShmmni });
        });
    });
}

TEST(a_namespace_may_have_more_than_its_parent_allows)
{
    in_a_new_ipc_namespace([] {
        REQUIRE_OK(LimitFile { "msgmni" }.write("0"));
        EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
        in_a_new_ipc_namespace([] {
            for (int i = 0; i < 10; ++i)
                EXPECT_EQ(sysv::msgget(IPC_PRIVATE, 0600), Outcome::raw(i));
        });
        EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
    });
}

TEST(pages_in_one_namespace_do_not_count_for_shmall_in_another)
{
    in_a_new_ipc_namespace([] {
        REQUIRE_OK(LimitFile { "shmall" }.write("10"));
        const Segment segment { 10 * kPage };
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, 0600), ENOSPC);
        in_a_new_ipc_namespace([] {
            REQUIRE_OK(LimitFile { "shmall" }.write("10"));
            EXPECT_OK(sysv::shmget(IPC_PRIVATE, 10 * kPage, 0600));
        });
    });
}

TEST(semaphores_in_one_namespace_do_not_count_for_semmns_in_another)
{
    in_a_new_ipc_namespace([] {
        REQUIRE_OK(LimitFile { "sem" }.write("10 10"));
        const SemSet set { 10 };
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), ENOSPC);
        in_a_new_ipc_namespace([] {
            REQUIRE_OK(LimitFile { "sem" }.write("10 10"));
            EXPECT_OK(sysv::semget(IPC_PRIVATE, 10, 0600));
        });
    });
}

} // namespace
