// SPDX-License-Identifier: GPL-2.0
/* What a case in user space has found so far (contracts: include/host/kunit.h). */
#pragma once

struct kapi_kunit {
    bool has_failed { false };
};
