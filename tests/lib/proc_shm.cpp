// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of /proc/sysvipc/shm.
 */
#include "lib/proc_shm.hpp"
#include "lib/harness.hpp"
#include "lib/segment.hpp"

#include <cinttypes>
#include <cstdio>

namespace {

std::optional<SegmentRow> parse_segment_row(const std::string& line)
{
    SegmentRow row {};
    int end = 0;
    const int fields =
        std::sscanf(line.c_str(),
                    "%ld %d %o %" SCNu64 " %ld %ld %" SCNu64 " %lu %lu %lu %lu %" SCNd64 " %" SCNd64
                    " %" SCNd64 " %" SCNu64 " %" SCNu64 "%n",
                    &row.key, &row.id, &row.perms, &row.size, &row.cpid, &row.lpid, &row.nattch,
                    &row.uid, &row.gid, &row.cuid, &row.cgid, &row.atime, &row.dtime, &row.ctime,
                    &row.rss, &row.swap, &end);
    if (fields != 16 || static_cast<std::size_t>(end) != line.size())
        return std::nullopt;
    row.text = line;
    return row;
}

} // namespace

std::vector<SegmentRow> parse_segment_rows(std::string_view text)
{
    auto lines = split_lines(text);
    REQUIRE(!lines.empty());
    REQUIRE(text.ends_with('\n'));
    lines.erase(lines.begin());

    std::vector<SegmentRow> rows;
    for (const auto& line : lines) {
        const auto row = parse_segment_row(line);
        if (!row)
            harness::record_failure(HERE, "not a row of a segment: \"" + line + "\"");
        else
            rows.push_back(*row);
    }
    return rows;
}

std::vector<SegmentRow> read_segment_rows()
{
    const auto text = read_file(kProcShm);
    REQUIRE(text.has_value());
    return parse_segment_rows(*text);
}

std::optional<SegmentRow> find_segment_row(int id)
{
    for (const auto& row : read_segment_rows())
        if (row.id == id)
            return row;
    return std::nullopt;
}

std::string segment_row_from_stat(int id, std::uint64_t rss, std::uint64_t swap)
{
    const auto stat = segment_stat_of(id);
    char row[384];
    std::snprintf(row, sizeof(row),
                  "%10d %10d  %4o %21" PRIu64 " %5u %5u  %5" PRIu64 " %5u %5u %5u %5u %10" PRIu64
                  " %10" PRIu64 " %10" PRIu64 " %21" PRIu64 " %21" PRIu64,
                  stat.perm.key, id, stat.perm.mode, std::uint64_t { stat.segsz },
                  static_cast<unsigned>(stat.cpid), static_cast<unsigned>(stat.lpid),
                  std::uint64_t { stat.nattch }, stat.perm.uid, stat.perm.gid, stat.perm.cuid,
                  stat.perm.cgid, static_cast<std::uint64_t>(stat.atime),
                  static_cast<std::uint64_t>(stat.dtime), static_cast<std::uint64_t>(stat.ctime),
                  rss, swap);
    return row;
}
