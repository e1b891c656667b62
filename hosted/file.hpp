// SPDX-License-Identifier: GPL-2.0
/* ProcFile: an open file of /proc, as a program reads it. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct kapi_proc_file;
struct kapi_user_ns;

/* The output of a view. */
struct kapi_seq_file {
    std::string text;
    kapi_user_ns* opener { nullptr };
    unsigned uid { 0 }; /* the opener's */
    unsigned gid { 0 };
    std::uint64_t capabilities { 0 };
};

namespace hosted {

class ProcFile {
public:
    /* nullptr: no such file, or its open() refused. */
    static std::unique_ptr<ProcFile> open(const char* path) noexcept;
    /* As the file that @file describes; nullptr: the module is being unloaded, or open() refused. */
    static std::unique_ptr<ProcFile> open_as(const kapi_proc_file& file, void* data) noexcept;
    ~ProcFile();
    ProcFile(const ProcFile&) = delete;
    ProcFile& operator=(const ProcFile&) = delete;

    /* Bytes read from @offset, which advances; -errno. */
    std::int64_t read(char* to, std::size_t size, std::int64_t& offset) noexcept;
    /* The whole text. */
    std::string read_all() noexcept;

private:
    ProcFile(const kapi_proc_file& file, void* data) noexcept;
    int fill(std::size_t wanted) noexcept;
    int go_to(std::int64_t offset) noexcept;

    const kapi_proc_file& file_;
    std::unique_ptr<std::max_align_t[]> state_;
    bool is_open_ { false };
    kapi_seq_file seq_;
    std::size_t given_ { 0 }; /* of seq_.text */
    long long index_ { 0 };
    std::int64_t position_ { 0 };
};

/* The whole text; empty if there is no such file. */
std::string read_proc(const char* path) noexcept;

} // namespace hosted
