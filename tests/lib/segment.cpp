// SPDX-License-Identifier: GPL-2.0
/*
 * Segment: a shared memory segment that lives as long as its C++ object.  Attachment: one shmat().
 */
#include "lib/segment.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"

#include <csignal>
#include <cstdio>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

Segment::Segment(std::size_t size, int flags, key_t key)
    : id_ { static_cast<int>(REQUIRE_OK(sysv::shmget(key, size, IPC_CREAT | IPC_EXCL | flags))) }
{
}

Segment::~Segment()
{
    if (id_ >= 0)
        (void)sysv::shmctl(id_, IPC_RMID);
}

Outcome Segment::set_mode(unsigned mode) const
{
    auto wanted = stat();
    wanted.perm.mode = mode;
    return set(wanted);
}

sysv::SegmentStat Segment::stat() const
{
    return segment_stat_of(id_);
}

bool segment_exists(int id)
{
    sysv::SegmentStat stat;
    return sysv::shmctl(id, IPC_STAT, &stat).ok();
}

sysv::SegmentStat segment_stat_of(int id)
{
    sysv::SegmentStat stat {};
    REQUIRE_OK(sysv::shmctl(id, IPC_STAT, &stat));
    return stat;
}

sysv::ShmLimits shm_limits()
{
    sysv::ShmLimits limits {};
    REQUIRE_OK(sysv::shmctl(0, IPC_INFO, &limits));
    return limits;
}

sysv::ShmUsage shm_usage()
{
    sysv::ShmUsage usage {};
    REQUIRE_OK(sysv::shmctl(0, SHM_INFO, &usage));
    return usage;
}

key_t unused_segment_key()
{
    static key_t next = 0x5ad00000 + (static_cast<key_t>(getpid()) << 8) % 0x10000;
    while (!sysv::shmget(++next, 0, 0).failed_with(ENOENT))
        ;
    return next;
}

Attachment::Attachment(const Segment& segment, int flags, const void* address)
    : data_ { reinterpret_cast<char*>(REQUIRE_OK(sysv::shmat(segment.id(), address, flags))) }
{
}

Attachment::~Attachment()
{
    if (data_)
        (void)sysv::shmdt(data_);
}

Hole::Hole(std::size_t size) : size_ { size }
{
    void* memory =
        mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    data_ = static_cast<char*>(memory);
}

Hole::~Hole()
{
    if (size_ != 0)
        munmap(data_, size_);
}

char* Hole::open()
{
    REQUIRE_EQ(munmap(data_, std::exchange(size_, 0)), 0);
    return data_;
}

int signal_of(const std::function<void()>& body)
{
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const rlimit none { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);
        for (const int number : { SIGSEGV, SIGBUS })
            signal(number, SIG_DFL);
        body();
        _exit(0);
    }
    int status = 0;
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::string map_line_at(const void* address)
{
    char start[32];
    std::snprintf(start, sizeof(start), "%lx-", reinterpret_cast<unsigned long>(address));
    const auto text = read_file("/proc/self/maps");
    REQUIRE(text.has_value());
    for (const auto& line : split_lines(*text)) {
        if (line.starts_with(start))
            return line;
    }
    return {};
}
