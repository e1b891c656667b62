// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of /proc/sysvipc/shm.
 */
#pragma once

#include "lib/proc_table.hpp"

// Everything after the header line of Linux 6.12; a row is one segment.
struct SegmentRow {
    long key;
    int id;
    unsigned perms; // printed in octal
    std::uint64_t size;
    long cpid;
    long lpid;
    std::uint64_t nattch;
    unsigned long uid;
    unsigned long gid;
    unsigned long cuid;
    unsigned long cgid;
    std::int64_t atime;
    std::int64_t dtime;
    std::int64_t ctime;
    std::uint64_t rss; // bytes
    std::uint64_t swap;
    std::string text; // the line as it was read, without its end
};

// Rows of a text that starts with the header; a test failure when a line cannot be parsed.
std::vector<SegmentRow> parse_segment_rows(std::string_view text);
std::vector<SegmentRow> read_segment_rows();
std::optional<SegmentRow> find_segment_row(int id);

// The row that Linux prints for the IPC_STAT data of a segment.
std::string segment_row_from_stat(int id, std::uint64_t rss, std::uint64_t swap);
