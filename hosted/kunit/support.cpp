// SPDX-License-Identifier: GPL-2.0
/* host: threads, credentials and files for suites and scenarios (contracts: include/host/kunit.h). */
#include "../address_space.hpp"
#include "../file.hpp"
#include "../interception.hpp"
#include "../kernel.hpp"
#include "../machine.hpp"
#include "../scenarios/declarations.hpp"
#include "../task.hpp"

#include <cerrno>
#include <host/kunit.h>
#include <kapi/module.h>
#include <kapi/task.h>

using namespace hosted;

struct kapi_kunit_thread {
    kapi_task* task;
    void (*run)(void* data);
    void* data;
};

struct kapi_kunit_cred {
    Identity identity;
};

struct kapi_kunit_file {
    std::unique_ptr<ProcFile> file;
};

namespace {

void run_thread(void* data)
{
    const auto* thread = static_cast<kapi_kunit_thread*>(data);
    thread->run(thread->data);
}

kapi_task* started_last = nullptr;

} // namespace

kapi_task* hosted_started_last() noexcept
{
    return started_last;
}

void hosted_enter_new_ipc_ns(void (*ending)(kapi_ipc_ns* ns) noexcept) noexcept
{
    ipc_ns_ending = ending;
    initial_process().ipc_ns = create_ipc_ns(initial_user_ns);
}

void hosted_leave_ipc_ns() noexcept
{
    initial_process().ipc_ns = &initial_ipc_ns;
}

void hosted_have_sysvipc(bool has) noexcept
{
    kernel().has_sysvipc = has;
}

kapi_kunit_thread* host_kunit_thread_start(void (*run)(void* data), void* data, kapi_u32)
{
    auto* thread = new kapi_kunit_thread { create_task(initial_process(), Identity {}), run, data };
    thread->task->allows_signals.store(false);
    started_last = thread->task;
    if (machine::start(*thread->task, run_thread, thread))
        return thread;
    kapi_task_put(thread->task);
    delete thread;
    return nullptr;
}

void host_kunit_thread_join(kapi_kunit_thread* thread)
{
    machine::join(*thread->task);
    kapi_task_put(thread->task);
    delete thread;
}

void host_kunit_cpu_relax()
{
    machine::give_way();
}

void host_kunit_thread_signal(kapi_kunit_thread* thread)
{
    send_signal(*thread->task);
}

void host_kunit_signals_allow()
{
    machine::current()->allows_signals.store(true);
}

void host_kunit_signals_drop()
{
    machine::current()->allows_signals.store(false);
    drop_signals(*machine::current());
}

kapi_kunit_cred* host_kunit_cred_assume(const kapi_kunit_identity* identity)
{
    Identity& own = machine::current()->identity;
    auto* before = new kapi_kunit_cred { own };
    own.uid = identity->uid;
    own.gid = identity->gid;
    own.groups = { identity->supplementary_gid };
    own.capabilities = identity->capability == KAPI_KUNIT_NO_CAPABILITY
        ? 0
        : std::uint64_t { 1 } << static_cast<unsigned>(identity->capability);
    return before;
}

void host_kunit_cred_restore(kapi_kunit_cred* before)
{
    machine::current()->identity = before->identity;
    delete before;
}

bool host_kunit_has_direct_calls()
{
    return true;
}

bool host_kunit_probes_use_ftrace()
{
    return true;
}

int host_kunit_module_pins()
{
    return kapi_module_references();
}

void host_kunit_files_flush()
{
    close_files();
}

/* No file but a segment's can be mapped here. */
int host_kunit_segment_probe(const char*)
{
    return -EOPNOTSUPP;
}

kapi_kunit_file* host_kunit_file_open(const char* path)
{
    std::unique_ptr<ProcFile> file = ProcFile::open(path);
    return file ? new kapi_kunit_file { std::move(file) } : nullptr;
}

kapi_s64 host_kunit_file_read(kapi_kunit_file* file, void* to, kapi_size size, kapi_s64* offset)
{
    std::int64_t position = *offset;
    const std::int64_t got = file->file->read(static_cast<char*>(to), size, position);
    *offset = position;
    return got;
}

void host_kunit_file_close(kapi_kunit_file* file)
{
    delete file;
}
