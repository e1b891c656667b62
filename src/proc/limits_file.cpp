// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/limits (contracts: include/proc/limits_file.hpp). */
#include <proc/limits_file.hpp>

#include <base/line.hpp>
#include <mem/construct.hpp>
#include <ns/namespaces.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr usize kNumberWidth = 20; /* of any u64 */

struct OpenFile {
    IpcNamespace& ns;
    IpcNsHold hold; /* keeps ns */
};

OpenFile& open_file(void* state) noexcept
{
    return *static_cast<OpenFile*>(state);
}

/* The current use of a limit, and the highest so far. */
struct Taken {
    u64 now;
    u64 most;
};

struct Row {
    char name[8]; /* of one width: padded in front */
    Limit limit;
    Taken (*taken)(IpcNamespace& ns) noexcept; /* nullptr: no total */
};

template <Kind kind>
Taken objects_of(IpcNamespace& ns) noexcept
{
    const IdTable::Usage usage = ns.table(kind).usage();
    return { static_cast<u64>(usage.in_use), static_cast<u64>(usage.most) };
}

Taken taken_of(const LimitedSum& sum) noexcept
{
    return { sum.sum(), sum.most() };
}

Taken semaphores_of(IpcNamespace& ns) noexcept
{
    return taken_of(ns.semaphores());
}

Taken pages_of(IpcNamespace& ns) noexcept
{
    return taken_of(ns.pages());
}

constexpr Row kRows[] {
    { " msgmax", Limit::MsgMax, nullptr },
    { " msgmnb", Limit::MsgMnb, nullptr },
    { " msgmni", Limit::MsgMni, objects_of<Kind::Messages> },
    { " semmsl", Limit::SemMsl, nullptr },
    { " semmns", Limit::SemMns, semaphores_of },
    { " semopm", Limit::SemOpm, nullptr },
    { " semmni", Limit::SemMni, objects_of<Kind::Semaphores> },
    { " shmmax", Limit::ShmMax, nullptr },
    { " shmall", Limit::ShmAll, pages_of },
    { " shmmni", Limit::ShmMni, objects_of<Kind::SharedMemory> },
};
constexpr long long kRowCount = sizeof(kRows) / sizeof(kRows[0]);
static_assert(kRowCount == kLimits);

constexpr char kHeader[] = "  limit                value               in_use              highest"
                           "                 hits\n";

int open(void* state, void*) noexcept
{
    Result<IpcNamespace*> current = Namespaces::current();
    if (!current.ok())
        return static_cast<int>(to_syscall(current.error()));
    IpcNamespace& ns = *current.take();
    construct_at<OpenFile>(state, ns, IpcNsHold { ns.handle() });
    return 0;
}

void release(void* state) noexcept
{
    destroy_at(&open_file(state));
}

/* Items of the walk: position 0 is the header, position n is row n - 1. */
constinit u8 places[kRowCount + 1] {};

void* start(kapi_seq_file*, void*, long long* position) noexcept
{
    return *position >= 0 && *position <= kRowCount ? &places[*position] : nullptr;
}

void* next(kapi_seq_file* seq, void* state, void*, long long* position) noexcept
{
    ++*position;
    return start(seq, state, position);
}

void stop(kapi_seq_file*, void*, void*) noexcept { }

void add_taken(Line<128>& line, u64 number) noexcept
{
    line.character(' ').decimal(number, kNumberWidth);
}

void show_row(SeqFile& seq, IpcNamespace& ns, const Row& row) noexcept
{
    constexpr const char* kNothing = "                    -                    -";

    Line<128> line;
    line.string(row.name).character(' ').decimal(ns.limits().value(row.limit), kNumberWidth);
    if (row.taken) {
        const Taken taken = row.taken(ns);
        add_taken(line, taken.now);
        add_taken(line, taken.most);
    } else {
        line.string(kNothing);
    }
    add_taken(line, ns.limits().hits(row.limit));
    line.character('\n');
    seq.write(line.text(), line.size());
}

int show(kapi_seq_file* buffer, void* state, void* item) noexcept
{
    SeqFile seq { buffer };
    const auto place = static_cast<u8*>(item) - places;
    if (place == 0)
        seq.write(kHeader, sizeof(kHeader) - 1);
    else
        show_row(seq, open_file(state).ns, kRows[place - 1]);
    return 0;
}

} // namespace

constinit const kapi_proc_file kLimitsFile {
    "sysvipc/limits", 0444, sizeof(OpenFile), open, release, start, next, stop, show,
};

} // namespace sysvipc
