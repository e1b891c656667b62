// SPDX-License-Identifier: GPL-2.0
/* The moment at which an operation of a table happens: a lock that detectors of races do not see. */
#pragma once

#include "machine.hpp"

#include <atomic>

namespace hosted {

class Moment {
public:
    explicit Moment(std::atomic_flag& flag) noexcept : flag_(flag)
    {
        while (flag_.test_and_set(std::memory_order_acquire))
            machine::give_way();
    }
    ~Moment() { flag_.clear(std::memory_order_release); }
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;

private:
    std::atomic_flag& flag_;
};

} // namespace hosted
