// SPDX-License-Identifier: GPL-2.0
/*
 * Shared by the tests of unloading with a call inside: a module for each test, user memory whose
 * second page does not arrive, and a check that unloading is refused during that time.
 */
#pragma once

#include "lib/actor.hpp"
#include "lib/outcome.hpp"
#include "lib/stalled_page.hpp"

#include <functional>
#include <optional>
#include <string_view>

// The module, loaded for the life of a test, on a kernel with System V IPC of its own or without.
class Loaded {
public:
    Loaded();
    ~Loaded();
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
};

// Two pages that 32 bits can address: the first is there, the second does not arrive before release().
class HalfStalled {
public:
    HalfStalled(std::string_view contents, std::size_t present);
    ~HalfStalled();
    HalfStalled(const HalfStalled&) = delete;
    HalfStalled& operator=(const HalfStalled&) = delete;

    // Of the contents, whose first `present` bytes are there.
    char* address() const;
    void wait_until_waited_for_by(Actor& actor) const;
    void release() { file_.release(0); }

private:
    StalledFile file_;
    char* memory_;
    std::size_t present_;
};

// That unloading is refused, and did not even begin.  Where it begins it cannot end before `release`.
void expect_refused(const std::function<void()>& release);

// The module's use count, as the kernel shows it; nothing while it is not loaded.
std::optional<long> users_of_module();
