// SPDX-License-Identifier: GPL-2.0
// The module's own files below /proc/sysvipc (contracts: own_table.hpp).
#include "lib/own_table.hpp"

#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <sstream>
#include <unistd.h>

bool is_module_there()
{
    return access("/sys/module/sysvipc", F_OK) == 0;
}

void require_module()
{
    if (!is_module_there())
        harness::skip("System V IPC is the kernel's own");
}

namespace {

std::vector<std::string> words_of(const std::string& line)
{
    std::istringstream stream { line };
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

} // namespace

std::vector<OwnRow> parse_own_table(const std::string& text)
{
    const auto lines = split_lines(text);
    REQUIRE(!lines.empty());
    const auto columns = words_of(lines[0]);
    std::vector<OwnRow> rows;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto words = words_of(lines[i]);
        REQUIRE_EQ(words.size(), columns.size());
        OwnRow& row = rows.emplace_back();
        for (std::size_t column = 0; column < columns.size(); ++column)
            row[columns[column]] = words[column];
    }
    return rows;
}

std::vector<OwnRow> read_own_table(const std::string& name)
{
    require_module();
    const auto text = read_file(("/proc/sysvipc/" + name).c_str());
    REQUIRE(text.has_value());
    return parse_own_table(*text);
}

long long number_in(const OwnRow& row, const std::string& column)
{
    const auto found = row.find(column);
    REQUIRE(found != row.end());
    char* end = nullptr;
    const long long number = std::strtoll(found->second.c_str(), &end, 10);
    REQUIRE(!found->second.empty() && *end == '\0');
    return number;
}

std::vector<OwnRow> rows_where(const std::string& name, const std::string& column,
                               const std::string& value)
{
    std::vector<OwnRow> found;
    for (const OwnRow& row : read_own_table(name)) {
        const auto at = row.find(column);
        REQUIRE(at != row.end());
        if (at->second == value)
            found.push_back(row);
    }
    return found;
}

OwnRow row_where(const std::string& name, const std::string& column, const std::string& value)
{
    const auto rows = rows_where(name, column, value);
    REQUIRE_EQ(rows.size(), std::size_t { 1 });
    return rows[0];
}
