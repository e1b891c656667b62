// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection: makes the nth allocation or user copy in one section of this task fail.
 *
 * The section must make system calls only, on memory already touched: a page fault of its own could
 * use up the fault.
 */
#pragma once

#include "lib/outcome.hpp"

// Skips the test where the kernel has no /proc/self/fail-nth; sets up which faults count.
void require_fault_injection();

// Makes only the caches fail that the kernel was booted for (slub_debug=A, see qemu/run): not those of
// kmemleak and the like, which write down every object and fail without effect, and not that of sysfs.
// Without that parameter, all fail.
void spare_debugging_caches();

// Opens a file and reads all of it, by system calls only, into memory that was touched before.
Outcome read_with_faults(const char* path);

class Fault {
public:
    explicit Fault(unsigned nth);
    ~Fault();
    Fault(const Fault&) = delete;
    Fault& operator=(const Fault&) = delete;

    // The number of allocations before the one that fails; the stretch continues.
    unsigned chances_left() const;
    // Ends the stretch; true when the nth chance to fail came within it.
    bool happened();

private:
    int fd_;
};
