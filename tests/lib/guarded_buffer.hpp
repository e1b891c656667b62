// SPDX-License-Identifier: GPL-2.0
/*
 * GuardedBuffer: user memory that ends where a test wants it to end.
 */
#pragma once

#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <sys/mman.h>
#include <unistd.h>

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
// Where the last page can be mapped: kernels have addresses of different sizes.
inline const unsigned long kEndOfUserSpace = [] {
    const auto page = static_cast<unsigned long>(sysconf(_SC_PAGESIZE));
    for (const int bits : { 52, 48, 47, 42, 39 }) {
        const unsigned long end = 1ul << bits;
        void* const last = mmap(reinterpret_cast<void*>(end - page), page, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (last != MAP_FAILED)
            munmap(last, page);
        if (last != MAP_FAILED || errno == EEXIST)
            return end;
    }
    return 1ul << 36;
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
