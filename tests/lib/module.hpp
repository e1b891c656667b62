// SPDX-License-Identifier: GPL-2.0
/*
 * The module under test, for the programs that load and unload it themselves.
 */
#pragma once

#include "lib/outcome.hpp"

namespace module {

// Takes the path of sysvipc.ko from the arguments (default: where qemu/run puts it), makes the
// kernel one without the module, runs the tests, and leaves the module as it was found.
int run_tests(int argc, char** argv);

// Skips the test where there is nothing to load, or where the calls are built in.
// Otherwise the module is not loaded when this returns.
void require_unloaded();
// The same for tests of taking over: skips where the calls are not built in.
void require_unloaded_beside_builtin();
// The same on kernels of either kind; returns whether the calls are built in.
bool require_unloaded_anywhere();
// Whether the module can attach by direct calls of ftrace: loads and unloads it to see, as it is not loaded.
bool has_direct_calls();

// Without parameters: with those that MODULE_PARAMETERS in the environment names, if any.
Outcome load(const char* parameters = nullptr);
// Does not wait: EAGAIN (or EBUSY) while the module is in use.
Outcome unload();
bool is_loaded();

// The module, loaded on a kernel of either kind for the life of this object.  Skips as above.
class Loaded {
public:
    explicit Loaded(const char* parameters);
    ~Loaded();
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
};

// The errno with which delete_module(2) refuses a module in use.
inline bool is_refusal(Outcome outcome)
{
    return outcome.failed_with(EAGAIN) || outcome.failed_with(EBUSY);
}

// Each call fails with ENOSYS, and none of the files in /proc exists.
void expect_absent();

} // namespace module
