// SPDX-License-Identifier: GPL-2.0
/*
 * Segment: a shared memory segment that lives as long as its C++ object.  Attachment: one shmat().
 */
#pragma once

#include "lib/actor.hpp"
#include "lib/kernel_clock.hpp"
#include "lib/shared.hpp"
#include "lib/sysv_shm.hpp"

#include <string>
#include <utility>

inline constexpr std::size_t kPage = 4096;

class Segment {
public:
    // A private segment, or the one that `key` names, created here.
    explicit Segment(std::size_t size = kPage, int flags = 0600, key_t key = IPC_PRIVATE);
    Segment(Segment&& other) noexcept : id_ { std::exchange(other.id_, -1) } { }
    Segment& operator=(Segment&& other) noexcept
    {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Segment();

    int id() const { return id_; }

    // Takes responsibility for a segment that the test made by other means.
    static Segment adopt(int id) { return Segment { Adopted {}, id }; }

    // The destructor does nothing then.
    Outcome remove() { return sysv::shmctl(std::exchange(id_, -1), IPC_RMID); }
    // Marks it, but keeps the id: it is attached.
    Outcome mark() const { return sysv::shmctl(id_, IPC_RMID); }
    Outcome lock() const { return sysv::shmctl(id_, SHM_LOCK); }
    Outcome unlock() const { return sysv::shmctl(id_, SHM_UNLOCK); }
    Outcome set(sysv::SegmentStat wanted) const { return sysv::shmctl(id_, IPC_SET, &wanted); }
    Outcome set_mode(unsigned mode) const;

    // Calls that must succeed.
    sysv::SegmentStat stat() const;
    std::uint64_t attaches() const { return stat().nattch; }

private:
    struct Adopted { };
    Segment(Adopted, int id) : id_ { id } { }

    int id_;
};

// Whether the id names a segment.
bool segment_exists(int id);
sysv::SegmentStat segment_stat_of(int id);
sysv::ShmLimits shm_limits(); // IPC_INFO
sysv::ShmUsage shm_usage(); // SHM_INFO
key_t unused_segment_key();

class Attachment {
public:
    explicit Attachment(const Segment& segment, int flags = 0, const void* address = nullptr);
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;
    ~Attachment();

    char* data() const { return data_; }
    char& operator[](std::size_t i) const { return data_[i]; }
    char* page(std::size_t n) const { return data_ + n * kPage; }
    Outcome detach() { return sysv::shmdt(std::exchange(data_, nullptr)); }
    // The test has unmapped it by other means.
    void forget() { data_ = nullptr; }

private:
    char* data_;
};

// An address as shmat() and shmdt() take it.
inline const void* at(unsigned long address)
{
    return reinterpret_cast<const void*>(address);
}

// `size` bytes of unused address space: reserved, then released for other mappings.
class Hole {
public:
    explicit Hole(std::size_t size);
    ~Hole();
    Hole(const Hole&) = delete;
    Hole& operator=(const Hole&) = delete;

    char* data() const { return data_; }
    // Nothing is mapped there from now on; the destructor then has nothing to do.
    char* open();

private:
    char* data_;
    std::size_t size_;
};

// The end of a child that does `body`: 0, or the signal it died of.
int signal_of(const std::function<void()>& body);

// Lines of /proc/self/maps that begin with this address.
std::string map_line_at(const void* address);
