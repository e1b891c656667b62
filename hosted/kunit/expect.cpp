// SPDX-License-Identifier: GPL-2.0
/* Expectations of the cases in user space (contracts: include/host/kunit.h). */
#include "expect.hpp"

#include <cstdio>
#include <host/kunit.h>

bool host_kunit_expect(kapi_kunit* test, bool holds, const char* text, const char* file, int line)
{
    if (!holds) {
        std::printf("    # EXPECTATION FAILED at %s:%d: %s\n", file, line, text);
        test->has_failed = true;
    }
    return holds;
}

bool host_kunit_expect_equal(kapi_kunit* test, kapi_s64 left, kapi_s64 right, const char* text,
                             const char* file, int line)
{
    if (left != right) {
        std::printf("    # EXPECTATION FAILED at %s:%d: %s: %lld, %lld\n", file, line, text, left,
                    right);
        test->has_failed = true;
    }
    return left == right;
}
