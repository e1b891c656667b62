// SPDX-License-Identifier: GPL-2.0
/*
 * The properties of the processor that tests depend on.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <elf.h>

namespace machine {

#if defined(__x86_64__) || defined(__i386__)

inline constexpr char kCallPrefix[] = "__x64_sys_"; // of the kernel's functions for 64-bit programs
inline constexpr int kCalls =
    24; // how many functions serve System V IPC to programs of either kind
inline constexpr std::uint16_t kElf64 = EM_X86_64; // whose 64-bit programs its kernel runs
inline constexpr unsigned char kReturn7[] { 0xb8, 7, 0, 0, 0, 0xc3 };
// A copy of the kernel's to user space stops where the memory ends.
inline constexpr std::size_t kShortCopy = 0;
inline constexpr std::size_t kRounding = 4096; // of addresses with SHM_RND: SHMLBA

#else

inline constexpr char kCallPrefix[] = "__arm64_sys_";
inline constexpr int kCalls = 19; // 32-bit programs share some with others
inline constexpr std::uint16_t kElf64 = EM_AARCH64;
// A copy of the kernel's to user space may stop so many bytes before the end of the memory: it writes
// up to 16 at once.
inline constexpr std::size_t kShortCopy = 15;
#ifdef __LP64__
inline constexpr std::size_t kRounding = 4096; // of addresses with SHM_RND: SHMLBA
inline constexpr std::uint32_t kReturn7[] { 0x528000e0, 0xd65f03c0 }; // mov w0, #7; ret
#else
inline constexpr std::size_t kRounding = std::size_t { 4 } * 4096;
inline constexpr std::uint32_t kReturn7[] { 0xe3a00007, 0xe12fff1e }; // mov r0, #7; bx lr
#endif

#endif

} // namespace machine
