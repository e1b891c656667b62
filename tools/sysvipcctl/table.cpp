// SPDX-License-Identifier: GPL-2.0
// Reading and printing tables (contracts: table.hpp).
#include "table.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace {

std::vector<std::string> words_of(const std::string& line)
{
    std::istringstream stream { line };
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

bool is_number(const std::string& text)
{
    const std::size_t start = text.starts_with('-') ? 1 : 0;
    const bool is_octal = text.size() > start + 1 && text[start] == '0';
    return text.size() > start && !is_octal
        && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(start), text.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string quoted(const std::string& text)
{
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            json += '\\';
        json += c;
    }
    return json + '"';
}

const std::string& text_in(const Row& row, const std::string& column)
{
    const auto found = row.find(column);
    if (found == row.end())
        throw Failure { "there is no column \"" + column
                        + "\": does the module fit this program?" };
    return found->second;
}

} // namespace

Table read_table(const std::string& name)
{
    std::ifstream file { "/proc/sysvipc/" + name };
    std::string line;
    if (!std::getline(file, line))
        throw Failure { "cannot read /proc/sysvipc/" + name + ": is the module sysvipc loaded?" };
    Table table { words_of(line), {} };
    while (std::getline(file, line)) {
        const auto words = words_of(line);
        if (words.size() < table.columns.size())
            throw Failure { "/proc/sysvipc/" + name + " has a line that is too short" };
        Row& row = table.rows.emplace_back();
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            row[table.columns[i]] = words[i];
    }
    return table;
}

std::uint64_t number_in(const Row& row, const std::string& column)
{
    const std::string& text = text_in(row, column);
    if (!is_number(text))
        throw Failure { "\"" + text + "\" in column \"" + column + "\" is no number" };
    return std::stoull(text);
}

std::string as_text(const Table& table)
{
    std::ostringstream text;
    std::vector<std::size_t> widths;
    std::vector<bool> are_numbers;
    for (const auto& column : table.columns) {
        std::size_t width = column.size();
        bool is_right = true;
        for (const Row& row : table.rows) {
            width = std::max(width, text_in(row, column).size());
            is_right = is_right && (is_number(text_in(row, column)) || text_in(row, column) == "-");
        }
        widths.push_back(width);
        are_numbers.push_back(is_right);
    }
    const auto add = [&](std::size_t i, const std::string& field) {
        const std::string padding(widths[i] - field.size(), ' ');
        const bool is_last = i + 1 == table.columns.size();
        text << (are_numbers[i] ? padding + field
                     : is_last  ? field
                                : field + padding)
             << (is_last ? "\n" : "  ");
    };
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        add(i, table.columns[i]);
    for (const Row& row : table.rows)
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            add(i, text_in(row, table.columns[i]));
    return text.str();
}

std::string as_json(const Table& table)
{
    std::string json = "[";
    for (const Row& row : table.rows) {
        json += json.size() == 1 ? "\n  {" : ",\n  {";
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const std::string& value = text_in(row, table.columns[i]);
            json += (i ? ", " : " ") + quoted(table.columns[i]) + ": "
                + (is_number(value)   ? value
                       : value == "-" ? "null"
                                      : quoted(value));
        }
        json += " }";
    }
    return json + (table.rows.empty() ? "]\n" : "\n]\n");
}
