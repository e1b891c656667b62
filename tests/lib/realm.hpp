// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces: files that represent them, and realms, which a process keeps alive.
 */
#pragma once

#include "lib/actor.hpp"
#include "lib/shared.hpp"

#include <memory>
#include <sched.h>
#include <string>
#include <vector>

struct NamespaceKind {
    const char* name; // as /proc/PID/ns calls it
    unsigned long flag; // CLONE_NEW...
};

bool has_namespaces(const std::string& kind); // the kernel: "ipc", "user", "pid", ...
// Skips the test where the kernel has no such namespaces.
void require_namespaces(const std::string& kind);

// The namespaces that each have their own System V IPC: IPC namespaces, or those that the module uses instead.
NamespaceKind kind_of_ipc();
unsigned long new_ipc(); // their flag
unsigned long new_world(); // the same, together with a user namespace to own it
// Skips the test where System V IPC is one for all.
void require_ipc_namespaces();

// Those without relation to System V IPC, if the kernel has them.
std::vector<NamespaceKind> other_kinds_of_namespaces();
NamespaceKind another_kind(); // one of these, which a Realm can have

Outcome let_go(unsigned long kinds); // unshare(2)

// Plays `body` in a process with System V IPC of its own.  The first call in a test has to be the
// test's own, not that of an actor: it may skip.
void in_a_new_ipc_namespace(const std::function<void()>& body);

// An open file of /proc/PID/ns, which keeps the namespace.
class NamespaceFile {
public:
    NamespaceFile() : NamespaceFile { kind_of_ipc().name, "self" } { }
    explicit NamespaceFile(pid_t pid) : NamespaceFile { kind_of_ipc().name, pid } { }
    explicit NamespaceFile(const std::string& kind, const std::string& pid = "self");
    NamespaceFile(const std::string& kind, pid_t pid) : NamespaceFile { kind, std::to_string(pid) }
    {
    }
    explicit NamespaceFile(const char* path); // where one is mounted, for instance
    NamespaceFile(NamespaceFile&& other) noexcept : fd_ { std::exchange(other.fd_, -1) } { }
    NamespaceFile& operator=(NamespaceFile&&) = delete;
    ~NamespaceFile() { close(); }

    int fd() const { return fd_; }
    Outcome enter(unsigned long kind = 0) const; // setns(2)
    unsigned long number() const; // the inode: one for each namespace that lives
    void close();

private:
    int fd_;
};

// Where the current task has the System V IPC of the namespace of the file.
bool is_at_home(const NamespaceFile& file);

// Namespaces of their own, with a process in them that sleeps as long as the C++ object lives.
class Realm {
public:
    // With CLONE_NEWUSER, users and groups 0 to kIds - 1 there are kShift and on outside.
    static constexpr unsigned kShift = 100000;
    static constexpr unsigned kIds = 65536;
    Realm() : Realm { new_ipc() } { }
    explicit Realm(unsigned long kinds) : Realm { kinds, kRoot } { }
    // Created by another user, who owns the user namespace.
    Realm(unsigned long kinds, const Identity& maker);

    pid_t keeper() const { return keeper_->pid(); }
    NamespaceFile file() const { return NamespaceFile { keeper() }; }
    NamespaceFile file(const std::string& kind) const { return { kind, keeper() }; }

    // Takes the current process there, into as many kinds as the realm has (a pid namespace is for
    // its children), as root with every capability in the user namespace if it has one.
    void enter() const;
    // In a process of its own that has entered.
    void in(const std::function<void()>& body) const;
    Outcome play(const Actor::Body& body) const;

    // Ends the keeper.  Other users keep the realm's namespaces.
    void leave_alone();

private:
    unsigned long kinds_;
    std::unique_ptr<Shared<Rendezvous>> gate_;
    std::unique_ptr<Actor> keeper_;
};

// Maps users and groups from `inside` on, in the process's user namespace, to `outside` and on here.
void map_ids(pid_t pid, unsigned inside, unsigned outside, unsigned count);
