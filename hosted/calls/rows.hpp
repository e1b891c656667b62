// SPDX-License-Identifier: GPL-2.0
/* The module's own files below /proc/sysvipc as tables: a header line, then rows of words. */
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace hosted::calls {

using Words = std::vector<std::string>;

/* The rows of file @path in which the first word is @first. */
std::vector<Words> rows_of(const char* path, const std::string& first);
/* The only row about object @id, by column: anything else fails the test. */
std::map<std::string, std::string> row_of(const char* path, long id);
std::size_t row_count(const char* path);

} // namespace hosted::calls
