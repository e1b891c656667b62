// SPDX-License-Identifier: GPL-2.0
/*
 * Compares structures that the kernel wrote byte for byte, including padding.
 */
#pragma once

#include "lib/harness.hpp"

#include <cstring>
#include <string>

template <class T>
void expect_same_bytes(const T& actual, const T& expected)
{
    unsigned char a[sizeof(T)];
    unsigned char e[sizeof(T)];
    std::memcpy(a, &actual, sizeof(T));
    std::memcpy(e, &expected, sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i)
        if (a[i] != e[i])
            harness::record_failure(HERE,
                                    "byte " + std::to_string(i) + ", expected "
                                        + std::to_string(e[i]) + " got " + std::to_string(a[i]));
}
