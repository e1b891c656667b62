// SPDX-License-Identifier: GPL-2.0
/*
 * GuardedBuffer: user memory that ends where a test wants it to end.
 */
#pragma once

#include <cstddef>
#include <sys/mman.h>

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

// Where the memory ends that a process can use.
#if defined(__x86_64__)
inline constexpr unsigned long kEndOfUserSpace = 0x7fff'ffff'f000;
#elif defined(__aarch64__)
// By addresses of 48 bits; with those of 52 a process can have more, if it asks for it.
inline const unsigned long kEndOfUserSpace = [] {
    constexpr unsigned long kEnd = 1ul << 48;
    void* const beyond = mmap(reinterpret_cast<void*>(kEnd), 4096, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (beyond == MAP_FAILED)
        return kEnd;
    munmap(beyond, 4096);
    return 1ul << 52;
}();
#elif defined(__arm__)
inline constexpr unsigned long kEndOfUserSpace = 0xffff'f000;
#else
inline constexpr unsigned long kEndOfUserSpace = 0xffff'e000;
#endif

// Two addresses that no process can use: never mapped, and in the kernel's half or at the very end.
inline void* const kNull = nullptr;
#ifdef __LP64__
inline void* const kKernelAddress = reinterpret_cast<void*>(0xffff'8880'0000'1000);
#else
inline void* const kKernelAddress = reinterpret_cast<void*>(0xffff'f000);
#endif
