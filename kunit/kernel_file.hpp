// SPDX-License-Identifier: GPL-2.0
/* KernelFile: a file opened and read by a kernel thread, at any offset. */
#pragma once

#include <base/types.hpp>
#include <host/kunit.h>

namespace sysvipc {

class KernelFile : Pinned {
public:
    explicit KernelFile(const char* path) noexcept : file_(host_kunit_file_open(path)) { }
    ~KernelFile()
    {
        if (file_)
            host_kunit_file_close(file_);
    }
    explicit operator bool() const noexcept { return file_ != nullptr; }

    /* How much came, from where the last read ended; negative: -errno. */
    [[nodiscard]] i64 read(char* to, usize size) noexcept
    {
        return host_kunit_file_read(file_, to, size, &offset_);
    }
    void seek(i64 offset) noexcept { offset_ = offset; }

private:
    kapi_kunit_file* file_;
    kapi_s64 offset_ { 0 };
};

} // namespace sysvipc
