// SPDX-License-Identifier: GPL-2.0
/*
 * The files below /proc/sysvipc that only the module has: tables whose header names the columns.
 */
#pragma once

#include <map>
#include <string>
#include <vector>

// Their names.
inline constexpr const char* kOwnFiles[] = { "limits",      "msg_stats",   "sem_stats", "shm_stats",
                                             "msg_waiters", "sem_waiters", "sem_undo" };

bool is_module_there();

// Skips the test where System V IPC is the kernel's own.
void require_module();

using OwnRow = std::map<std::string, std::string>; // by column

// All rows of /proc/sysvipc/NAME; a test failure when it is not a table.  The first call skips the test
// where there is no module.
std::vector<OwnRow> read_own_table(const std::string& name);
std::vector<OwnRow> parse_own_table(const std::string& text);

// A row's number; a test failure when the column is missing, or is none.
long long number_in(const OwnRow& row, const std::string& column);

// The rows of that table in which `column` is `value`.
std::vector<OwnRow> rows_where(const std::string& name, const std::string& column,
                               const std::string& value);
// The only one; a test failure when there is another number.
OwnRow row_where(const std::string& name, const std::string& column, const std::string& value);
