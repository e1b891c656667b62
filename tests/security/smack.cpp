// SPDX-License-Identifier: GPL-2.0
/*
 * Smack, the security module of the kernel "lsm".
 */
#include "security/smack.hpp"
#include "lib/harness.hpp"

#include <fcntl.h>
#include <fstream>
#include <linux/capability.h>
#include <sys/mount.h>
#include <unistd.h>

namespace smack {

namespace {

const std::string kMount = "/sys/fs/smackfs";

// In one write, as these files require.
void write_file(const std::string& path, const std::string& text)
{
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, text.data(), text.size()), text.size());
    close(fd);
}

} // namespace

void require()
{
    if (access((kMount + "/load2").c_str(), W_OK) == 0)
        return;
    if (mount("smackfs", kMount.c_str(), "smackfs", 0, nullptr) != 0)
        harness::skip("this kernel has no Smack");
}

void rule(const std::string& subject, const std::string& object, const std::string& access)
{
    write_file(kMount + "/load2", subject + ' ' + object + ' ' + (access.empty() ? "-" : access));
}

void become(const std::string& label)
{
    write_file("/proc/self/attr/current", label);
    drop_capability(CAP_MAC_OVERRIDE);
}

Actor actor(const std::string& label, const Actor::Body& body)
{
    return Actor { [&] {
        become(label);
        return body();
    } };
}

int made_by_maker(const Actor::Body& body)
{
    require();
    let_user("rwx");
    return static_cast<int>(REQUIRE_OK(play(kMaker, body)));
}

Outcome play(const std::string& label, const Actor::Body& body)
{
    return actor(label, body).join();
}

} // namespace smack
