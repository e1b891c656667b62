// SPDX-License-Identifier: GPL-2.0
/*
 * The module under test, for the programs that load and unload it themselves.
 */
#include "lib/module.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sysv_msg.hpp"
#include "lib/sysv_sem.hpp"
#include "lib/sysv_shm.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace module {

namespace {

constexpr const char* kName = "sysvipc";
std::string path = "/modules/sysvipc.ko";
bool is_builtin;

void require_kernel(bool wanted_builtin)
{
    if (is_builtin != wanted_builtin)
        harness::skip(is_builtin ? "System V IPC is built into this kernel"
                                 : "this kernel has no System V IPC of its own");
}

} // namespace

Outcome load(const char* parameters)
{
    if (!parameters)
        parameters = getenv("MODULE_PARAMETERS");
    if (!parameters)
        parameters = "";
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return Outcome::failure(errno);
    const auto outcome = Outcome::of(syscall(SYS_finit_module, fd, parameters, 0));
    close(fd);
    return outcome;
}

Outcome unload()
{
    return Outcome::of(syscall(SYS_delete_module, kName, O_NONBLOCK));
}

bool has_direct_calls()
{
    const auto loaded = load("force=1 attach=ftrace");
    if (loaded.failed_with(EOPNOTSUPP))
        return false;
    REQUIRE_OK(loaded);
    // A reader of a file below /proc or /sys may hold a reference for a moment.
    wait_until([] { return unload().ok(); });
    return true;
}

bool is_loaded()
{
    return access((std::string { "/sys/module/" } + kName).c_str(), F_OK) == 0;
}

bool require_unloaded_anywhere()
{
    if (access(path.c_str(), R_OK) != 0)
        harness::skip("there is no module at " + path);
    if (is_loaded())
        REQUIRE_OK(unload());
    return is_builtin;
}

void require_unloaded()
{
    require_kernel(false);
    require_unloaded_anywhere();
}

void require_unloaded_beside_builtin()
{
    require_kernel(true);
    require_unloaded_anywhere();
}

void expect_absent()
{
    long buffer[16] {};
    EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSYS);
    EXPECT_ERR(sysv::msgsnd(0, buffer, 1, IPC_NOWAIT), ENOSYS);
    EXPECT_ERR(sysv::msgrcv(0, buffer, 1, 0, IPC_NOWAIT), ENOSYS);
    EXPECT_ERR(sysv::msgctl(0, IPC_RMID, nullptr), ENOSYS);
    sembuf nothing {};
    timespec no_time {};
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), ENOSYS);
    EXPECT_ERR(sysv::semop(0, &nothing, 1), ENOSYS);
    EXPECT_ERR(sysv::semtimedop(0, &nothing, 1, &no_time), ENOSYS);
    EXPECT_ERR(sysv::semctl(0, 0, IPC_RMID), ENOSYS);
    EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, 0600), ENOSYS);
    EXPECT_ERR(sysv::shmat(0, nullptr, 0), ENOSYS);
    EXPECT_ERR(sysv::shmdt(nullptr), ENOSYS);
    EXPECT_ERR(sysv::shmctl(0, IPC_RMID), ENOSYS);
    EXPECT(access("/proc/sysvipc", F_OK) != 0);
    for (const char* limit :
         { "msgmax", "msgmnb", "msgmni", "auto_msgmni", "sem", "shmmax", "shmall", "shmmni",
           "shm_rmid_forced", "msg_next_id", "sem_next_id", "shm_next_id" })
        EXPECT(access((std::string { "/proc/sys/kernel/" } + limit).c_str(), F_OK) != 0);
    EXPECT(!is_loaded());
}

int run_tests(int argc, char** argv)
{
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front().find('/') != std::string::npos) {
        path = arguments.front();
        arguments.erase(arguments.begin());
    }
    // Loading and unloading wait for all tasks several times, and some tests do it often.
    harness::set_time_limit(1800);
    const bool was_loaded = is_loaded();
    if (was_loaded) {
        const auto unloaded = unload();
        if (!unloaded.ok())
            harness::note(std::string { "the module cannot be unloaded: " }
                          + errno_name(unloaded.error()));
    }
    is_builtin = !sysv::msgget(0x7ead, 0).failed_with(ENOSYS);
    const int status = harness::run_tests(arguments);
    if (was_loaded && !is_loaded())
        (void)load();
    return status;
}

Loaded::Loaded(const char* parameters)
{
    require_unloaded_anywhere();
    REQUIRE_OK(load(parameters));
}

Loaded::~Loaded()
{
    if (is_loaded())
        EXPECT_OK(unload());
}

} // namespace module
