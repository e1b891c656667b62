// SPDX-License-Identifier: GPL-2.0
/*
 * Entering IPC namespaces: every way to do so, every way that fails, and the references that keep one alive.
 */
#include "lib/facility.hpp"
#include "lib/realm.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

Outcome enter(int fd, unsigned long kinds)
{
    return Outcome::of(setns(fd, static_cast<int>(kinds)));
}

class PidFile {
public:
    explicit PidFile(pid_t pid) : fd_ { static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) }
    {
        REQUIRE(fd_ >= 0);
    }
    ~PidFile() { close(fd_); }
    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;

    int fd() const { return fd_; }

private:
    int fd_;
};

// A file system entry under which a namespace stays.
class Mounted {
public:
    explicit Mounted(pid_t keeper)
    {
        const int fd = open(kPath, O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
        REQUIRE(fd >= 0);
        close(fd);
        const auto file = "/proc/" + std::to_string(keeper) + "/ns/" + kind_of_ipc().name;
        REQUIRE_EQ(mount(file.c_str(), kPath, nullptr, MS_BIND, nullptr), 0);
    }
    ~Mounted()
    {
        umount2(kPath, MNT_DETACH);
        unlink(kPath);
    }
    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;

    NamespaceFile file() const { return NamespaceFile { kPath }; }

private:
    static constexpr const char* kPath = "/tmp/ipc_namespace";
};

const struct Way {
    const char* name;
    void (*go)(pid_t keeper);
} kWays[] = {
    { "by_a_file",
      [](pid_t keeper) {
          const NamespaceFile file { keeper };
          REQUIRE_OK(enter(file.fd(), 0));
      } },
    { "by_a_file_said_to_be_ipc",
      [](pid_t keeper) {
          const NamespaceFile file { keeper };
          REQUIRE_OK(enter(file.fd(), new_ipc()));
      } },
    { "by_a_file_of_a_task",
      [](pid_t keeper) {
          const auto number = std::to_string(keeper);
          const NamespaceFile file { kind_of_ipc().name, number + "/task/" + number };
          REQUIRE_OK(enter(file.fd(), 0));
      } },
    { "by_a_pidfd", [](pid_t keeper) { REQUIRE_OK(enter(PidFile { keeper }.fd(), new_ipc())); } },
    { "by_a_pidfd_with_other_kinds",
      [](pid_t keeper) {
          REQUIRE_OK(enter(PidFile { keeper }.fd(), CLONE_NEWUTS | new_ipc() | CLONE_NEWNET));
      } },
    { "by_a_mounted_file",
      [](pid_t keeper) {
          const Mounted mounted { keeper };
          REQUIRE_OK(mounted.file().enter());
      } },
};

void go_and_come_back(const Facility& facility, const Way& way)
{
    const Realm realm;
    const int outside = facility.make(kKey, 0644);
    in_a_process([&] {
        way.go(realm.keeper());
        EXPECT_EQ(facility.count(), Outcome::raw(0));
        EXPECT(!facility.has(outside));
        EXPECT_EQ(facility.make(kKey), 0);
    });
    in_a_process([&] {
        const NamespaceFile home;
        way.go(realm.keeper());
        EXPECT(!is_at_home(home));
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(0));
        EXPECT_EQ(facility.owner(0).mode & 0777, 0600u);
        REQUIRE_OK(facility.write(0));
        REQUIRE_OK(home.enter());
        EXPECT(is_at_home(home));
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(outside));
        EXPECT_EQ(facility.owner(outside).mode & 0777, 0644u);
    });
    REQUIRE_OK(facility.remove(outside));
}

const bool kWaysRegistered = [] {
    for (const Way& way : kWays)
        for (const Facility& facility : kFacilities)
            harness::Registration { std::string { "entering_" } + way.name + "_finds_the_"
                                        + facility.name,
                                    [&] { go_and_come_back(facility, way); } };
    return true;
}();

FACILITY_TEST(entering_the_own_namespace_changes_nothing_for_a)
{
    in_a_new_ipc_namespace([&] {
        const int id = facility.make(kKey);
        const NamespaceFile own;
        REQUIRE_OK(own.enter());
        EXPECT(facility.has(id));
        EXPECT_EQ(facility.make(), 1);
        REQUIRE_OK(enter(PidFile { getpid() }.fd(), new_ipc()));
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
    });
}

FACILITY_TEST(entering_namespaces_of_other_kinds_changes_nothing_for_a)
{
    const NamespaceKind other = another_kind();
    const Realm realm { other.flag | new_ipc() };
    const int id = facility.make(kKey);
    in_a_process([&] {
        REQUIRE_OK(realm.file(other.name).enter());
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
        REQUIRE_OK(enter(PidFile { realm.keeper() }.fd(), other.flag));
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
        REQUIRE_OK(realm.file().enter());
        EXPECT_ERR(facility.get(kKey, 0), ENOENT);
    });
    REQUIRE_OK(facility.remove(id));
}

FACILITY_TEST(a_failed_setns_keeps_the_old)
{
    const Realm realm;
    const NamespaceFile there = realm.file();
    in_a_new_ipc_namespace([&] {
        const int id = facility.make(kKey);
        const auto expect_unmoved = [&] {
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
            EXPECT_EQ(facility.count(), Outcome::raw(1));
        };
        EXPECT_ERR(enter(-1, new_ipc()), EBADF);
        EXPECT_ERR(enter(there.fd(), another_kind().flag), EINVAL);
        EXPECT_ERR(enter(there.fd(), new_ipc() | another_kind().flag), EINVAL);
        expect_unmoved();
        const int plain = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
        EXPECT_ERR(enter(plain, new_ipc()), EINVAL);
        close(plain);
        EXPECT_ERR(enter(PidFile { realm.keeper() }.fd(), 0), EINVAL);
        expect_unmoved();
        drop_capability(CAP_SYS_ADMIN);
        EXPECT_ERR(there.enter(), EPERM);
        EXPECT_ERR(enter(PidFile { realm.keeper() }.fd(), new_ipc()), EPERM);
        expect_unmoved();
        EXPECT_ERR(let_go(new_ipc()), EPERM);
        expect_unmoved();
    });
    realm.in([&] { EXPECT_EQ(facility.count(), Outcome::raw(0)); });
}

TEST(a_process_that_has_ended_has_no_namespace_to_enter)
{
    in_a_new_ipc_namespace([] {
        Actor dead { new_ipc(), [] { return Outcome::raw(0); } };
        const PidFile file { dead.pid() };
        REQUIRE_OK(dead.join());
        const int id = kFacilities[0].make();
        EXPECT_ERR(enter(file.fd(), new_ipc()), ESRCH);
        EXPECT(kFacilities[0].has(id));
    });
}

FACILITY_TEST(a_thread_enters_alone_and_the_others_keep_the)
{
    const Realm realm;
    realm.in([&] { EXPECT_EQ(facility.make(kKey), 0); });
    in_a_new_ipc_namespace([&] {
        (void)facility.make();
        const int id = facility.make(kKey);
        std::thread { [&] {
            REQUIRE_OK(realm.file().enter());
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(0));
        } }.join();
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(id));
    });
}

FACILITY_TEST(threads_in_two_namespaces_use_the_same_id_of_a)
{
    in_a_new_ipc_namespace([&] {
        const int id = facility.make();
        constexpr int kRounds = 200;
        std::thread other { [&] {
            REQUIRE_OK(let_go(new_ipc()));
            for (int i = 0; i < kRounds; ++i) {
                EXPECT_EQ(sysv::index_of(facility.make()), i % sysv::kSmallestCycle);
                for (const int made : facility.listed())
                    REQUIRE_OK(facility.remove(made));
            }
        } };
        for (int i = 0; i < kRounds; ++i) {
            REQUIRE_OK(facility.write(id));
            EXPECT_EQ(facility.count(), Outcome::raw(1));
        }
        other.join();
    });
}

FACILITY_TEST(an_open_file_keeps_a_namespace_and_its)
{
    Realm realm;
    realm.in([&] { EXPECT_EQ(facility.make(kKey), 0); });
    const NamespaceFile file = realm.file();
    realm.leave_alone();
    for (int i = 0; i < 2; ++i)
        in_a_process([&] {
            REQUIRE_OK(file.enter());
            EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(0));
            REQUIRE_OK(facility.write(0));
        });
    in_a_process([&] {
        REQUIRE_OK(file.enter());
        EXPECT_EQ(facility.count(), Outcome::raw(1));
        REQUIRE_OK(facility.remove(0));
        EXPECT_EQ(facility.make(), 1);
    });
}

FACILITY_TEST(a_mounted_file_keeps_a_namespace_and_its)
{
    Realm realm;
    realm.in([&] { EXPECT_EQ(facility.make(kKey), 0); });
    const Mounted mounted { realm.keeper() };
    realm.leave_alone();
    in_a_process([&] {
        REQUIRE_OK(mounted.file().enter());
        EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(0));
        REQUIRE_OK(facility.write(0));
    });
}

FACILITY_TEST(a_passed_file_descriptor_leads_to_the)
{
    const Realm realm;
    realm.in([&] { EXPECT_EQ(facility.make(kKey), 0); });
    const int copy = fcntl(realm.file().fd(), F_DUPFD_CLOEXEC, 100);
    REQUIRE(copy >= 100);
    in_a_process([&] {
        REQUIRE_OK(enter(copy, new_ipc()));
        in_a_process([&] { EXPECT_EQ(facility.get(kKey, 0), Outcome::raw(0)); });
    });
    close(copy);
}

FACILITY_TEST(the_entered_namespace_keeps_a_visitors)
{
    const Realm realm;
    const NamespaceFile home;
    in_a_process([&] {
        realm.enter();
        EXPECT_EQ(facility.make(kKey), 0);
        REQUIRE_OK(home.enter());
        EXPECT_ERR(facility.get(kKey, 0), ENOENT);
    });
    realm.in([&] { EXPECT(facility.has(0)); });
}

FACILITY_TEST(switching_back_and_forth_finds_the_same)
{
    const Realm one;
    const Realm two;
    one.in([&] { (void)facility.make(1); });
    two.in([&] { (void)facility.make(2); });
    in_a_process([&] {
        const NamespaceFile files[] = { one.file(), two.file() };
        for (int i = 0; i < 50; ++i) {
            REQUIRE_OK(files[i % 2].enter());
            EXPECT_EQ(facility.get(1 + i % 2, 0), Outcome::raw(0));
            EXPECT_ERR(facility.get(2 - i % 2, 0), ENOENT);
        }
    });
}

} // namespace
