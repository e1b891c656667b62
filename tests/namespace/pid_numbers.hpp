// SPDX-License-Identifier: GPL-2.0
/*
 * Pid namespaces, and the numbers of processes in the rows of /proc/sysvipc.
 */
#pragma once

#include "lib/proc_file.hpp"
#include "lib/realm.hpp"

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

inline constexpr unsigned long kNewPids = CLONE_NEWPID;

// The numbers of this process, from the initial pid namespace, whose /proc this is, to its own.
inline std::vector<int> own_numbers()
{
    constexpr std::string_view field = "NSpid:";
    const auto status = read_file("/proc/self/status");
    REQUIRE(status.has_value());
    std::vector<int> numbers;
    for (const auto& line : split_lines(*status)) {
        if (!line.starts_with(field))
            continue;
        std::istringstream in { line.substr(field.size()) };
        for (int number; in >> number;)
            numbers.push_back(number);
    }
    return numbers;
}

// Both columns with numbers of processes in the row of `id`, or -1.
struct Columns {
    int first = -1;
    int second = -1;
};

inline Columns columns_in(const std::string& text, const char* format, int id)
{
    for (const auto& line : split_lines(text)) {
        int found = -1;
        Columns columns;
        if (std::sscanf(line.c_str(), format, &found, &columns.first, &columns.second) == 3
            && found == id)
            return columns;
    }
    return {};
}

inline constexpr const char* kQueueFormat = "%*d %d %*o %*d %*d %d %d"; // lspid lrpid
inline constexpr const char* kSegmentFormat = "%*d %d %*o %*d %d %d"; // cpid lpid

inline Columns queue_columns(int id)
{
    return columns_in(read_file(kProcMsg).value_or(""), kQueueFormat, id);
}

inline Columns segment_columns(int id)
{
    return columns_in(read_file(kProcShm).value_or(""), kSegmentFormat, id);
}

// The outer number of the first process of a new pid namespace, which has done `deed` and ended.
inline pid_t in_new_pids(const std::function<void()>& deed)
{
    Actor init { kNewPids, [&] {
                    deed();
                    return Outcome::raw(0);
                } };
    const pid_t outer = init.pid();
    REQUIRE_OK(init.join());
    return outer;
}
