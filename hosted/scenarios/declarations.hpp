// SPDX-License-Identifier: GPL-2.0
/* The functions of the scenarios, and between which of their calls the explorer chooses. */
#pragma once

#include <host/kunit.h>

extern "C" {
#define SCENARIO(sentence) void sysvipc_case_##sentence(kapi_kunit* test) noexcept;
#define DEFECT(sentence, models) SCENARIO(sentence)
#define DEEP(sentence) SCENARIO(sentence)
#include "scenarios.def"
#undef SCENARIO
#undef DEFECT
#undef DEEP
/* Until both have ended, every choice is the explorer's. */
void hosted_explore_begin() noexcept;
void hosted_explore_end() noexcept;
}
