// SPDX-License-Identifier: GPL-2.0
/*
 * System calls as 32-bit programs make them; 64-bit programs may make them, too.
 */
#pragma once

// -errno, or the result: as many bits as the kernel gives.  The kernel must run 32-bit programs.
inline long int80(long number, long first = 0, long second = 0, long third = 0, long fourth = 0,
                  long fifth = 0)
{
    long result;
    asm volatile("int $0x80"
                 : "=a"(result)
                 : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(fifth)
                 : "memory"
#ifdef __LP64__
                   ,
                   "r8", "r9", "r10", "r11"
#endif
    );
    return result;
}
