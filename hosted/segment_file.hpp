// SPDX-License-Identifier: GPL-2.0
/*
 * kapi_file: a segment's own file, which has pages, or one opened on it, which belongs to a segment and
 * can be mapped; or one of /proc.
 */
#pragma once

#include <atomic>
#include <cstdint>

namespace hosted {
class ProcFile;
}

struct kapi_file {
    std::atomic<int> references { 1 };
    int descriptor { -1 }; /* of the pages; the own file's */
    std::uint64_t size { 0 };
    kapi_file* own { nullptr }; /* that this was opened on */
    void* segment { nullptr };
    bool is_writable { true };
    kapi_file* next { nullptr };
    /* One of the kernel's own /proc files: its name, and the module's file that is open instead. */
    const char* name { nullptr };
    hosted::ProcFile* opened { nullptr };
};
