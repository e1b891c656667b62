// SPDX-License-Identifier: GPL-2.0
/*
 * Queue: a message queue that lives as long as its C++ object, with the calls that tests use most.
 */
#include "lib/queue.hpp"
#include "lib/harness.hpp"

#include <algorithm>

namespace {

// Room for a message as the calls want it: the type, then the text.
class MessageBuffer {
public:
    explicit MessageBuffer(std::size_t capacity) : bytes_(sizeof(long) + capacity) { }

    void* data() { return bytes_.data(); }
    char* text() { return bytes_.data() + sizeof(long); }
    long type() const
    {
        long type;
        std::memcpy(&type, bytes_.data(), sizeof(type));
        return type;
    }
    void set_type(long type) { std::memcpy(bytes_.data(), &type, sizeof(type)); }

private:
    std::vector<char> bytes_;
};

} // namespace

Outcome send(int id, long type, std::string_view text, int flags)
{
    MessageBuffer buffer { text.size() };
    buffer.set_type(type);
    std::ranges::copy(text, buffer.text());
    return sysv::msgsnd(id, buffer.data(), text.size(), flags);
}

Received receive(int id, long type, int flags, std::size_t capacity)
{
    MessageBuffer buffer { capacity };
    const Outcome outcome = sysv::msgrcv(id, buffer.data(), capacity, type, flags);
    if (!outcome.ok())
        return { outcome, 0, {} };
    return { outcome, buffer.type(), { buffer.text(), static_cast<std::size_t>(outcome.value()) } };
}

sysv::QueueStat stat_of(int id)
{
    sysv::QueueStat stat {};
    REQUIRE_OK(sysv::msgctl(id, IPC_STAT, &stat));
    return stat;
}

Queue::Queue(int mode, key_t key)
    : id_ { static_cast<int>(REQUIRE_OK(sysv::msgget(key, IPC_CREAT | IPC_EXCL | mode))) }
{
}

Queue::~Queue()
{
    if (id_ >= 0)
        (void)sysv::msgctl(id_, IPC_RMID, nullptr);
}

Outcome Queue::set_qbytes(unsigned long qbytes) const
{
    auto wanted = stat();
    wanted.qbytes = qbytes;
    return set(wanted);
}

Outcome Queue::set_mode(unsigned mode) const
{
    auto wanted = stat();
    wanted.perm.mode = mode;
    return set(wanted);
}

Outcome Queue::remove()
{
    return sysv::msgctl(std::exchange(id_, -1), IPC_RMID, nullptr);
}

void Queue::fill(std::size_t qbytes) const
{
    REQUIRE_OK(set_qbytes(qbytes));
    REQUIRE_OK(send(1, pattern(qbytes)));
}

key_t unused_key()
{
    static key_t next = 0x5e770000 + (static_cast<key_t>(getpid()) << 8) % 0x10000;
    while (!sysv::msgget(++next, 0).failed_with(ENOENT))
        ;
    return next;
}

std::string pattern(std::size_t length, unsigned seed)
{
    std::string text(length, '\0');
    unsigned state = seed * 2654435761u + 12345u;
    for (char& byte : text) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<char>(state >> 24);
    }
    return text;
}
