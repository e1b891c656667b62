// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers for the tests of all three facilities that check structures of 32-bit programs in both
 * versions.
 */
#pragma once

#include "compat/compat_ipc.hpp"
#include "lib/harness.hpp"
#include "lib/kernel_clock.hpp"
#include "lib/same_bytes.hpp"

#include <cstring>
#include <ctime>

// How a structure is returned: by the separate call (the current version), or by ipc(2) in either version.
enum class Way { Direct, Current, Old };
inline constexpr Way kEveryWay[] { Way::Direct, Way::Current, Way::Old };
inline constexpr Way kCurrentWays[] { Way::Direct, Way::Current };

// The command in that version's encoding.
constexpr int command_by(Way way, int command)
{
    return way == Way::Current ? command | sysv::kIpc64 : command;
}

// Room for a structure that the kernel writes, and a margin that it must not write.
template <class T>
class Written {
public:
    Written() { std::memset(bytes_, kStale, sizeof(bytes_)); }

    void* place() { return bytes_; }
    T value() const
    {
        T value;
        std::memcpy(&value, bytes_, sizeof(value));
        return value;
    }
    // Every byte is as in `expected`, and no other has been written.
    void expect(const T& expected) const
    {
        expect_same_bytes(value(), expected);
        for (std::size_t i = sizeof(T); i < sizeof(bytes_); ++i)
            EXPECT_EQ(bytes_[i], kStale);
    }

private:
    static constexpr unsigned char kStale = 0xaa;

    unsigned char bytes_[sizeof(T) + 64];
};

// A structure of zeros, padding and all.
template <class T>
T zeros()
{
    T value;
    std::memset(&value, 0, sizeof(value));
    return value;
}

constexpr std::uint16_t old_id(std::uint32_t id)
{
    return id > 0xffff ? sysv::kOverflowId : static_cast<std::uint16_t>(id);
}

// Converts a value to the older version's.
inline sysv::OldPerm old_perm(const sysv::Perm& perm)
{
    return { perm.key,          old_id(perm.uid), old_id(perm.gid), old_id(perm.cuid),
             old_id(perm.cgid), perm.mode,        perm.seq };
}

// The clock runs from another time while one of these lives.
class ClockOverride {
public:
    explicit ClockOverride(std::int64_t seconds) : shift_ { seconds - kernel_seconds() }
    {
        set(seconds);
    }
    ~ClockOverride() { set(kernel_seconds() - shift_); }
    ClockOverride(const ClockOverride&) = delete;
    ClockOverride& operator=(const ClockOverride&) = delete;

private:
    static void set(std::int64_t seconds)
    {
        const timespec time { seconds, 0 };
        EXPECT_EQ(clock_settime(CLOCK_REALTIME, &time), 0);
    }

    std::int64_t shift_;
};

// A time that 32 bits do not hold, in the year 2128.
inline constexpr std::int64_t kFarAway = 5'000'000'000;
