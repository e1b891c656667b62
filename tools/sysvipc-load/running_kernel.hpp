// SPDX-License-Identifier: GPL-2.0
/* RunningKernel: the symbols, exports and permissions of the running kernel. */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

class RunningKernel {
public:
    /* Reads /proc/kallsyms; throws Refusal if it does not contain addresses. */
    RunningKernel();

    /* As uname -r prints it. */
    [[nodiscard]] std::string_view release() const { return release_; }

    /*
     * Whether a module built for that kernel is for this one.  The same release; or two of Android's that promise to be
     * compatible: the same version, as in 6.1, Android release and generation ("android14-11").
     */
    [[nodiscard]] bool suits(std::string_view vermagic) const;

    /* The address of a function or variable of the kernel itself that is not private to one of its files. */
    [[nodiscard]] std::optional<std::uint64_t> address_of(const std::string& name) const;

    /* Whether the exports can be determined: the kernel keeps the names of variables. */
    [[nodiscard]] bool tells_exports() const { return !exported_.empty(); }
    [[nodiscard]] bool exports(const std::string& name) const { return exported_.contains(name); }

    /* Why it would refuse a module that was changed; empty: it would not. */
    [[nodiscard]] static std::string objection();

private:
    std::string release_;
    std::unordered_map<std::string, std::uint64_t> addresses_; /* 0: of several things */
    std::unordered_set<std::string> exported_;
};
