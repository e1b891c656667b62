// SPDX-License-Identifier: GPL-2.0
/*
 * KernelLog: the kernel's log since the object was created, or since boot.
 */
#pragma once

#include "lib/harness.hpp"

#include <fcntl.h>
#include <string>
#include <unistd.h>

class KernelLog {
public:
    enum class From { Now, Beginning };

    explicit KernelLog(From from = From::Now)
        : fd_ { open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    {
        REQUIRE(fd_ >= 0);
        REQUIRE(lseek(fd_, 0, from == From::Now ? SEEK_END : SEEK_SET) >= 0);
    }
    ~KernelLog() { close(fd_); }
    KernelLog(const KernelLog&) = delete;
    KernelLog& operator=(const KernelLog&) = delete;

    // All lines since the last call that begin with this, without it; one after the other.
    std::string take(const std::string& beginning)
    {
        std::string lines;
        char record[8192];
        for (ssize_t size; (size = read(fd_, record, sizeof(record))) > 0;) {
            // "6,123,4567,-;text\n SUBSYSTEM=...\n"
            const std::string text { record, static_cast<std::size_t>(size) };
            const auto start = text.find(';') + 1;
            const std::string line = text.substr(start, text.find('\n', start) - start);
            if (line.starts_with(beginning))
                lines += line.substr(beginning.size()) + '\n';
        }
        return lines;
    }

private:
    int fd_;
};
