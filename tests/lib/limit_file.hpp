// SPDX-License-Identifier: GPL-2.0
/*
 * LimitFile: a file in /proc/sys/kernel about the caller's IPC namespace.
 */
#pragma once

#include "lib/outcome.hpp"
#include "lib/proc_table.hpp"

#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

class LimitFile {
public:
    explicit LimitFile(const std::string& name) : path_ { "/proc/sys/kernel/" + name } { }

    const char* path() const { return path_.c_str(); }
    bool exists() const { return access(path(), F_OK) == 0; }

    // All of it, without the newline at the end; "?" when it cannot be read.
    std::string text() const
    {
        const auto text = read_file(path());
        return text && text->ends_with('\n') ? text->substr(0, text->size() - 1) : "?";
    }

    // One open(2) and one write(2): the errno of the first that fails, or how much was taken.
    Outcome write(std::string_view text, off_t offset = 0) const
    {
        const int fd = open(path(), O_WRONLY | O_CLOEXEC);
        if (fd < 0)
            return Outcome::failure(errno);
        const auto written = Outcome::of(pwrite(fd, text.data(), text.size(), offset));
        close(fd);
        return written;
    }

    bool may_read() const { return faccessat(AT_FDCWD, path(), R_OK, AT_EACCESS) == 0; }
    bool may_write() const { return faccessat(AT_FDCWD, path(), W_OK, AT_EACCESS) == 0; }

private:
    std::string path_;
};
