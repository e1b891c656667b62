// SPDX-License-Identifier: GPL-2.0
/*
 * test_unload_stalled [PATH]: unloading the module while a call waits, inside it, for a page of user memory
 * that does not arrive: one of a file system that any user can have.  Unloading is refused at once; the call
 * ends as if nothing had been asked when the page arrives, and the module can go.  Long for its table of
 * calls, which is to be read in one place.
 */
#include "actor.hpp"
#include "harness.hpp"
#include "int80.hpp"
#include "kernel_log.hpp"
#include "module.hpp"
#include "proc_table.hpp"
#include "queue.hpp"
#include "segment.hpp"
#include "sem_set.hpp"
#include "shared.hpp"
#include "stalled_page.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr std::size_t kPageSize = StalledPage::kSize;

// The module, loaded for the life of a test, on a kernel with System V IPC of its own or without.
class Loaded {
public:
    Loaded()
    {
        module::require_unloaded_anywhere();
        REQUIRE_OK(module::load());
    }
    ~Loaded()
    {
        // Who uses a file in /proc/sys/kernel is seen to be gone a little later.
        if (module::is_loaded() && !harness::has_failed())
            wait_until([] {
                const auto outcome = module::unload();
                EXPECT(outcome.ok() || module::is_refusal(outcome));
                return outcome.ok() || harness::has_failed();
            });
    }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
};

bool is_going()
{
    return read_file("/sys/module/sysvipc/initstate") == "going\n";
}

std::optional<long> users_of_module()
{
    return read_number("/sys/module/sysvipc/refcnt");
}

// Two pages that 32 bits can address: the first is there, the second does not arrive before release().
class HalfStalled {
public:
    explicit HalfStalled(std::string_view contents, std::size_t present)
        : file_ { kAlice },
          memory_ { static_cast<char*>(mmap(nullptr, 2 * kPageSize, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0)) },
          present_ { std::min(present, contents.size()) }
    {
        REQUIRE(memory_ != MAP_FAILED);
        std::memcpy(address(), contents.data(), present_);
        std::memcpy(file_.contents(0), contents.data() + present_, contents.size() - present_);
        REQUIRE(mmap(memory_ + kPageSize, kPageSize, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_FIXED, file_.fd(), 0)
                != MAP_FAILED);
    }
    ~HalfStalled() { munmap(memory_, 2 * kPageSize); }
    HalfStalled(const HalfStalled&) = delete;
    HalfStalled& operator=(const HalfStalled&) = delete;

    // Of the contents, whose first `present` bytes are there.
    char* address() const { return memory_ + kPageSize - present_; }
    void wait_until_waited_for_by(Actor& actor) const
    {
        wait_until([&] {
            if (!actor.is_running())
                REQUIRE_ERR(actor.join(), EINPROGRESS); // which no call says
            return file_.is_waited_for(0);
        });
    }
    void release() { file_.release(0); }

private:
    StalledFile file_;
    char* memory_;
    std::size_t present_;
};

// That unloading is refused, and did not even begin.  Where it begins it cannot end before `release`.
void expect_refused(const std::function<void()>& release)
{
    Actor unloader { [] { return module::unload(); } };
    wait_until([&] { return !unloader.is_running() || is_going(); });
    const bool has_begun = is_going();
    EXPECT(!has_begun);
    if (has_begun)
        release();
    EXPECT(module::is_refusal(unloader.join()));
}

// An object's IPC_STAT with its owner changed: only her processes are served pages that do not arrive.
template <class Stat>
Stat given_to_alice(Stat stat)
{
    stat.perm.uid = kAlice.uid;
    stat.perm.gid = kAlice.gid;
    return stat;
}

struct Objects {
    Objects()
    {
        REQUIRE_OK(queue.send(7, "text"));
        REQUIRE_OK(set.set_values({ 1, 2, 3 }));
        REQUIRE_OK(queue.set(given_to_alice(queue.stat())));
        REQUIRE_OK(set.set(given_to_alice(set.stat())));
        REQUIRE_OK(segment.set(given_to_alice(segment.stat())));
    }
    void remove()
    {
        REQUIRE_OK(queue.remove());
        REQUIRE_OK(set.remove());
        REQUIRE_OK(segment.remove());
    }

    Queue queue;
    SemSet set { 3 };
    Segment segment;
};

template <class T>
std::string bytes_of(const T& value)
{
    return { reinterpret_cast<const char*>(&value), sizeof(value) };
}

template <class T>
T value_at(const char* address)
{
    T value;
    std::memcpy(&value, address, sizeof(value));
    return value;
}

struct Message {
    long type;
    char text[4];
};

struct Case {
    const char* name;
    // What is in memory before the call; as many bytes are there for what it writes.
    std::string (*contents)();
    Outcome (*call)(const Objects&, char* address);
    // When nothing else happened, and when the objects were removed while the call waited.
    Outcome (*usual)(const Objects&);
    Outcome (*after_removal)(const Objects&);
    // What it did, by the time it succeeded.
    void (*check)(const Objects&, const char* address);
};

Outcome nothing(const Objects&)
{
    return Outcome::raw(0);
}
Outcome no_such_object(const Objects&)
{
    return Outcome::failure(EINVAL);
}
Outcome removed(const Objects&)
{
    return Outcome::failure(EIDRM);
}
// What the *_INFO commands return: the highest index in use.
template <auto member>
Outcome index_of(const Objects& objects)
{
    constexpr int kIndexes = 32768;
    return Outcome::raw((objects.*member).id() % kIndexes);
}
void check_nothing(const Objects&, const char*) { }

template <class T>
std::string room_for()
{
    return std::string(sizeof(T), '\xaa');
}

std::string two_operations()
{
    return bytes_of(up(0, 4)) + bytes_of(down(2, 3));
}
std::string one_second()
{
    return bytes_of(timespec { .tv_sec = 1, .tv_nsec = 0 });
}
std::string a_message()
{
    return bytes_of(Message { 9, { 'm', 'o', 'r', 'e' } });
}
void check_operated(const Objects& objects, const char*)
{
    EXPECT_EQ(objects.set.text(), "5 2 0");
}

enum Ia32Call : long { Ipc = 117, Semtimedop = 420 };
enum IpcCall : long { IpcSemctl = 3, IpcMsgrcv = 12 };

Outcome ia32(long number, long first, long second, long third, const void* fourth, long fifth = 0)
{
    return Outcome::raw(static_cast<int>(
        int80(number, first, second, third, reinterpret_cast<long>(fourth), fifth)));
}

// In the old shape of ipc(2): where the message goes to, and its type.
struct Kludge {
    std::uint32_t buffer;
    std::int32_t type;
};

const Case kCases[] {
    // --- what is read
    { "semop", two_operations,
      [](const Objects& objects, char* address) {
          return sysv::semop(objects.set.id(), reinterpret_cast<sembuf*>(address), 2);
      },
      nothing, no_such_object, check_operated },
    { "semtimedop", two_operations,
      [](const Objects& objects, char* address) {
          return sysv::semtimedop(objects.set.id(), reinterpret_cast<sembuf*>(address), 2, &kLong);
      },
      nothing, no_such_object, check_operated },
    { "semtimedop_time", one_second,
      [](const Objects& objects, char* address) {
          const sembuf operations[] { up(0, 4), down(2, 3) };
          return sysv::semtimedop(objects.set.id(), operations, 2,
                                  reinterpret_cast<timespec*>(address));
      },
      nothing, no_such_object, check_operated },
    { "msgsnd", a_message,
      [](const Objects& objects, char* address) {
          return sysv::msgsnd(objects.queue.id(), address, 4, 0);
      },
      nothing, no_such_object,
      [](const Objects& objects, const char*) { EXPECT(objects.queue.receive(9).is(9, "more")); } },
    { "msgsnd_too_long", a_message,
      [](const Objects& objects, char* address) {
          return sysv::msgsnd(objects.queue.id(), address, 1'000'000, 0);
      },
      no_such_object, no_such_object, check_nothing },
    { "msgctl_IPC_SET",
      [] {
          auto wanted = given_to_alice(sysv::QueueStat {});
          wanted.perm.mode = 0640;
          wanted.qbytes = 100;
          return bytes_of(wanted);
      },
      [](const Objects& objects, char* address) {
          return sysv::msgctl(objects.queue.id(), IPC_SET, address);
      },
      nothing, no_such_object,
      [](const Objects& objects, const char*) { EXPECT_EQ(objects.queue.stat().qbytes, 100u); } },
    { "semctl_IPC_SET",
      [] {
          auto wanted = given_to_alice(sysv::SetStat {});
          wanted.perm.mode = 0640;
          return bytes_of(wanted);
      },
      [](const Objects& objects, char* address) {
          return sysv::semctl(objects.set.id(), 0, IPC_SET, address);
      },
      nothing, no_such_object,
      [](const Objects& objects, const char*) { EXPECT_EQ(objects.set.stat().perm.mode, 0640u); } },
    { "semctl_SETALL",
      [] {
          return bytes_of(std::array<unsigned short, 3> { 7, 8, 9 });
      },
      [](const Objects& objects, char* address) {
          return sysv::semctl(objects.set.id(), 0, SETALL, address);
      },
      nothing, removed,
      [](const Objects& objects, const char*) { EXPECT_EQ(objects.set.text(), "7 8 9"); } },
    { "shmctl_IPC_SET",
      [] {
          auto wanted = given_to_alice(sysv::SegmentStat {});
          wanted.perm.mode = 0640;
          return bytes_of(wanted);
      },
      [](const Objects& objects, char* address) {
          return sysv::shmctl(objects.segment.id(), IPC_SET, address);
      },
      nothing, no_such_object,
      [](const Objects& objects, const char*) {
          EXPECT_EQ(objects.segment.stat().perm.mode, 0640u);
      } },
    { "msgrcv_MSG_COPY", room_for<Message>,
      [](const Objects& objects, char* address) {
          return sysv::msgrcv(objects.queue.id(), address, 4, 0, MSG_COPY | IPC_NOWAIT);
      },
      [](const Objects&) { return Outcome::raw(4); }, no_such_object,
      [](const Objects&, const char* address) { EXPECT_EQ(value_at<Message>(address).type, 7); } },

    // --- what is written
    { "msgrcv", room_for<Message>,
      [](const Objects& objects, char* address) {
          return sysv::msgrcv(objects.queue.id(), address, 4, 0, 0);
      },
      [](const Objects&) { return Outcome::raw(4); },
      [](const Objects&) { return Outcome::raw(4); },
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<Message>(address).type, 7);
          EXPECT_EQ(std::string(address + sizeof(long), 4), "text");
      } },
    { "msgctl_IPC_STAT", room_for<sysv::QueueStat>,
      [](const Objects& objects, char* address) {
          return sysv::msgctl(objects.queue.id(), IPC_STAT, address);
      },
      nothing, nothing,
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<sysv::QueueStat>(address).qnum, 1u);
      } },
    { "msgctl_MSG_INFO", room_for<sysv::Info>,
      [](const Objects&, char* address) { return sysv::msgctl(0, MSG_INFO, address); },
      index_of<&Objects::queue>, index_of<&Objects::queue>,
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<sysv::Info>(address).msgpool, 1);
      } },
    { "semctl_IPC_STAT", room_for<sysv::SetStat>,
      [](const Objects& objects, char* address) {
          return sysv::semctl(objects.set.id(), 0, IPC_STAT, address);
      },
      nothing, nothing,
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<sysv::SetStat>(address).nsems, 3u);
      } },
    { "semctl_GETALL", room_for<std::array<unsigned short, 3>>,
      [](const Objects& objects, char* address) {
          return sysv::semctl(objects.set.id(), 0, GETALL, address);
      },
      nothing, nothing,
      [](const Objects&, const char* address) {
          const std::array<unsigned short, 3> values { 1, 2, 3 };
          EXPECT_EQ(std::string(address, sizeof(values)), bytes_of(values));
      } },
    { "semctl_SEM_INFO", room_for<sysv::SemInfo>,
      [](const Objects&, char* address) { return sysv::semctl(0, 0, SEM_INFO, address); },
      index_of<&Objects::set>, index_of<&Objects::set>,
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<sysv::SemInfo>(address).semaem, 3);
      } },
    { "shmctl_IPC_STAT", room_for<sysv::SegmentStat>,
      [](const Objects& objects, char* address) {
          return sysv::shmctl(objects.segment.id(), IPC_STAT, address);
      },
      nothing, nothing,
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<sysv::SegmentStat>(address).segsz, kPage);
      } },
    { "shmctl_SHM_INFO", room_for<sysv::ShmUsage>,
      [](const Objects&, char* address) { return sysv::shmctl(0, SHM_INFO, address); },
      index_of<&Objects::segment>, index_of<&Objects::segment>,
      [](const Objects&, const char* address) {
          EXPECT_EQ(value_at<sysv::ShmUsage>(address).used_ids, 1);
      } },

    // --- what 32-bit programs have on the way there
    { "semtimedop_of_32_bits", one_second,
      [](const Objects& objects, char* address) {
          return ia32(Semtimedop, objects.set.id(), 0, 0, address);
      },
      no_such_object, no_such_object, check_nothing },
    { "ipc_semctl", [] { return bytes_of(std::uint32_t { 6 }); },
      [](const Objects& objects, char* address) {
          constexpr long kSecond = 1;
          return ia32(Ipc, IpcSemctl, objects.set.id(), kSecond, reinterpret_cast<void*>(SETVAL),
                      reinterpret_cast<long>(address));
      },
      nothing, no_such_object,
      [](const Objects& objects, const char*) { EXPECT_EQ(objects.set.value(1), 6); } },
    { "ipc_msgrcv",
      [] {
          return bytes_of(Kludge { 0, 1234 });
      },
      [](const Objects& objects, char* address) {
          return ia32(Ipc, IpcMsgrcv, objects.queue.id(), 4, reinterpret_cast<void*>(IPC_NOWAIT),
                      reinterpret_cast<long>(address));
      },
      [](const Objects&) { return Outcome::failure(ENOMSG); }, no_such_object, check_nothing },
};

// As many bytes of what is copied are there at once.
constexpr std::size_t kPresent[] { 0, 3 };

void for_each_case(const std::function<void(const Case&, std::size_t)>& body)
{
    for (const Case& one : kCases) {
        for (const std::size_t present : kPresent) {
            try {
                body(one, present);
            } catch (const harness::LeaveTest&) {
            }
            if (harness::has_failed())
                harness::note(std::string { one.name } + " with " + std::to_string(present)
                              + " bytes there");
            REQUIRE(!harness::has_failed());
        }
    }
}

bool has_ia32()
{
    return int80(20 /* getpid */) == getpid();
}

TEST(unloading_is_refused_while_a_call_waits_for_memory_though_no_object_is_left)
{
    const Loaded loaded;
    for_each_case([](const Case& one, std::size_t present) {
        if (std::string_view { one.name }.find("_32_") != std::string_view::npos && !has_ia32())
            return;
        HalfStalled memory { one.contents(), present };
        Objects objects;
        Actor caller { kAlice, [&] { return one.call(objects, memory.address()); } };
        memory.wait_until_waited_for_by(caller);
        const Outcome expected = one.after_removal(objects);
        objects.remove();
        expect_refused([&] { memory.release(); });
        memory.release();
        EXPECT_EQ(caller.join(), expected);
        EXPECT(users_of_module() == 0);
    });
}

TEST(a_call_that_waited_for_memory_does_what_it_should)
{
    const Loaded loaded;
    for_each_case([](const Case& one, std::size_t present) {
        HalfStalled memory { one.contents(), present };
        const Objects objects;
        Actor caller { kAlice, [&] {
                          const Outcome outcome = one.call(objects, memory.address());
                          if (outcome.ok())
                              one.check(objects, memory.address());
                          return outcome;
                      } };
        memory.wait_until_waited_for_by(caller);
        memory.release();
        EXPECT_EQ(caller.join(), one.usual(objects));
    });
}

TEST(a_call_that_waits_for_memory_can_be_killed_and_the_module_can_go)
{
    const Loaded loaded;
    HalfStalled memory { two_operations(), 0 };
    Actor caller { kAlice,
                   [&] { return sysv::semop(0, reinterpret_cast<sembuf*>(memory.address()), 2); } };
    memory.wait_until_waited_for_by(caller);
    expect_refused([&] { memory.release(); });
    caller.signal(SIGKILL);
    caller.join_killed(SIGKILL);
    EXPECT_OK(module::unload());
}

// A process that has been woken in a call, and does not get the CPU that it is to leave it on.
TEST(what_unloading_waits_for_is_named_in_the_log)
{
    constexpr int kCpu = 1;
    if (sysconf(_SC_NPROCESSORS_ONLN) <= kCpu)
        harness::skip("there is one CPU only");
    const Loaded loaded;
    pin_to_cpu(0);
    Queue queue;
    Actor sleeper { [&] {
        pin_to_cpu(kCpu);
        use_fifo_scheduling();
        return queue.receive(0, 0).outcome;
    } };
    sleeper.wait_asleep_in_msgrcv();
    Shared<std::atomic<bool>> has_begun;
    Shared<std::atomic<bool>> is_over;
    Actor hog { [&] {
        pin_to_cpu(kCpu);
        const sched_param high { .sched_priority = 50 };
        REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &high), 0);
        *has_begun = true;
        while (!*is_over) { }
        return Outcome::raw(0);
    } };
    wait_until([&] { return has_begun->load(); });
    KernelLog log;
    REQUIRE_OK(queue.remove());
    Actor unloader { [] { return module::unload(); } };
    const auto expected =
        "process " + std::to_string(sleeper.pid()) + " (test_unload_sta), in msgrcv\n";
    wait_until([&] {
        REQUIRE(unloader.is_running());
        return log.take("sysvipc: unloading waits for ") == expected;
    });
    *is_over = true;
    EXPECT_OK(hog.join());
    EXPECT_ERR(sleeper.join(), EIDRM);
    EXPECT_OK(unloader.join());
}

// --- the files in /proc/sys/kernel, where they are the module's

void expect_no_users_soon()
{
    wait_until([] {
        REQUIRE(module::is_loaded());
        return users_of_module() == 0;
    });
}

TEST(unloading_is_refused_while_a_limit_is_read_into_memory_that_does_not_arrive)
{
    module::require_unloaded();
    const Loaded loaded;
    for (const char* path : { "/proc/sys/kernel/msgmax", "/proc/sys/kernel/sem" }) {
        HalfStalled memory { std::string(64, '?'), 0 };
        const auto expected = read_file(path);
        REQUIRE(expected.has_value());
        Actor reader { kAlice, [&] {
                          const int fd = open(path, O_RDONLY);
                          const auto got = Outcome::of(read(fd, memory.address(), 64));
                          EXPECT_EQ(std::string(memory.address(), expected->size()), *expected);
                          return got;
                      } };
        memory.wait_until_waited_for_by(reader);
        expect_refused([&] { memory.release(); });
        memory.release();
        EXPECT_EQ(reader.join(), Outcome::raw(static_cast<long>(expected->size())));
        expect_no_users_soon();
    }
}

TEST(unloading_is_refused_while_a_limit_is_written_from_memory_that_does_not_arrive)
{
    module::require_unloaded();
    const Loaded loaded;
    const int fd = open("/proc/sys/kernel/msgmax", O_WRONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    expect_no_users_soon(); // an open file alone is none
    UserfaultPage page;
    std::memcpy(page.contents(), "4321\n", 5);
    Outcome written = Outcome::raw(0);
    std::thread writer { [&] { written = Outcome::of(write(fd, page.address(), 5)); } };
    page.wait_until_waited_for();
    expect_refused([&] { page.release(); });
    page.release();
    writer.join();
    close(fd);
    EXPECT_EQ(written, Outcome::raw(5));
    EXPECT(read_number("/proc/sys/kernel/msgmax") == 4321);
    expect_no_users_soon();
}

// `directory` stands where the next entry to be listed is `name`.
void seek_to(int directory, std::string_view name)
{
    long offset = 0;
    alignas(dirent64) char buffer[4096];
    while (const long size = REQUIRE_OK(
               Outcome::of(syscall(SYS_getdents64, directory, buffer, sizeof(buffer))))) {
        for (long at = 0; at < size;) {
            const auto& entry = *reinterpret_cast<const dirent64*>(buffer + at);
            if (entry.d_name == name) {
                REQUIRE_EQ(lseek(directory, offset, SEEK_SET), offset);
                return;
            }
            offset = entry.d_off;
            at += entry.d_reclen;
        }
    }
    REQUIRE(false);
}

// A directory's inodes are made once for each mount of /proc: by the first listing of it, or before.
void list_into_stalled_memory(const char* proc)
{
    HalfStalled memory { std::string(4096, '?'), 0 };
    Actor lister { kAlice, [&] {
                      const auto path = std::string { proc } + "/sys/kernel";
                      const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY);
                      REQUIRE(fd >= 0);
                      seek_to(fd, "msgmax");
                      return Outcome::of(syscall(SYS_getdents64, fd, memory.address(), 4096));
                  } };
    memory.wait_until_waited_for_by(lister);
    expect_refused([&] { memory.release(); });
    memory.release();
    EXPECT(lister.join().value() > 0);
    expect_no_users_soon();
}

TEST(unloading_is_refused_while_limits_are_listed_into_memory_that_does_not_arrive)
{
    module::require_unloaded();
    const Loaded loaded;
    for (int time = 0; time < 2; ++time)
        list_into_stalled_memory("/proc");
}

TEST(the_files_are_gone_after_unloading_and_back_after_loading_however_they_were_used)
{
    module::require_unloaded();
    for (int time = 0; time < 3; ++time) {
        {
            const Loaded loaded;
            EXPECT(read_number("/proc/sys/kernel/msgmax") == 8192);
            list_into_stalled_memory("/proc");
        }
        module::expect_absent();
    }
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
