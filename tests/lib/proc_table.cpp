// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc: the rows of /proc/sysvipc/msg, the limits, and small files in general.
 */
#include "lib/proc_table.hpp"
#include "lib/harness.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

std::optional<std::string> read_file(const char* path, std::size_t step)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return std::nullopt;
    std::string text;
    std::string piece(step, '\0');
    for (;;) {
        const ssize_t got = read(fd, piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        text.append(piece, 0, static_cast<std::size_t>(got));
    }
    close(fd);
    return text;
}

bool write_file(const char* path, std::string_view text)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const ssize_t written = write(fd, text.data(), text.size());
    close(fd);
    return written == static_cast<ssize_t>(text.size());
}

std::vector<std::string> split_lines(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return lines;
}

std::optional<QueueRow> parse_row(const std::string& line)
{
    QueueRow row {};
    int end = 0;
    const int fields = std::sscanf(line.c_str(),
                                   "%ld %d %o %" SCNu64 " %" SCNu64
                                   " %ld %ld %lu %lu %lu %lu %" SCNd64 " %" SCNd64 " %" SCNd64 "%n",
                                   &row.key, &row.id, &row.perms, &row.cbytes, &row.qnum,
                                   &row.lspid, &row.lrpid, &row.uid, &row.gid, &row.cuid, &row.cgid,
                                   &row.stime, &row.rtime, &row.ctime, &end);
    if (fields != 14 || static_cast<std::size_t>(end) != line.size())
        return std::nullopt;
    row.text = line;
    return row;
}

std::vector<QueueRow> parse_rows(std::string_view text)
{
    auto lines = split_lines(text);
    REQUIRE(!lines.empty());
    REQUIRE(text.ends_with('\n'));
    lines.erase(lines.begin());

    std::vector<QueueRow> rows;
    for (const auto& line : lines) {
        const auto row = parse_row(line);
        if (!row)
            harness::record_failure(HERE, "not a row of a queue: \"" + line + "\"");
        else
            rows.push_back(*row);
    }
    return rows;
}

std::vector<QueueRow> read_queue_rows()
{
    const auto text = read_file(kProcMsg);
    REQUIRE(text.has_value());
    return parse_rows(*text);
}

std::optional<QueueRow> find_row(int id)
{
    for (const auto& row : read_queue_rows())
        if (row.id == id)
            return row;
    return std::nullopt;
}

std::set<int> read_ids_or_none(const char* path)
{
    std::set<int> ids;
    const auto lines = split_lines(read_file(path).value_or(""));
    for (std::size_t i = 1; i < lines.size(); ++i) {
        int id = 0;
        if (std::sscanf(lines[i].c_str(), "%*d %d", &id) == 1)
            ids.insert(id);
    }
    return ids;
}

std::optional<long> read_number(const char* path)
{
    const auto text = read_file(path);
    if (!text || text->empty())
        return std::nullopt;
    return std::strtol(text->c_str(), nullptr, 10);
}

LimitOverride::LimitOverride(const char* name, long value)
    : LimitOverride { name, std::to_string(value) }
{
}

LimitOverride::LimitOverride(const char* name, std::string_view value)
    : path_ { *name == '/' ? name : std::string { "/proc/sys/kernel/" } + name }
{
    const auto old_value = read_file(path_.c_str());
    if (!old_value)
        harness::skip(path_ + " does not exist on this kernel");
    old_value_ = *old_value;
    REQUIRE(write_file(path_.c_str(), value));
}

LimitOverride::~LimitOverride()
{
    EXPECT(write_file(path_.c_str(), old_value_));
}
