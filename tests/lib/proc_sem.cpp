// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of /proc/sysvipc/sem.
 */
#include "lib/proc_sem.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <cinttypes>
#include <cstdio>

namespace {

std::optional<SetRow> parse_set_row(const std::string& line)
{
    SetRow row {};
    int end = 0;
    const int fields =
        std::sscanf(line.c_str(), "%ld %d %o %" SCNu64 " %lu %lu %lu %lu %" SCNd64 " %" SCNd64 "%n",
                    &row.key, &row.id, &row.perms, &row.nsems, &row.uid, &row.gid, &row.cuid,
                    &row.cgid, &row.otime, &row.ctime, &end);
    if (fields != 10 || static_cast<std::size_t>(end) != line.size())
        return std::nullopt;
    row.text = line;
    return row;
}

} // namespace

std::vector<SetRow> parse_set_rows(std::string_view text)
{
    auto lines = split_lines(text);
    REQUIRE(!lines.empty());
    REQUIRE(text.ends_with('\n'));
    lines.erase(lines.begin());

    std::vector<SetRow> rows;
    for (const auto& line : lines) {
        const auto row = parse_set_row(line);
        if (!row)
            harness::record_failure(HERE, "not a row of a set: \"" + line + "\"");
        else
            rows.push_back(*row);
    }
    return rows;
}

std::vector<SetRow> read_set_rows()
{
    const auto text = read_file(kProcSem);
    REQUIRE(text.has_value());
    return parse_set_rows(*text);
}

std::optional<SetRow> find_set_row(int id)
{
    for (const auto& row : read_set_rows())
        if (row.id == id)
            return row;
    return std::nullopt;
}

std::string set_row_from_stat(int id)
{
    const auto stat = set_stat_of(id);
    char row[256];
    std::snprintf(row, sizeof(row), "%10d %10d  %4o %10u %5u %5u %5u %5u %10llu %10llu",
                  stat.perm.key, id, stat.perm.mode, static_cast<unsigned>(stat.nsems),
                  stat.perm.uid, stat.perm.gid, stat.perm.cuid, stat.perm.cgid,
                  static_cast<unsigned long long>(stat.otime),
                  static_cast<unsigned long long>(stat.ctime));
    return row;
}
