// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc: the rows of /proc/sysvipc/msg, the limits, and small files in general.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

inline constexpr const char* kProcMsg = "/proc/sysvipc/msg";
inline constexpr const char* kProcSem = "/proc/sysvipc/sem";
inline constexpr const char* kProcShm = "/proc/sysvipc/shm";

// Everything after the header line of Linux 6.12; a row is one queue.
struct QueueRow {
    long key;
    int id;
    unsigned perms; // printed in octal
    std::uint64_t cbytes;
    std::uint64_t qnum;
    long lspid;
    long lrpid;
    unsigned long uid;
    unsigned long gid;
    unsigned long cuid;
    unsigned long cgid;
    std::int64_t stime;
    std::int64_t rtime;
    std::int64_t ctime;
    std::string text; // the line as it was read, without its end
};

// The whole file, or nothing when it cannot be opened.  `step` bytes are asked for at a time.
std::optional<std::string> read_file(const char* path, std::size_t step = 65536);

// Replaces the content of a small file; false when the kernel does not take it.
bool write_file(const char* path, std::string_view text);

// Splits at newlines; a missing newline at the end makes a last, incomplete line.
std::vector<std::string> split_lines(std::string_view text);

std::optional<QueueRow> parse_row(const std::string& line);

// Rows of a text that starts with the header; a test failure when a line cannot be parsed.
std::vector<QueueRow> parse_rows(std::string_view text);
std::vector<QueueRow> read_queue_rows();
std::optional<QueueRow> find_row(int id);

// For the harness itself: the ids in any file of /proc/sysvipc.  Never fails, no file is no row.
std::set<int> read_ids_or_none(const char* path);

// A number in a file such as /proc/sys/kernel/msgmni.
std::optional<long> read_number(const char* path);

// Sets one of the limits in /proc/sys/kernel, or that in a file given by its whole path, for the life
// of this object.  Skips the test when the kernel has no such file, because then the limit cannot be
// changed at all.
class LimitOverride {
public:
    LimitOverride(const char* name, long value);
    LimitOverride(const char* name, std::string_view value);
    ~LimitOverride();
    LimitOverride(const LimitOverride&) = delete;
    LimitOverride& operator=(const LimitOverride&) = delete;

private:
    std::string path_;
    std::string old_value_;
};
