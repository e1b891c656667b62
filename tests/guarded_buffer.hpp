// SPDX-License-Identifier: GPL-2.0
/*
 * GuardedBuffer: user memory that ends where a test wants it to end.
 */
#pragma once

#include <cstddef>

// Memory whose last usable byte is followed by a page that cannot be touched.
class GuardedBuffer {
public:
    explicit GuardedBuffer(std::size_t usable = 3 * 4096);
    ~GuardedBuffer();
    GuardedBuffer(const GuardedBuffer&) = delete;
    GuardedBuffer& operator=(const GuardedBuffer&) = delete;

    // The address that has exactly `count` usable bytes before the guard.
    std::byte* with_room_for(std::size_t count) const { return guard_ - count; }
    void protect(int protection) const; // of the usable part

private:
    std::byte* start_;
    std::byte* guard_;
};

// Two addresses that no process can use: never mapped, and in the kernel's half.
inline void* const kNull = nullptr;
inline void* const kKernelAddress = reinterpret_cast<void*>(0xffff'8880'0000'1000ul);
