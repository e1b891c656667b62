// SPDX-License-Identifier: GPL-2.0
/*
 * PerCpuSum: a per-CPU counter; only reading the sum accesses all CPUs' parts.
 * A sum read during concurrent additions may or may not include them.
 */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <host/percpu.h>
#include <kapi/memory.h>

namespace sysvipc {

class PerCpuSum : Pinned {
public:
    constexpr PerCpuSum() = default;

    /* Errors: ENOMEM.  Sleeps. */
    [[nodiscard]] Result<void> start() noexcept
    {
        counters_ = kapi_percpu_long_alloc();
        if (!counters_)
            return Errno::ENOMEM;
        return {};
    }
    void stop() noexcept { kapi_percpu_long_free(exchange(counters_, nullptr)); }

    void add(long delta) noexcept { kapi_percpu_long_add(counters_, delta); }
    [[nodiscard]] long sum() const noexcept { return host_percpu_long_sum(counters_); }

private:
    long* counters_ { nullptr };
};

} // namespace sysvipc
