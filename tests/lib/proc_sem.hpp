// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of /proc/sysvipc/sem.
 */
#pragma once

#include "lib/proc_table.hpp"

// Everything after the header line of Linux 6.12; a row is one set of semaphores.
struct SetRow {
    long key;
    int id;
    unsigned perms; // printed in octal
    std::uint64_t nsems;
    unsigned long uid;
    unsigned long gid;
    unsigned long cuid;
    unsigned long cgid;
    std::int64_t otime;
    std::int64_t ctime;
    std::string text; // the line as it was read, without its end
};

// Rows of a text that starts with the header; a test failure when a line cannot be parsed.
std::vector<SetRow> parse_set_rows(std::string_view text);
std::vector<SetRow> read_set_rows();
std::optional<SetRow> find_set_row(int id);

// The row that Linux prints for the IPC_STAT data of a set.
std::string set_row_from_stat(int id);
