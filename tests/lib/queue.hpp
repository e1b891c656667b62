// SPDX-License-Identifier: GPL-2.0
/*
 * Queue: a message queue that lives as long as its C++ object, with the calls that tests use most.
 *
 * send() and receive() never sleep unless requested: a test that is wrong about the queue fails
 * instead of hanging.
 */
#pragma once

#include "lib/guarded_buffer.hpp"
#include "lib/kernel_clock.hpp"
#include "lib/sysv_msg.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The result of msgrcv: if it failed, type and text are meaningless.
struct Received {
    Outcome outcome;
    long type;
    std::string text;

    bool is(long expected_type, std::string_view expected_text) const
    {
        return outcome.ok() && type == expected_type && text == expected_text;
    }
};

// Free functions, for processes that have only an id.
Outcome send(int id, long type, std::string_view text, int flags = IPC_NOWAIT);
Received receive(int id, long type = 0, int flags = IPC_NOWAIT,
                 std::size_t capacity = sysv::kDefaultMsgmax);

// IPC_STAT that must succeed.
sysv::QueueStat stat_of(int id);

class Queue {
public:
    // A private queue, or the one that `key` names, created here.
    explicit Queue(int mode = 0600, key_t key = IPC_PRIVATE);
    Queue(Queue&& other) noexcept : id_ { std::exchange(other.id_, -1) } { }
    Queue& operator=(Queue&& other) noexcept
    {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Queue();

    int id() const { return id_; }

    // Takes responsibility for a queue that the test made by other means.
    static Queue adopt(int id) { return Queue { Adopted {}, id }; }

    Outcome send(long type, std::string_view text, int flags = IPC_NOWAIT) const
    {
        return ::send(id_, type, text, flags);
    }
    Received receive(long type = 0, int flags = IPC_NOWAIT,
                     std::size_t capacity = sysv::kDefaultMsgmax) const
    {
        return ::receive(id_, type, flags, capacity);
    }
    sysv::QueueStat stat() const { return stat_of(id_); }
    Outcome set(sysv::QueueStat wanted) const { return sysv::msgctl(id_, IPC_SET, &wanted); }
    Outcome set_qbytes(unsigned long qbytes) const;
    Outcome set_mode(unsigned mode) const;

    // Removes the queue now; the destructor then has nothing to do.
    Outcome remove();

    // Sends `qbytes` bytes, so that the next message of any size must wait.
    void fill(std::size_t qbytes = 64) const;

private:
    struct Adopted { };
    Queue(Adopted, int id) : id_ { id } { }

    int id_;
};

// A key that no queue owns at the moment.
key_t unused_key();

// Text of the given length in which every byte depends on its place and on `seed`.
std::string pattern(std::size_t length, unsigned seed = 0);
