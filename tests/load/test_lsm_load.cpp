// SPDX-License-Identifier: GPL-2.0
/*
 * test_lsm_load [PATH]: what the module logs about security modules when it is loaded, and that
 * require_lsm=1 keeps it from loading if they cannot be called.
 */
#include "lib/harness.hpp"
#include "lib/kernel_log.hpp"
#include "lib/module.hpp"

#include <fstream>

namespace {

constexpr const char* kFunctions[] = {
    "security_ipc_permission",   "security_msg_msg_alloc",    "security_msg_msg_free",
    "security_msg_queue_alloc",  "security_msg_queue_free",   "security_msg_queue_associate",
    "security_msg_queue_msgctl", "security_msg_queue_msgsnd", "security_msg_queue_msgrcv",
    "security_sem_alloc",        "security_sem_free",         "security_sem_associate",
    "security_sem_semctl",       "security_sem_semop",        "security_shm_alloc",
    "security_shm_free",         "security_shm_associate",    "security_shm_shmctl",
    "security_shm_shmat",
};

bool kernel_has(const std::string& function)
{
    std::ifstream symbols { "/proc/kallsyms" };
    for (std::string line; std::getline(symbols, line);) {
        if (line.ends_with(' ' + function))
            return true;
    }
    return false;
}

// The module finds functions by kprobes.
bool can_be_found()
{
    return access("/sys/kernel/debug/kprobes", F_OK) == 0;
}

std::string missing()
{
    std::string names;
    for (const char* function : kFunctions)
        names += std::string { " " } + function;
    return names + " __audit_ipc_obj __audit_ipc_set_perm";
}

const std::string kComplaint = "no checks by security modules and audit: cannot find";

TEST(with_all_hooks_or_without_lsm_loading_logs_nothing)
{
    module::require_unloaded();
    if (kernel_has("security_ipc_permission") && !can_be_found())
        harness::skip("this kernel does not let its functions be found");
    KernelLog log;
    for (const char* parameters : { "", "require_lsm=0", "require_lsm=1" }) {
        REQUIRE_OK(module::load(parameters));
        EXPECT(!log.take("sysvipc: ").starts_with(kComplaint));
        REQUIRE_OK(module::unload());
    }
}

TEST(missing_hooks_are_logged_and_require_lsm_refuses_to_load)
{
    module::require_unloaded();
    if (can_be_found() || !kernel_has("security_ipc_permission"))
        harness::skip("this kernel lets its functions be found, or has none");
    KernelLog log;
    REQUIRE_OK(module::load());
    const std::string said = log.take("sysvipc: ");
    EXPECT_EQ(said.substr(0, said.find('\n')), kComplaint + missing());
    REQUIRE_OK(module::unload());
    (void)log.take("");
    EXPECT_ERR(module::load("require_lsm=1"), EOPNOTSUPP);
    EXPECT_EQ(log.take("sysvipc: "),
              kComplaint + missing() + "; with require_lsm=1 the module is not loaded\n");
    module::expect_absent();
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
