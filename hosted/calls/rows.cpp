// SPDX-License-Identifier: GPL-2.0
/* Tables of /proc/sysvipc, by word (contracts: hosted/calls/rows.hpp). */
#include "rows.hpp"

#include "../file.hpp"
#include "test.hpp"

#include <algorithm>
#include <sstream>

namespace hosted::calls {

namespace {

Words words_of(const std::string& line)
{
    std::istringstream stream { line };
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

} // namespace

std::vector<Words> rows_of(const char* path, const std::string& first)
{
    std::istringstream text { read_proc(path) };
    std::string line;
    std::vector<Words> rows;
    std::getline(text, line);
    while (std::getline(text, line)) {
        if (Words words = words_of(line); words[0] == first)
            rows.push_back(words);
    }
    return rows;
}

std::map<std::string, std::string> row_of(const char* path, long id)
{
    std::istringstream text { read_proc(path) };
    std::string line;
    std::getline(text, line);
    const Words columns = words_of(line);
    std::map<std::string, std::string> row;
    int found = 0;
    while (std::getline(text, line)) {
        const Words words = words_of(line);
        EXPECT_EQ(words.size(), columns.size());
        if (words.size() != columns.size() || words[1] != std::to_string(id))
            continue;
        ++found;
        for (std::size_t i = 0; i < words.size(); ++i)
            row[columns[i]] = words[i];
    }
    EXPECT_EQ(found, 1);
    return row;
}

std::size_t row_count(const char* path)
{
    const std::string text = read_proc(path);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - 1;
}

} // namespace hosted::calls
