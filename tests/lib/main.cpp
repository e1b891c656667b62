// SPDX-License-Identifier: GPL-2.0
/*
 * Entry point of the test programs that need no arguments of their own.
 */
#include "lib/harness.hpp"

int main(int argc, char** argv)
{
    return harness::run_tests(argc, argv);
}
