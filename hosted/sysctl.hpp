// SPDX-License-Identifier: GPL-2.0
/* The files in /proc/sys/kernel, as a program reads and writes them. */
#pragma once

#include <string>

namespace hosted {

/* The text, or empty: no such file, or the task may not read it. */
std::string read_limit(const char* name) noexcept;
/* 0 or -errno. */
int write_limit(const char* name, const std::string& text) noexcept;

} // namespace hosted
