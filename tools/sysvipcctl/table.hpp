// SPDX-License-Identifier: GPL-2.0
/* Table: the contents of a file below /proc/sysvipc, a header that names the columns and rows; and its output. */
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

using Row = std::map<std::string, std::string>; // by column

struct Table {
    std::vector<std::string> columns;
    std::vector<Row> rows;
};

// A message for the user; the program ends with status 1.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// /proc/sysvipc/NAME.  Throws Failure.
Table read_table(const std::string& name);

// Throws Failure if there is no such column, or it is no number.
std::uint64_t number_in(const Row& row, const std::string& column);

// Columns as wide as their contents, numbers to the right.
std::string as_text(const Table& table);
// An array of objects; a cell that looks like a number is printed as one.
std::string as_json(const Table& table);
