// SPDX-License-Identifier: GPL-2.0
/* Namespaces, and processes that keep them (contracts: realm.hpp). */
#include "lib/realm.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <algorithm>
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr NamespaceKind kKinds[] = {
    // A user namespace first: its root may enter the others.
    { "user", CLONE_NEWUSER }, { "ipc", CLONE_NEWIPC }, { "pid", CLONE_NEWPID },
    { "uts", CLONE_NEWUTS },   { "net", CLONE_NEWNET }, { "mnt", CLONE_NEWNS },
};

void become_root_of_the_namespace()
{
    REQUIRE_EQ(setgroups(0, nullptr), 0);
    REQUIRE_EQ(setresgid(0, 0, 0), 0);
    REQUIRE_EQ(setresuid(0, 0, 0), 0);
    // So that the files of it and its children in /proc are its own.
    REQUIRE_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
}

} // namespace

bool has_namespaces(const std::string& kind)
{
    return access(("/proc/self/ns/" + kind).c_str(), F_OK) == 0;
}

void require_namespaces(const std::string& kind)
{
    if (!has_namespaces(kind))
        harness::skip("the kernel has no " + kind + " namespaces");
}

// Asks each time: a test may load the module with other parameters than it was loaded before.
NamespaceKind kind_of_ipc()
{
    const auto parameter = read_file("/sys/module/sysvipc/parameters/namespaces").value_or("\n");
    const auto name = parameter == "\n" ? "ipc" : parameter.substr(0, parameter.size() - 1);
    const auto kind = std::ranges::find(kKinds, name, &NamespaceKind::name);
    REQUIRE(kind != std::end(kKinds));
    return *kind;
}

unsigned long new_ipc()
{
    return kind_of_ipc().flag;
}

unsigned long new_world()
{
    return CLONE_NEWUSER | new_ipc();
}

void require_ipc_namespaces()
{
    require_namespaces(kind_of_ipc().name);
}

// A user namespace is not one of them: it changes privileges.
std::vector<NamespaceKind> other_kinds_of_namespaces()
{
    std::vector<NamespaceKind> others;
    for (const auto& kind : kKinds)
        if (kind.flag != CLONE_NEWUSER && kind.flag != CLONE_NEWIPC && kind.flag != new_ipc()
            && has_namespaces(kind.name))
            others.push_back(kind);
    return others;
}

NamespaceKind another_kind()
{
    for (const auto& kind : other_kinds_of_namespaces())
        if (kind.flag != CLONE_NEWPID) // only children are in the new one
            return kind;
    harness::skip("the kernel has no other namespaces");
}

Outcome let_go(unsigned long kinds)
{
    return Outcome::of(unshare(static_cast<int>(kinds)));
}

void in_a_new_ipc_namespace(const std::function<void()>& body)
{
    require_ipc_namespaces();
    in_a_process([&] {
        REQUIRE_OK(let_go(new_ipc()));
        body();
    });
}

NamespaceFile::NamespaceFile(const std::string& kind, const std::string& pid)
    : NamespaceFile { ("/proc/" + pid + "/ns/" + kind).c_str() }
{
}

NamespaceFile::NamespaceFile(const char* path) : fd_ { open(path, O_RDONLY | O_CLOEXEC) }
{
    REQUIRE(fd_ >= 0);
}

Outcome NamespaceFile::enter(unsigned long kind) const
{
    // A thread may not change the mounts of a root directory that it shares with others.
    if (new_ipc() == CLONE_NEWNS)
        REQUIRE_OK(let_go(CLONE_FS));
    return Outcome::of(setns(fd_, static_cast<int>(kind)));
}

unsigned long NamespaceFile::number() const
{
    struct stat status { };
    REQUIRE_EQ(fstat(fd_, &status), 0);
    return status.st_ino;
}

void NamespaceFile::close()
{
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

bool is_at_home(const NamespaceFile& file)
{
    return NamespaceFile { kind_of_ipc().name, "thread-self" }.number() == file.number();
}

Realm::Realm(unsigned long kinds, const Identity& maker)
    : kinds_ { kinds },
      gate_ { std::make_unique<Shared<Rendezvous>>() }
{
    for (const auto& kind : kKinds)
        if (kinds & kind.flag)
            require_namespaces(kind.name);
    if (maker.uid != kRoot.uid)
        borrow(maker);
    keeper_ = std::make_unique<Actor>(kinds, [this] {
        Rendezvous& gate = **gate_;
        gate.meet(2);
        if (kinds_ & CLONE_NEWUSER)
            become_root_of_the_namespace();
        gate.meet(2);
        pause();
        return Outcome::raw(0);
    });
    if (maker.uid != kRoot.uid)
        return_to_root();
    if (kinds & CLONE_NEWUSER)
        map_ids(keeper_->pid(), 0, kShift, kIds);
    (*gate_)->meet(2);
    (*gate_)->meet(2);
}

void Realm::enter() const
{
    // All before the first: afterwards the keeper may be none that we may look at.
    std::vector<NamespaceFile> files;
    for (const auto& kind : kKinds)
        if (kinds_ & kind.flag)
            files.push_back(file(kind.name));
    for (const auto& file : files)
        REQUIRE_OK(file.enter());
    if (kinds_ & CLONE_NEWUSER)
        become_root_of_the_namespace();
}

void Realm::in(const std::function<void()>& body) const
{
    REQUIRE_OK(play([&] {
        body();
        return Outcome::raw(0);
    }));
}

Outcome Realm::play(const Actor::Body& body) const
{
    return Actor {
        [&] {
            enter();
            return kinds_ & CLONE_NEWPID ? Actor { body }.join() : body();
        }
    }.join();
}

void Realm::leave_alone()
{
    keeper_.reset();
}

void map_ids(pid_t pid, unsigned inside, unsigned outside, unsigned count)
{
    const auto process = "/proc/" + std::to_string(pid);
    const auto line =
        std::to_string(inside) + ' ' + std::to_string(outside) + ' ' + std::to_string(count) + '\n';
    REQUIRE(write_file((process + "/uid_map").c_str(), line));
    REQUIRE(write_file((process + "/gid_map").c_str(), line));
}
