// SPDX-License-Identifier: GPL-2.0
/* Programs and the module (contracts: hosted/process.hpp). */
#include "process.hpp"

#include "file.hpp"
#include "interception.hpp"
#include "layout_types.h"
#include "machine.hpp"
#include "module.hpp"
#include "segment_file.hpp"

#include <algorithm>
#include <cerrno>
#include <host/module.h>
#include <host/namespace.h>
#include <host/registers.h>
#include <intercept/watch.h>
#include <kapi/task.h>
#include <vector>

extern "C" {
#define ENTRY(name) long sysvipc_call_##name(const kapi_regs* regs) noexcept
ENTRY(msgget);
ENTRY(msgsnd);
ENTRY(msgrcv);
ENTRY(msgctl);
ENTRY(semget);
ENTRY(semop);
ENTRY(semtimedop);
ENTRY(semctl);
ENTRY(shmget);
ENTRY(shmat);
ENTRY(shmdt);
ENTRY(shmctl);
ENTRY(compat);
#undef ENTRY
struct kapi_inode;
/* As src/entry/takeover.cpp has it. */
struct Answer {
    long is_all;
    long result;
};
Answer sysvipc_answer_proc_open(kapi_inode* inode, kapi_file* file) noexcept;
void sysvipc_before_destroy_orphaned(kapi_ipc_ns* ns) noexcept;
}

namespace hosted {

namespace {

/* The module's variables, as the linker has placed them (module_sections.h). */
extern "C" {
extern char __start_sysvipc_data[] __attribute__((weak));
extern char __stop_sysvipc_data[] __attribute__((weak));
extern char __start_sysvipc_bss[] __attribute__((weak));
extern char __stop_sysvipc_bss[] __attribute__((weak));
}

/* Not by memcpy(), which sanitizers watch: there are gaps between variables. */
__attribute__((no_sanitize("address"))) void copy_bytes(volatile char* to, const char* from,
                                                        std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        to[i] = from[i];
}

/* As when the loader of the kernel reads the module from its file. */
__attribute__((no_sanitize("address"))) void reset_variables()
{
    static std::vector<char> fresh;
    const auto size = static_cast<std::size_t>(__stop_sysvipc_data - __start_sysvipc_data);
    if (fresh.empty()) {
        fresh.resize(size + 1);
        copy_bytes(fresh.data(), __start_sysvipc_data, size);
        return;
    }
    copy_bytes(__start_sysvipc_data, fresh.data(), size);
    for (volatile char* byte = __start_sysvipc_bss; byte < __stop_sysvipc_bss; ++byte)
        *byte = 0;
}

/* The errno that programs see instead of the kernel's restart codes. */
long answer(long result)
{
    return result == -KAPI_ERESTARTNOHAND || result == -KAPI_ERESTARTNOINTR ? -EINTR : result;
}

static_assert(kSysvSem == KAPI_CLONE_SYSVSEM && kNewIpc == KAPI_CLONE_NEWIPC);

/* Others may hold its tasks longer than it lives. */
ProcessState* create_state(kapi_pid* pid, kapi_pid_ns* pid_ns, kapi_ipc_ns* ipc_ns,
                           AddressSpace& memory)
{
    auto* state = machine::make<ProcessState>(pid, pid_ns, ipc_ns, &memory);
    state->ends_with_threads = true;
    return state;
}

unsigned long word_of(const void* pointer)
{
    return reinterpret_cast<unsigned long>(pointer);
}

unsigned long word_of(long number)
{
    return static_cast<unsigned long>(number);
}

} // namespace

struct Process::Call {
    const char* symbol;
    long (*entry)(const kapi_regs* regs) noexcept;
};

#define CALL_OF(name)                                                                              \
    Call                                                                                           \
    {                                                                                              \
        "sys_" #name, sysvipc_call_##name                                                          \
    }

/* While it lives, the current thread is the process's task, in the kernel. */
class Process::Turn {
public:
    explicit Turn(Process& process) noexcept : before_(machine::act_as(process.task_))
    {
        in_kernel(true);
    }
    ~Turn()
    {
        close_files();
        in_kernel(false);
        machine::act_as(before_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    kapi_task* before_;
};

int load_module() noexcept
{
    reset_variables();
    ipc_ns_ending = [](kapi_ipc_ns* ns) {
        if (is_intercepted(host_ipc_ns_ending_symbol()))
            sysvipc_before_ipc_ns_ending(reinterpret_cast<unsigned long>(ns));
    };
    return sysvipc_module_init();
}

void complete_unloading() noexcept
{
    sysvipc_module_exit();
    end_unloading();
}

int unload_module() noexcept
{
    if (!begin_unloading())
        return -EAGAIN;
    complete_unloading();
    return 0;
}

Process::Process(const Identity& identity) noexcept
    : state_(*create_state(create_pid(initial_pid_ns), &initial_pid_ns, &initial_ipc_ns, memory_)),
      task_(create_task(state_, identity))
{
}

Process::Process(Process& parent, unsigned long flags) noexcept
    : state_(*create_state(create_pid(*parent.state_.pid_ns), parent.state_.pid_ns,
                           parent.state_.ipc_ns, memory_)),
      task_(create_task(state_, parent.task_->identity))
{
    const Turn turn { parent };
    const bool is_stranger = (flags & ipc_ns_clone_flag()) != 0;
    if (is_stranger)
        state_.ipc_ns = create_ipc_ns(*task_->identity.user_ns);
    else if (state_.ipc_ns != &initial_ipc_ns)
        host_ipc_ns_get(state_.ipc_ns);
    copy_mappings(parent.memory_, memory_);
    if (is_intercepted("task_newtask"))
        sysvipc_task_begun(task_, is_stranger ? flags & ~kSysvSem : flags);
}

/* As do_exit(): the memory, then the module's part before the files, then the namespace. */
Process::~Process()
{
    {
        const Turn turn { *this };
        unmap_all(memory_);
        if (is_intercepted("exit_files") && sysvipc_task_has_share())
            sysvipc_task_ended();
        if (state_.ipc_ns != &initial_ipc_ns)
            host_ipc_ns_put(state_.ipc_ns);
    }
    state_.memory = nullptr;
    kapi_task_put(task_);
}

long Process::call(const Call& called, unsigned long first, unsigned long second,
                   unsigned long third, unsigned long fourth, unsigned long fifth) noexcept
{
    const hosted_registers registers { { first, second, third, fourth, fifth, 0 }, 0 };
    const Turn turn { *this };
    if (!is_intercepted(called.symbol))
        return -ENOSYS;
    return answer(called.entry(reinterpret_cast<const kapi_regs*>(&registers)));
}

long Process::msgget(int key, int flags) noexcept
{
    return call(CALL_OF(msgget), word_of(key), word_of(flags));
}

long Process::msgsnd(int id, const void* message, std::size_t size, int flags) noexcept
{
    return call(CALL_OF(msgsnd), word_of(id), word_of(message), size, word_of(flags));
}

long Process::msgrcv(int id, void* message, std::size_t size, long type, int flags) noexcept
{
    return call(CALL_OF(msgrcv), word_of(id), word_of(message), size, word_of(type),
                word_of(flags));
}

long Process::msgctl(int id, int command, void* buffer) noexcept
{
    return call(CALL_OF(msgctl), word_of(id), word_of(command), word_of(buffer));
}

long Process::semget(int key, int count, int flags) noexcept
{
    return call(CALL_OF(semget), word_of(key), word_of(count), word_of(flags));
}

long Process::semop(int id, const sembuf* operations, unsigned count) noexcept
{
    return call(CALL_OF(semop), word_of(id), word_of(operations), count);
}

long Process::semtimedop(int id, const sembuf* operations, unsigned count,
                         const timespec* timeout) noexcept
{
    return call(CALL_OF(semtimedop), word_of(id), word_of(operations), count, word_of(timeout));
}

long Process::semctl(int id, int number, int command, unsigned long argument) noexcept
{
    return call(CALL_OF(semctl), word_of(id), word_of(number), word_of(command), argument);
}

long Process::shmget(int key, std::size_t size, int flags) noexcept
{
    return call(CALL_OF(shmget), word_of(key), size, word_of(flags));
}

long Process::shmat(int id, const void* address, int flags) noexcept
{
    return call(CALL_OF(shmat), word_of(id), word_of(address), word_of(flags));
}

long Process::shmdt(const void* address) noexcept
{
    return call(CALL_OF(shmdt), word_of(address));
}

long Process::shmctl(int id, int command, void* buffer) noexcept
{
    return call(CALL_OF(shmctl), word_of(id), word_of(command), word_of(buffer));
}

/* All of them are served as one: the module takes them all, or none. */
long Process::call_compat(unsigned number, std::initializer_list<std::uint32_t> arguments) noexcept
{
    hosted_registers registers {};
    std::copy(arguments.begin(), arguments.end(), registers.words);
    registers.number = number;
    const Turn turn { *this };
    if (!is_intercepted("compat_sys_ipc"))
        return -ENOSYS;
    return answer(sysvipc_call_compat(reinterpret_cast<const kapi_regs*>(&registers)));
}

long Process::unshare(unsigned long flags) noexcept
{
    const Turn turn { *this };
    kapi_ipc_ns* before = state_.ipc_ns;
    const bool is_leaving = (flags & ipc_ns_clone_flag()) != 0;
    if (is_leaving)
        state_.ipc_ns = create_ipc_ns(*task_->identity.user_ns);
    if (is_intercepted("sys_unshare"))
        sysvipc_task_unshared(flags | (is_leaving ? kNewIpc : 0));
    if (before != state_.ipc_ns && before != &initial_ipc_ns)
        host_ipc_ns_put(before);
    return 0;
}

long Process::enter_ipc_ns_of(const Process& other) noexcept
{
    const Turn turn { *this };
    kapi_ipc_ns* before = std::exchange(state_.ipc_ns, other.state_.ipc_ns);
    if (state_.ipc_ns != &initial_ipc_ns)
        host_ipc_ns_get(state_.ipc_ns);
    if (is_intercepted("sys_setns"))
        sysvipc_task_entered(kNewIpc);
    if (before != &initial_ipc_ns)
        host_ipc_ns_put(before);
    return 0;
}

long Process::munmap(void* start, std::size_t size) noexcept
{
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    const Turn turn { *this };
    unmap_part(memory_, address, address + size);
    return 0;
}

std::string Process::read_builtin_proc(const char* name) noexcept
{
    const Turn turn { *this };
    kapi_file file {};
    file.name = name;
    if (!is_intercepted("sysvipc_proc_open"))
        return {};
    const Answer answer = sysvipc_answer_proc_open(nullptr, &file);
    if (answer.is_all == 0 || answer.result != 0)
        return {};
    const std::unique_ptr<ProcFile> opened { file.opened };
    return opened->read_all();
}

void Process::destroy_orphaned() noexcept
{
    const Turn turn { *this };
    if (is_intercepted("shm_destroy_orphaned"))
        sysvipc_before_destroy_orphaned(state_.ipc_ns);
}

void Process::act(void (*body)()) noexcept
{
    const Turn turn { *this };
    body();
}

bool Process::is_asleep() noexcept
{
    return std::atomic_ref { task_->is_sleeping }.load() != 0;
}

int Process::pid() noexcept
{
    return kapi_pid_nr_in(state_.pid, state_.pid_ns);
}

} // namespace hosted
