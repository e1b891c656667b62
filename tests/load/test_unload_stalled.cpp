// SPDX-License-Identifier: GPL-2.0
/*
 * test_unload_stalled [PATH]: unloading while a call waits, inside the module, for a page of user
 * memory that does not arrive: one of a file system that any user can have.  Unloading is refused
 * at once; when the page arrives, the call ends as if nothing had happened, and the module can be
 * unloaded.  Here: shared helpers, and main().
 */
#include "load/unload_stalled.hpp"

#include "lib/harness.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>

namespace {

constexpr std::size_t kPageSize = StalledPage::kSize;

bool is_going()
{
    return read_file("/sys/module/sysvipc/initstate") == "going\n";
}

} // namespace

Loaded::Loaded()
{
    module::require_unloaded_anywhere();
    REQUIRE_OK(module::load());
}

Loaded::~Loaded()
{
    // The module notices a little later that a user of a file in /proc/sys/kernel has gone.
    if (module::is_loaded() && !harness::has_failed())
        wait_until([] {
            const auto outcome = module::unload();
            EXPECT(outcome.ok() || module::is_refusal(outcome));
            return outcome.ok() || harness::has_failed();
        });
}

// Where calls of 32 bits reach it, which programs of 64 bits can make if they can ask for such a place.
#ifndef MAP_32BIT
#define MAP_32BIT 0
#endif

HalfStalled::HalfStalled(std::string_view contents, std::size_t present)
    : file_ { kAlice },
      memory_ { static_cast<char*>(mmap(nullptr, 2 * kPageSize, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0)) },
      present_ { std::min(present, contents.size()) }
{
    REQUIRE(memory_ != MAP_FAILED);
    std::memcpy(address(), contents.data(), present_);
    std::memcpy(file_.contents(0), contents.data() + present_, contents.size() - present_);
    REQUIRE(mmap(memory_ + kPageSize, kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
                 file_.fd(), 0)
            != MAP_FAILED);
}

HalfStalled::~HalfStalled()
{
    munmap(memory_, 2 * kPageSize);
}

char* HalfStalled::address() const
{
    return memory_ + kPageSize - present_;
}

void HalfStalled::wait_until_waited_for_by(Actor& actor) const
{
    wait_until([&] {
        if (!actor.is_running())
            REQUIRE_ERR(actor.join(), EINPROGRESS); // an errno that no call returns
        return file_.is_waited_for(0);
    });
}

void expect_refused(const std::function<void()>& release)
{
    Actor unloader { [] { return module::unload(); } };
    wait_until([&] { return !unloader.is_running() || is_going(); });
    const bool has_begun = is_going();
    EXPECT(!has_begun);
    if (has_begun)
        release();
    EXPECT(module::is_refusal(unloader.join()));
}

std::optional<long> users_of_module()
{
    return read_number("/sys/module/sysvipc/refcnt");
}

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
