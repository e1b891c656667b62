// SPDX-License-Identifier: GPL-2.0
/* A memory cgroup of a test's own (contracts: memory_group.hpp). */
#include "lib/memory_group.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <cerrno>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

const std::string kMountPoint = "/tmp/cgroup";
const std::string kGroup = kMountPoint + "/small";

std::string contents(const char* file)
{
    const auto text = read_file((kGroup + file).c_str());
    REQUIRE(text.has_value());
    return *text;
}

} // namespace

MemoryGroup::MemoryGroup()
{
    (void)mkdir("/tmp", 0755);
    (void)mkdir(kMountPoint.c_str(), 0755);
    if (mount("cgroup2", kMountPoint.c_str(), "cgroup2", 0, nullptr) != 0)
        harness::skip("there is no cgroup2 to mount");
    REQUIRE(write_file((kMountPoint + "/cgroup.subtree_control").c_str(), "+memory"));
    REQUIRE_EQ(mkdir(kGroup.c_str(), 0755), 0);
}

MemoryGroup::~MemoryGroup()
{
    wait_until([] { return rmdir(kGroup.c_str()) == 0 || errno != EBUSY; });
    umount(kMountPoint.c_str());
}

void MemoryGroup::enter() const
{
    REQUIRE(write_file((kGroup + "/cgroup.procs").c_str(), "0"));
}

std::size_t MemoryGroup::charged() const
{
    return std::stoul(contents("/memory.current"));
}

std::size_t MemoryGroup::charged_as(const std::string& name) const
{
    for (const auto& line : split_lines(contents("/memory.stat")))
        if (line.starts_with(name + ' '))
            return std::stoul(std::string { line.substr(name.size() + 1) });
    harness::record_failure(HERE, "memory.stat has no " + name);
    return 0;
}

void MemoryGroup::reclaim(std::size_t bytes) const
{
    // It may find less, which is no error of the caller's.
    (void)write_file((kGroup + "/memory.reclaim").c_str(), std::to_string(bytes));
}
