// SPDX-License-Identifier: GPL-2.0
/*
 * ProcFile: an open file under /proc/sysvipc, read piece by piece.
 */
#pragma once

#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <concepts>
#include <fcntl.h>
#include <string>
#include <unistd.h>

class ProcFile {
public:
    explicit ProcFile(const char* path = kProcMsg, int flags = O_RDONLY) : fd_ { open(path, flags) }
    {
        REQUIRE(fd_ >= 0);
    }
    ~ProcFile() { close(fd_); }
    ProcFile(const ProcFile&) = delete;
    ProcFile& operator=(const ProcFile&) = delete;

    int fd() const { return fd_; }

    // One read(2); REQUIREs success.
    std::string read_once(std::size_t size) const
    {
        std::string piece(size, '\0');
        const ssize_t got = read(fd_, piece.data(), size);
        REQUIRE(got >= 0);
        piece.resize(static_cast<std::size_t>(got));
        return piece;
    }

    template <std::invocable Sizes>
    std::string read_rest(Sizes next_size) const
    {
        std::string text;
        for (;;) {
            const auto piece = read_once(next_size());
            if (piece.empty())
                return text;
            text += piece;
        }
    }
    std::string read_rest(std::size_t size = 65536) const
    {
        return read_rest([size] { return size; });
    }

    std::string read_at(off_t offset, std::size_t size) const
    {
        std::string piece(size, '\0');
        const ssize_t got = pread(fd_, piece.data(), size, offset);
        REQUIRE(got >= 0);
        piece.resize(static_cast<std::size_t>(got));
        return piece;
    }

private:
    int fd_;
};

// The row that Linux prints for the IPC_STAT data of a queue.
std::string row_from_stat(int id);
