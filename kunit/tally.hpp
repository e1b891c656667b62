// SPDX-License-Identifier: GPL-2.0
/*
 * Tally: a count that several threads and RCU callbacks increase.  Census: counts constructions and
 * destructions.
 */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

class Tally : Pinned {
public:
    constexpr Tally() = default;
    void add_one() noexcept { __atomic_fetch_add(&count_, 1, __ATOMIC_RELAXED); }
    [[nodiscard]] u64 count() const noexcept { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

private:
    u64 count_ { 0 };
};

struct Census : Pinned {
    Tally born;
    Tally dead;

    [[nodiscard]] bool is_balanced() const noexcept { return born.count() == dead.count(); }
    [[nodiscard]] u64 living() const noexcept { return born.count() - dead.count(); }
};

/* A member of each counted object: registers its construction and destruction. */
class Counted : Pinned {
public:
    explicit Counted(Census& census) noexcept : census_(census) { census_.born.add_one(); }
    ~Counted() { census_.dead.add_one(); }

private:
    Census& census_;
};

} // namespace sysvipc
