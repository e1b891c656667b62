// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel log.  A line consists of strings, numbers and errors (by name), after the module's name.
 */
#pragma once

#include <base/line.hpp>
#include <base/result.hpp>
#include <kapi/module.h>

namespace sysvipc {

/* Longer lines are truncated. */
using LogLine = Line<640>;

inline void append(LogLine& line, const char* text) noexcept
{
    line.string(text);
}

inline void append(LogLine& line, Errno error) noexcept
{
    if (const char* name = errno_name(error))
        line.string(name);
    else
        line.string("error ").signed_decimal(to_syscall(error), 0);
}

inline void append(LogLine& line, const LogLine& part) noexcept
{
    for (usize i = 0; i < part.size(); ++i)
        line.character(part.text()[i]);
}

template <class... Parts>
[[nodiscard]] LogLine log_line(const Parts&... parts) noexcept
{
    LogLine line;
    (append(line, parts), ...);
    return line;
}

inline void log_info(const LogLine& line) noexcept
{
    kapi_log_info("%.*s", static_cast<int>(line.size()), line.text());
}

/* Information: the way the module serves, or the features that it lacks. */
template <class... Parts>
void log_info(const char* first, const Parts&... parts) noexcept
{
    log_info(log_line(first, parts...));
}

inline void log_error(const LogLine& line) noexcept
{
    kapi_log_error("%.*s", static_cast<int>(line.size()), line.text());
}

/* Errors that prevent loading or serving. */
template <class... Parts>
void log_error(const char* first, const Parts&... parts) noexcept
{
    log_error(log_line(first, parts...));
}

/* log_error(), rate-limited, for errors that a user can provoke at will. */
template <class... Parts>
void log_error_rarely(const char* first, const Parts&... parts) noexcept
{
    const LogLine line = log_line(first, parts...);
    kapi_log_error_rarely("%.*s", static_cast<int>(line.size()), line.text());
}

} // namespace sysvipc
