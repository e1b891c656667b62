// SPDX-License-Identifier: GPL-2.0
/*
 * Process: a program that makes the System V IPC calls.  Each returns what the system call would: a
 * non-negative number, or minus the errno; -ENOSYS while the module is not loaded.
 *
 * A process has one task, which any one thread may act as at a time.  Addresses are the program's own.
 */
#pragma once

#include "address_space.hpp"
#include "task.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

struct sembuf;
struct timespec;

namespace hosted {

/* Flags of clone(2) and unshare(2). */
constexpr unsigned long kSysvSem = 0x40000; /* CLONE_SYSVSEM */
constexpr unsigned long kNewIpc = 0x8000000; /* CLONE_NEWIPC */

/* insmod and rmmod.  0 or -errno; -EAGAIN: the module is in use. */
int load_module() noexcept;
int unload_module() noexcept;
/* After begin_unloading(). */
void complete_unloading() noexcept;

class Process {
public:
    /* In the initial namespaces, unless a parent is given. */
    explicit Process(const Identity& identity = {}) noexcept;
    /* As clone(2) with @flags: CLONE_SYSVSEM, CLONE_NEWIPC or the flag of the namespace that replaces it. */
    Process(Process& parent, unsigned long flags) noexcept;
    /* Exits. */
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    long msgget(int key, int flags) noexcept;
    long msgsnd(int id, const void* message, std::size_t size, int flags) noexcept;
    long msgrcv(int id, void* message, std::size_t size, long type, int flags) noexcept;
    long msgctl(int id, int command, void* buffer) noexcept;
    long semget(int key, int count, int flags) noexcept;
    long semop(int id, const sembuf* operations, unsigned count) noexcept;
    long semtimedop(int id, const sembuf* operations, unsigned count,
                    const timespec* timeout) noexcept;
    long semctl(int id, int number, int command, unsigned long argument) noexcept;
    long shmget(int key, std::size_t size, int flags) noexcept;
    long shmat(int id, const void* address, int flags) noexcept;
    long shmdt(const void* address) noexcept;
    long shmctl(int id, int command, void* buffer) noexcept;

    /* As a 32-bit program by int 0x80: its call number and up to six arguments. */
    long call_compat(unsigned number, std::initializer_list<std::uint32_t> arguments) noexcept;

    long unshare(unsigned long flags) noexcept;
    /* setns(2) into the IPC namespace of @other. */
    long enter_ipc_ns_of(const Process& other) noexcept;
    long munmap(void* start, std::size_t size) noexcept;

    /*
     * On a kernel with System V IPC of its own, where the module takes these over: reads
     * /proc/sysvipc/@name, which is empty if the kernel's own file serves; applies a change of
     * shm_rmid_forced to segments.
     */
    std::string read_builtin_proc(const char* name) noexcept;
    void destroy_orphaned() noexcept;

    /* Calls @body as this task, in the kernel: opens, reads and writes files. */
    void act(void (*body)()) noexcept;
    void signal() noexcept { send_signal(*task_); }
    /* It sleeps, and signals and others' wake-ups can end that; or it is about to. */
    [[nodiscard]] bool is_asleep() noexcept;
    void set_memlock_limit(unsigned long bytes) noexcept { state_.memlock_limit = bytes; }
    [[nodiscard]] int pid() noexcept;
    [[nodiscard]] kapi_task& task() noexcept { return *task_; }
    [[nodiscard]] Identity& identity() noexcept { return task_->identity; }

private:
    class Turn;
    struct Call;

    long call(const Call& called, unsigned long first, unsigned long second = 0,
              unsigned long third = 0, unsigned long fourth = 0, unsigned long fifth = 0) noexcept;

    AddressSpace memory_;
    ProcessState& state_;
    kapi_task* task_;
};

} // namespace hosted
