// SPDX-License-Identifier: GPL-2.0
/* The failures of a case in user space so far (contracts: include/host/kunit.h). */
#pragma once

struct kapi_kunit {
    bool has_failed { false };
};
