// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory by ipc(2): its differences from the separate calls.
 */
#include "compat/compat_check.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <algorithm>

namespace {

using sysv::ipc;
using sysv::IpcCall;

// shmat() of ipc(2), which gives the address by a pointer.
Outcome attach(unsigned call, const Segment& segment, const void* address, int flags, void** result)
{
    return ipc(call, segment.id(), flags, reinterpret_cast<long>(result), address);
}

TEST(shmget_of_ipc_finds_and_makes_the_same_segments)
{
    const Segment segment { 3 * kPage, 0600, unused_segment_key() };
    const int key = segment.stat().perm.key;
    EXPECT_EQ(ipc(IpcCall::Shmget, key, 3 * kPage, 0), Outcome::raw(segment.id()));
    EXPECT_ERR(ipc(IpcCall::Shmget, key, 3 * kPage + 1, 0), EINVAL);
    const key_t other = unused_segment_key();
    const Segment made = Segment::adopt(
        static_cast<int>(REQUIRE_OK(ipc(IpcCall::Shmget, other, 12345, IPC_CREAT | 0640))));
    EXPECT_EQ(sysv::shmget(other, 0, 0), Outcome::raw(made.id()));
    EXPECT_EQ(made.stat().segsz, 12345u);
}

TEST(shmat_of_ipc_gives_the_address_by_a_pointer)
{
    const Segment segment;
    for (const unsigned version : { 0u, 2u, 0xffffu }) {
        Written<void*> address;
        EXPECT_EQ(attach(sysv::with_version(IpcCall::Shmat, version), segment, nullptr, 0,
                         static_cast<void**>(address.place())),
                  Outcome::raw(0));
        address.expect(address.value());
        EXPECT_EQ(segment.attaches(), 1u);
        *static_cast<char*>(address.value()) = 'x';
        EXPECT_EQ(ipc(IpcCall::Shmdt, 0, 0, 0, address.value()), Outcome::raw(0));
        EXPECT_EQ(segment.attaches(), 0u);
    }
}

TEST(shmat_of_version_1_is_einval)
{
    const Segment segment;
    void* address = nullptr;
    EXPECT_ERR(attach(sysv::with_version(IpcCall::Shmat, 1), segment, nullptr, 0, &address),
               EINVAL);
    EXPECT_EQ(segment.attaches(), 0u);
    EXPECT(address == nullptr);
}

TEST(the_address_of_a_segment_is_written_as_a_whole_or_not_at_all)
{
    static constexpr std::byte kUntouched { 0xa5 };
    const Segment segment;
    const GuardedBuffer memory;
    in_a_process([&] {
        for (std::size_t room = 1; room < sizeof(void*); ++room) {
            std::byte* const place = memory.with_room_for(room);
            std::fill_n(place, room, kUntouched);
            EXPECT_ERR(attach(static_cast<unsigned>(IpcCall::Shmat), segment, nullptr, 0,
                              reinterpret_cast<void**>(place)),
                       EFAULT);
            EXPECT(std::all_of(place, place + room,
                               [](std::byte each) { return each == kUntouched; }));
        }
    });
}

TEST(a_segment_stays_attached_when_its_address_cannot_be_written)
{
    const Segment segment;
    const GuardedBuffer memory;
    in_a_process([&] {
        unsigned long attached = 0;
        for (void* result :
             { kNull, kKernelAddress, static_cast<void*>(memory.with_room_for(3)) }) {
            EXPECT_ERR(attach(static_cast<unsigned>(IpcCall::Shmat), segment, nullptr, 0,
                              static_cast<void**>(result)),
                       EFAULT);
            EXPECT_EQ(segment.attaches(), ++attached);
        }
    });
    EXPECT_EQ(segment.attaches(), 0u);
}

TEST(shmat_of_ipc_errs_as_shmat_does)
{
    const Segment segment;
    const auto shmat = static_cast<unsigned>(IpcCall::Shmat);
    void* address = nullptr;
    EXPECT_ERR(ipc(shmat, -1, 0, reinterpret_cast<long>(&address)), EINVAL);
    EXPECT_ERR(attach(shmat, segment, reinterpret_cast<void*>(0x12345), 0, &address), EINVAL);
    EXPECT_ERR(attach(shmat, segment, nullptr, SHM_REMAP, &address), EINVAL);
    EXPECT_ERR(attach(shmat, segment, kKernelAddress, 0, &address), ENOMEM);
    EXPECT_ERR(play(kAlice, [&] { return attach(shmat, segment, nullptr, 0, &address); }), EACCES);
    EXPECT_ERR(ipc(IpcCall::Shmdt, 0, 0, 0, kKernelAddress), EINVAL);
    EXPECT(address == nullptr);
}

TEST(an_attachment_is_placed_at_the_requested_address)
{
    const Segment segment;
    void* first = nullptr;
    const auto shmat = static_cast<unsigned>(IpcCall::Shmat);
    REQUIRE_OK(attach(shmat, segment, nullptr, 0, &first));
    REQUIRE_OK(sysv::shmdt(first));
    void* second = nullptr;
    REQUIRE_OK(
        attach(shmat, segment, static_cast<char*>(first) + 5, SHM_RND | SHM_RDONLY, &second));
    EXPECT_EQ(second, first);
    EXPECT_EQ(sysv::shmat(segment.id(), first, SHM_REMAP).as_raw(), reinterpret_cast<long>(first));
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_OK(sysv::shmdt(first));
}

TEST(an_invalid_call_number_of_ipc_is_enosys)
{
    for (const unsigned call : { 0u, 5u, 10u, 15u, 20u, 25u, 99u, 0xffffu, 0x10000u, 0x1'0005u })
        EXPECT_ERR(ipc(call, 0, 0, 0, kKernelAddress), ENOSYS);
}

} // namespace
