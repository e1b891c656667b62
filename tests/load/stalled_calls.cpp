// SPDX-License-Identifier: GPL-2.0
/* The table of calls that copy to or from user memory (contracts: stalled_calls.hpp). */
#include "load/stalled_calls.hpp"

#include "lib/harness.hpp"
#include "lib/identity.hpp"
#include "lib/int80.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>

namespace stalled_calls {

namespace {

// An object's IPC_STAT with its owner changed: only her processes are served pages that do not arrive.
template <class Stat>
Stat given_to_alice(Stat stat)
{
    stat.perm.uid = kAlice.uid;
    stat.perm.gid = kAlice.gid;
    return stat;
}

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
// The return value of the *_INFO commands: the highest index in use.
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

#ifdef __x86_64__ // elsewhere no 64-bit program can make calls of 32 bits
enum Ia32Call : long { Ipc = 117, Semtimedop = 420 };
enum IpcCall : long { IpcSemctl = 3, IpcMsgrcv = 12 };

Outcome ia32(long number, long first, long second, long third, const void* fourth, long fifth = 0)
{
    return Outcome::raw(static_cast<int>(
        int80(number, first, second, third, reinterpret_cast<long>(fourth), fifth)));
}

// The old structure of ipc(2): the message's address, and its type.
struct Kludge {
    std::uint32_t buffer;
    std::int32_t type;
};
#endif

constexpr Call kCalls[] {
    // --- data that calls read
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

    // --- data that calls write
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

#ifdef __x86_64__
    // --- data of 32-bit programs, which is converted
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
#endif
};

} // namespace

Objects::Objects()
{
    REQUIRE_OK(queue.send(7, "text"));
    REQUIRE_OK(set.set_values({ 1, 2, 3 }));
    REQUIRE_OK(queue.set(given_to_alice(queue.stat())));
    REQUIRE_OK(set.set(given_to_alice(set.stat())));
    REQUIRE_OK(segment.set(given_to_alice(segment.stat())));
}

void Objects::remove()
{
    REQUIRE_OK(queue.remove());
    REQUIRE_OK(set.remove());
    REQUIRE_OK(segment.remove());
}

std::span<const Call> all()
{
    return kCalls;
}

std::string two_operations()
{
    return bytes_of(up(0, 4)) + bytes_of(down(2, 3));
}

} // namespace stalled_calls
