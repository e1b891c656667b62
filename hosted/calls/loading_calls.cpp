// SPDX-License-Identifier: GPL-2.0
/* Loading into different kernels, reasons to refuse it, and reports to the administrator. */
#include "../kernel.hpp"
#include "../machine.hpp"
#include "../module.hpp"
#include "../namespace.hpp"
#include "../sysctl.hpp"
#include "test.hpp"

#include <atomic>
#include <host/module.h>
#include <kapi/module.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

/* Loads the module into a kernel as the test has changed it. */
int load_again()
{
    forget_log();
    return load_module();
}

std::string text_of(kapi_size (*describe)(char* text, kapi_size size) noexcept)
{
    char text[4096];
    return { text, describe(text, sizeof(text)) };
}

bool contains(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(parameters_are_checked)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().attach = "magic";
    EXPECT_EQ(load_again(), -EINVAL);
    EXPECT(has_logged("attach is auto, ftrace or kprobe"));
    kernel().attach = "ftrace";
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("by ftrace direct calls"));
    EXPECT(contains(text_of(sysvipc_describe_interceptions), "sys_msgget: ftrace direct calls\n"));
}

TEST(ids_can_be_extended)
{
    EXPECT_EQ(write_limit("msgmni", "32769"), -EINVAL);
    EXPECT_EQ(write_limit("sem", "1 2 3 32769"), -ERANGE);
    EXPECT_EQ(read_limit("sem") == "1\t2\t3\t32000\n", true);
    EXPECT_EQ(unload_module(), 0);
    kernel().ipcmni_extend = true;
    EXPECT_EQ(load_again(), 0);
    EXPECT_EQ(write_limit("msgmni", "16777216"), 0);
    EXPECT_EQ(write_limit("msgmni", "16777217"), -EINVAL);
    EXPECT_EQ(write_limit("msgmni", "32000"), 0);
}

TEST(a_security_module_that_cannot_be_asked_is_reported_or_refused)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().missing_hook = "security_shm_shmat";
    EXPECT_EQ(load_again(), -EOPNOTSUPP);
    EXPECT(has_logged("security_shm_shmat; with require_lsm=1 the module is not loaded"));
    kernel().require_lsm = false;
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("no checks by security modules and audit: cannot find security_shm_shmat"));
}

TEST(a_function_that_cannot_be_intercepted_is_reported_or_ends_loading)
{
    Process self;
    EXPECT_EQ(unload_module(), 0);
    kernel().refused = "exit_files";
    kernel().refusal = -ENOENT;
    EXPECT_EQ(load_again(), -ENOENT);
    EXPECT(has_logged("cannot intercept exit_files by ftrace direct calls or kprobes: ENOENT"));
    EXPECT(has_logged("nothing is provided"));
    EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), -ENOSYS);
    kernel().refused = "sys_msgsnd";
    kernel().refusal = -EBUSY;
    EXPECT_EQ(load_again(), -EBUSY);
    EXPECT(has_logged("cannot intercept sys_msgsnd by ftrace direct calls or kprobes: EBUSY"));
    kernel().refusal = -ENODEV;
    EXPECT_EQ(load_again(), -ENODEV);
    EXPECT(has_logged("cannot use ftrace: ENODEV"));
    kernel().refused = "sys_setns";
    kernel().refusal = -EBUSY;
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("cannot intercept sys_setns (EBUSY)"));
    EXPECT(contains(text_of(sysvipc_describe_interceptions), "sys_setns: not intercepted"));
    EXPECT(contains(text_of(sysvipc_describe_interceptions), "task_newtask: a tracepoint"));
    EXPECT(self.msgget(5, IPC_CREAT | 0600) >= 0);
    EXPECT_EQ(self.msgctl(static_cast<int>(self.msgget(5, 0)), IPC_RMID, nullptr), 0);
}

TEST(tasks_that_cannot_be_seen_end_loading)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().refused = "task_newtask";
    kernel().refusal = -ENOENT;
    EXPECT_EQ(load_again(), -ENOENT);
    EXPECT(has_logged("cannot intercept task_newtask by a tracepoint: ENOENT"));
    kernel().refused = nullptr;
    EXPECT_EQ(load_again(), 0);
}

TEST(kprobes_must_be_hit_where_they_are_used)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().attach = "kprobe";
    kernel().guard_error = -EBUSY;
    EXPECT_EQ(load_again(), -EBUSY);
    EXPECT(has_logged("ftrace is switched off"));
    kernel().guard_error = 0;
    kernel().trial_error = -ENOMEM;
    EXPECT_EQ(load_again(), -ENOMEM);
    EXPECT(has_logged("cannot use kprobes: ENOMEM"));
    kernel().trial_error = 0;
    kernel().are_probes_hit = false;
    EXPECT_EQ(load_again(), -EBUSY);
    EXPECT(has_logged("cannot use kprobes: "));
    kernel().are_probes_hit = true;
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("by kprobes"));
    EXPECT(contains(text_of(sysvipc_describe_interceptions), "sys_msgget: kprobes\n"));
    forget_log();
    patrol();
    EXPECT(!has_logged("kprobes"));
    kernel().are_probes_hit = false;
    patrol();
    EXPECT(has_logged("exiting tasks do not apply SEM_UNDO"));
    forget_log();
    patrol();
    EXPECT(!has_logged("kprobes"));
    kernel().are_probes_hit = true;
    patrol();
    EXPECT(has_logged("kprobes are switched on again"));
}

TEST(ftrace_that_has_given_up_keeps_the_module)
{
    kernel().is_ftrace_dead = true;
    patrol();
    EXPECT(has_logged("ftrace has shut down after an internal error"));
    patrol();
    EXPECT_EQ(unload_module(), -EAGAIN);
    kapi_module_put(); /* its permanent allocations */
}

TEST(in_use_lists_objects_and_counts_references)
{
    Process self;
    Process inside { self, kNewIpc };
    const auto header = std::string { "    ipc_ns    queues      sets  segments\n" };
    const auto rest = std::string { "mappings, open files, calls: " };
    EXPECT_EQ(text_of(sysvipc_describe_use) == header + rest + "0\n", true);
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT));
    const int other = static_cast<int>(inside.msgget(IPC_PRIVATE, IPC_CREAT));
    const int segment = static_cast<int>(self.shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    const long at = self.shmat(segment, nullptr, 0);
    const std::string text = text_of(sysvipc_describe_use);
    EXPECT(contains(text, "4026531839         1         0         1\n"));
    EXPECT(contains(text, "         1         0         0\n"));
    EXPECT(contains(text, (rest + "1\n").c_str()));
    /* Whole lines that do not fit are left out. */
    char little[60];
    EXPECT_EQ(sysvipc_describe_use(little, sizeof(little)), header.size());
    EXPECT_EQ(self.shmdt(reinterpret_cast<void*>(at)), 0);
    EXPECT_EQ(self.shmctl(segment, IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
    EXPECT_EQ(inside.msgctl(other, IPC_RMID, nullptr), 0);
    EXPECT_EQ(unload_module(), 0);
    EXPECT_EQ(text_of(sysvipc_describe_use).size(), 0);
    EXPECT_EQ(load_module(), 0);
}

/* --- a kernel with System V IPC of its own */

TEST(a_kernel_with_objects_of_its_own_is_taken_over_by_force_only)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().has_sysvipc = true;
    kernel().builtin_use = KAPI_BUILTIN_OBJECTS;
    EXPECT_EQ(load_again(), -EBUSY);
    EXPECT(has_logged("the kernel's own System V IPC has objects"));
    kernel().force = true;
    EXPECT_EQ(load_again(), 0);
}

TEST(a_kernel_s_own_files_and_limits_are_taken_over)
{
    Process self;
    EXPECT_EQ(unload_module(), 0);
    EXPECT_EQ(self.read_builtin_proc("msg").size(), 0);
    kernel().has_sysvipc = true;
    EXPECT_EQ(load_again(), 0);
    EXPECT_EQ(read_limit("msgmni").size(), 0);
    initial_ipc_ns.settings.msgmni = 1;
    const int queue = static_cast<int>(self.msgget(17, IPC_CREAT | 0640));
    EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), -ENOSPC);
    EXPECT(contains(self.read_builtin_proc("msg"), "        17          0   640"));
    EXPECT(contains(self.read_builtin_proc("sem"), "semid"));
    EXPECT_EQ(self.read_builtin_proc("other").size(), 0);
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
    initial_ipc_ns.settings = {};
    {
        Process creator;
        EXPECT(creator.shmget(5, 1, IPC_CREAT | 0600) >= 0);
    }
    initial_ipc_ns.settings.rmid_forced = 1;
    EXPECT(self.shmget(5, 1, 0) >= 0);
    self.destroy_orphaned();
    EXPECT_EQ(self.shmget(5, 1, 0), -ENOENT);
    initial_ipc_ns.settings = {};
    EXPECT_EQ(unload_module(), 0);
    EXPECT_EQ(self.read_builtin_proc("msg").size(), 0);
    self.destroy_orphaned();
    EXPECT_EQ(load_module(), 0);
}

namespace {

/* A call that waits while the module is being loaded; loading continues when @end() allows it. */
struct Meanwhile {
    std::atomic<int> loaded { 1 };
    std::atomic<long> called { 0 };
    std::atomic<bool> has_waited { false };

    void run(Process& caller, const std::function<void()>& end)
    {
        Process loader;
        EXPECT_EQ(unload_module(), 0);
        kernel().has_sysvipc = true;
        kernel().builtin_use = KAPI_BUILTIN_CHANGING;
        forget_log();
        Running load { loader, [this] { loaded = load_module(); } };
        Running call { caller, [&] {
                          /* Before the calls are intercepted, the kernel's own code would serve. */
                          do
                              called = caller.msgget(IPC_PRIVATE, IPC_CREAT);
                          while (called == -ENOSYS && !has_waited);
                      } };
        wait_until([&] { return caller.is_asleep(); }, "the call waits");
        has_waited = true;
        end();
    }
};

} // namespace

TEST(calls_wait_until_the_module_is_loaded)
{
    Meanwhile both;
    Process caller;
    both.run(caller, [] { kernel().builtin_use = KAPI_BUILTIN_UNUSED; });
    EXPECT_EQ(both.loaded.load(), 0);
    EXPECT(both.called.load() >= 0);
    EXPECT_EQ(caller.msgctl(static_cast<int>(both.called.load()), IPC_RMID, nullptr), 0);
}

TEST(a_signal_ends_a_call_that_waits_for_loading)
{
    Meanwhile both;
    Process caller;
    both.run(caller, [&] {
        caller.signal();
        wait_until([&] { return both.called == -EINTR; }, "the call has ended");
        kernel().builtin_use = KAPI_BUILTIN_OBJECTS;
    });
    EXPECT_EQ(both.loaded.load(), -EBUSY);
    EXPECT_EQ(both.called.load(), -EINTR);
    kernel().builtin_use = KAPI_BUILTIN_UNUSED;
    EXPECT_EQ(load_again(), 0);
}

TEST(loading_that_takes_too_long_is_given_up)
{
    constexpr std::int64_t kLong = 6'000'000'000;
    Meanwhile both;
    Process caller;
    both.run(caller, [] { machine::advance(kLong); });
    EXPECT_EQ(both.loaded.load(), -EBUSY);
    EXPECT_EQ(both.called.load(), -ENOSYS);
    EXPECT(has_logged("loading timed out while System V IPC calls waited for it"));
    kernel().builtin_use = KAPI_BUILTIN_UNUSED;
    EXPECT_EQ(load_again(), 0);
}

TEST(a_kernel_without_means_to_intercept_is_refused)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().means_error = -EOPNOTSUPP;
    EXPECT_EQ(load_again(), -EOPNOTSUPP);
    EXPECT(has_logged("cannot intercept the kernel by ftrace direct calls or kprobes: EOPNOTSUPP"));
    kernel().means_error = 0;
    kernel().has_namespaces = false;
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("this kernel has one IPC namespace for all"));
}

TEST(a_kernel_that_lacks_a_function_is_refused)
{
    EXPECT_EQ(unload_module(), 0);
    kernel().missing_function = "find_task_by_vpid";
    EXPECT_EQ(load_again(), -ENOENT);
    EXPECT(has_logged("the kernel has no function find_task_by_vpid"));
    kernel().missing_function = nullptr;
    EXPECT_EQ(load_again(), 0);
}

TEST(namespaces_stand_in_where_the_kernel_has_none_for_ipc)
{
    constexpr unsigned long kNewUts = 0x400'0000;
    EXPECT_EQ(unload_module(), 0);
    kernel().namespaces = "uts";
    EXPECT_EQ(load_again(), -EOPNOTSUPP);
    EXPECT(
        has_logged("namespaces=uts: this kernel has IPC namespaces, or System V IPC, of its own"));
    kernel().has_namespaces = false;
    kernel().namespaces = "pid";
    EXPECT_EQ(load_again(), -EINVAL);
    EXPECT(
        has_logged("namespaces=pid: this kernel has no namespaces of that kind (mnt, uts, net)"));
    kernel().namespaces = "uts";
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("each uts namespace has System V IPC of its own"));
    Process self;
    const int id = static_cast<int>(self.semget(5, 1, IPC_CREAT | 0600));
    {
        Process inside { self, kNewUts };
        EXPECT_EQ(inside.semget(5, 1, 0), -ENOENT);
        EXPECT(inside.semget(6, 1, IPC_CREAT | 0600) >= 0);
        Process with_ipc { self, kNewIpc }; /* which this kernel does not know */
        EXPECT_EQ(with_ipc.semget(5, 1, 0), id);
        EXPECT_EQ(with_ipc.unshare(kNewUts), 0);
        EXPECT_EQ(with_ipc.semget(5, 1, 0), -ENOENT);
    }
    EXPECT_EQ(self.semget(6, 1, 0), -ENOENT);
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
    wait_until([] { return unload_module() == 0; }, "the namespace is buried");
    kernel().namespaces = "";
    EXPECT_EQ(load_again(), 0);
    EXPECT(has_logged("this kernel has one IPC namespace for all"));
}

/* Its mark distinguishes it from its predecessor, if that has ended without notice. */
TEST(a_namespace_at_the_address_of_another_has_none_of_its_objects)
{
    Process self;
    {
        Process inside { self, kNewIpc };
        const int id = static_cast<int>(inside.semget(5, 1, IPC_CREAT | 0600));
        EXPECT(id >= 0);
        inside.task().process->ipc_ns->mark.store(0); /* as in one that has just been made */
        EXPECT_EQ(inside.semctl(id, 0, GETVAL, 0), -EINVAL);
        EXPECT_EQ(inside.semget(5, 1, 0), -ENOENT);
        EXPECT(inside.semget(5, 1, IPC_CREAT | 0600) >= 0);
    }
    wait_until([] { return unload_module() == 0; }, "both are buried");
    EXPECT_EQ(load_again(), 0);
}

TEST(tasks_with_undo_outlive_the_module)
{
    Process self;
    {
        Process user;
        const int set = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
        sembuf add { 0, 1, SEM_UNDO };
        EXPECT_EQ(user.semop(set, &add, 1), 0);
        EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
        EXPECT_EQ(unload_module(), 0);
        EXPECT_EQ(load_module(), 0);
    }
}

/* The module is being removed when the first object would be created: no call is served from then on. */
TEST(a_module_that_is_being_unloaded_serves_no_more)
{
    Process self;
    EXPECT(begin_unloading());
    EXPECT_EQ(self.msgctl(-1, IPC_RMID, nullptr), -EINVAL);
    EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), -ENOSYS);
    EXPECT_EQ(self.msgctl(-1, IPC_RMID, nullptr), -ENOSYS);
    complete_unloading();
    EXPECT_EQ(load_module(), 0);
}
