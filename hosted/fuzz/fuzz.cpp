// SPDX-License-Identifier: GPL-2.0
/*
 * Sequences of calls by several processes, compared with hosted/fuzz/model.hpp.  Each byte string is a
 * sequence; libFuzzer looks for those that reach new code, the sanitizers and the model for faults.
 */
#include "../fault.hpp"
#include "../module.hpp"
#include "../process.hpp"
#include "../rcu.hpp"
#include "../work.hpp"
#include "model.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <kapi/rcu.h>
#include <optional>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

namespace {

using namespace hosted;
using namespace hosted::fuzz;

constexpr std::size_t kMostText = 24;
/* Ids that are free in the model are used too. */
constexpr unsigned kPlaces = 4;

struct Letter {
    long type;
    char text[kMostText];
};

[[noreturn]] void differ(const char* call, long got, long expected)
{
    std::printf("%s returns %ld, but the manual pages say %ld\n", call, got, expected);
    std::fflush(stdout);
    std::abort();
}

void expect(const char* call, long got, long expected)
{
    if (got != expected)
        differ(call, got, expected);
}

class Sequence {
public:
    Sequence(const std::uint8_t* data, std::size_t size) : data_(data), size_(size)
    {
        for (unsigned i = 0; i < kProcesses; ++i)
            processes_[i].emplace();
    }
    void run()
    {
        while (size_ > 0)
            step();
        finish();
    }

private:
    std::uint8_t byte()
    {
        if (size_ == 0)
            return 0;
        --size_;
        return *data_++;
    }
    int small() { return static_cast<std::int8_t>(byte()); }
    Process& process() { return *processes_[who_]; }

    void step();
    void semaphores();
    void messages();
    void segments();
    void finish();
    void exit_and_begin();
    void forget_if_gone(int place);

    template <class Model>
    struct Known {
        std::optional<int> id {};
        Model model {};
    };

    const std::uint8_t* data_;
    std::size_t size_;
    unsigned who_ { 0 };
    std::optional<Process> processes_[kProcesses];
    Known<SetModel> sets_[kPlaces];
    Known<QueueModel> queues_[kPlaces];
    Known<SegmentModel> segments_[kPlaces];
    std::map<const void*, unsigned> mapped_[kProcesses]; /* address: place */
};

void Sequence::step()
{
    const std::uint8_t what = byte();
    who_ = (what >> 4) % kProcesses;
    switch (what & 15) {
    case 0:
        exit_and_begin();
        break;
    default:
        switch ((what & 15) % 3) {
        case 0:
            semaphores();
            break;
        case 1:
            messages();
            break;
        default:
            segments();
        }
    }
}

void Sequence::exit_and_begin()
{
    for (const auto& [address, place] : mapped_[who_]) {
        --segments_[place].model.attaches;
        forget_if_gone(static_cast<int>(place));
    }
    mapped_[who_].clear();
    processes_[who_].emplace();
    for (Known<SetModel>& set : sets_) {
        if (set.id)
            set.model.exit(who_);
    }
}

void Sequence::semaphores()
{
    const std::uint8_t what = byte();
    Known<SetModel>& set = sets_[what % kPlaces];
    if (!set.id) {
        const long made = process().semget(IPC_PRIVATE, kSemaphores, IPC_CREAT | 0600);
        if (made < 0)
            differ("semget", made, 0);
        set = { static_cast<int>(made), {} };
        return;
    }
    switch (what / kPlaces % 6) {
    case 0:
    case 1: {
        std::vector<sembuf> operations;
        const unsigned count = 1 + byte() % 3;
        for (unsigned i = 0; i < count; ++i) {
            const std::uint8_t flags = byte();
            operations.push_back({ static_cast<unsigned short>(flags % 4 % (kSemaphores + 1)),
                                   static_cast<short>(small() * (flags & 64 ? 200 : 1)),
                                   static_cast<short>(IPC_NOWAIT | (flags & 128 ? SEM_UNDO : 0)) });
        }
        const long got = process().semop(*set.id, operations.data(), count);
        expect("semop", got, set.model.operate(who_, operations));
        break;
    }
    case 2: {
        const int number = byte() % kSemaphores;
        const int value = byte() * 128;
        expect("SETVAL",
               process().semctl(*set.id, number, SETVAL, static_cast<unsigned long>(value)), 0);
        set.model.set(number, value);
        break;
    }
    case 3: {
        const int number = byte() % kSemaphores;
        expect("GETVAL", process().semctl(*set.id, number, GETVAL, 0),
               set.model.values[static_cast<unsigned>(number)]);
        break;
    }
    case 4: {
        unsigned short values[kSemaphores] {};
        expect("GETALL",
               process().semctl(*set.id, 0, GETALL, reinterpret_cast<unsigned long>(values)), 0);
        for (unsigned i = 0; i < kSemaphores; ++i)
            expect("a value of GETALL", values[i], set.model.values[i]);
        break;
    }
    default:
        expect("semctl IPC_RMID", process().semctl(*set.id, 0, IPC_RMID, 0), 0);
        expect("GETVAL after IPC_RMID", process().semctl(*set.id, 0, GETVAL, 0), -EINVAL);
        set = {};
    }
}

void Sequence::messages()
{
    const std::uint8_t what = byte();
    Known<QueueModel>& queue = queues_[what % kPlaces];
    if (!queue.id) {
        const long made = process().msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        if (made < 0)
            differ("msgget", made, 0);
        queue = { static_cast<int>(made), {} };
        return;
    }
    switch (what / kPlaces % 5) {
    case 0:
    case 1: {
        Letter letter { small(), {} };
        const std::size_t size = byte() % (kMostText + 1);
        for (std::size_t i = 0; i < size; ++i)
            letter.text[i] = static_cast<char>(byte());
        const long got = process().msgsnd(*queue.id, &letter, size, IPC_NOWAIT);
        expect("msgsnd", got, queue.model.send(letter.type, std::string { letter.text, size }));
        break;
    }
    case 2: {
        Letter letter {};
        const long type = small();
        const std::uint8_t flags = byte();
        const std::size_t room = byte() % (kMostText + 1);
        std::string text;
        const bool except = (flags & 1) != 0;
        const bool cuts = (flags & 2) != 0;
        const long got =
            process().msgrcv(*queue.id, &letter, room, type,
                             IPC_NOWAIT | (except ? 020000 : 0) | (cuts ? MSG_NOERROR : 0));
        expect("msgrcv", got, queue.model.receive(type, except, room, cuts, text));
        if (got >= 0 && std::memcmp(letter.text, text.data(), text.size()) != 0)
            differ("the text of msgrcv", 0, 1);
        break;
    }
    case 3: {
        msqid_ds stat {};
        expect("msgctl IPC_STAT", process().msgctl(*queue.id, IPC_STAT, &stat), 0);
        expect("msg_qnum", static_cast<long>(stat.msg_qnum),
               static_cast<long>(queue.model.letters.size()));
        expect("msg_cbytes", static_cast<long>(stat.__msg_cbytes),
               static_cast<long>(queue.model.bytes));
        stat.msg_qbytes = 1 + byte();
        expect("msgctl IPC_SET", process().msgctl(*queue.id, IPC_SET, &stat), 0);
        queue.model.limit = stat.msg_qbytes;
        break;
    }
    default:
        expect("msgctl IPC_RMID", process().msgctl(*queue.id, IPC_RMID, nullptr), 0);
        queue = {};
    }
}

/* A marked segment is destroyed with its last attachment. */
void Sequence::forget_if_gone(int place)
{
    Known<SegmentModel>& segment = segments_[place];
    if (segment.model.is_marked && segment.model.attaches == 0)
        segment = {};
}

void Sequence::segments()
{
    const std::uint8_t what = byte();
    const unsigned place = what % kPlaces;
    Known<SegmentModel>& segment = segments_[place];
    if (!segment.id) {
        const std::size_t size = 1 + std::size_t { byte() } * 64;
        const long made = process().shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
        if (made < 0)
            differ("shmget", made, 0);
        segment = { static_cast<int>(made), { size, 0, false } };
        return;
    }
    switch (what / kPlaces % 4) {
    case 0: {
        const long at = process().shmat(*segment.id, nullptr, byte() & 1 ? SHM_RDONLY : 0);
        if (at < 0)
            differ("shmat", at, 0);
        mapped_[who_][reinterpret_cast<void*>(at)] = place;
        ++segment.model.attaches;
        break;
    }
    case 1: {
        if (mapped_[who_].empty()) {
            expect("shmdt of nothing", process().shmdt(nullptr), -EINVAL);
            break;
        }
        const auto [address, of] = *mapped_[who_].begin();
        expect("shmdt", process().shmdt(address), 0);
        mapped_[who_].erase(address);
        --segments_[of].model.attaches;
        forget_if_gone(static_cast<int>(of));
        break;
    }
    case 2: {
        shmid_ds stat {};
        expect("shmctl IPC_STAT", process().shmctl(*segment.id, IPC_STAT, &stat), 0);
        expect("shm_nattch", static_cast<long>(stat.shm_nattch), segment.model.attaches);
        expect("shm_segsz", static_cast<long>(stat.shm_segsz),
               static_cast<long>(segment.model.size));
        break;
    }
    default:
        expect("shmctl IPC_RMID", process().shmctl(*segment.id, IPC_RMID, nullptr), 0);
        segment.model.is_marked = true;
        forget_if_gone(static_cast<int>(place));
    }
}

/* Nothing is left. */
void Sequence::finish()
{
    who_ = 0;
    for (const Known<SetModel>& set : sets_) {
        if (set.id)
            expect("the last IPC_RMID of a set", process().semctl(*set.id, 0, IPC_RMID, 0), 0);
    }
    for (const Known<QueueModel>& queue : queues_) {
        if (queue.id)
            expect("the last IPC_RMID of a queue", process().msgctl(*queue.id, IPC_RMID, nullptr),
                   0);
    }
    for (const Known<SegmentModel>& segment : segments_) {
        if (segment.id)
            expect("the last IPC_RMID of a segment",
                   process().shmctl(*segment.id, IPC_RMID, nullptr), 0);
    }
    for (std::optional<Process>& one : processes_)
        one.reset();
}

/* After some sequences the module is unloaded, which must leave nothing. */
void load()
{
    start_rcu();
    start_worker();
    be_quiet(true);
    expect("loading", load_module(), 0);
}

void unload()
{
    expect("unloading", unload_module(), 0);
    stop_worker();
    stop_rcu();
    expect("what is left in memory", living_allocations(), 0);
    expect("the number of defects", defects_seen(), 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr unsigned kTogether = 64;
    static unsigned count = 0;
    /* After the last one, too: threads of hosted/ must not run on when the program ends. */
    static const int registered = std::atexit([] {
        if (count % kTogether != 0)
            unload();
    });

    expect("registering what is done at exit", registered, 0);
    if (count++ % kTogether == 0)
        load();
    Sequence { data, size }.run();
    if (count % kTogether == 0)
        unload();
    return 0;
}
