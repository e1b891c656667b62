// SPDX-License-Identifier: GPL-2.0
/* The files with a line per object (contracts: include/proc/table_file.hpp). */
#include <proc/table_file.hpp>

#include <mem/construct.hpp>
#include <ns/namespaces.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct OpenFile {
    const TableView& view;
    IdTable& table;
    IpcNsHold hold; /* keeps the table's namespace */
    PidNamespace pids;
};

OpenFile& open_file(void* state) noexcept
{
    return *static_cast<OpenFile*>(state);
}

/* The item of the walk for the header. */
constinit u8 header_marker {};

template <const TableView& view>
int open(void* state, void*) noexcept
{
    Result<IpcNamespace*> current = Namespaces::current();
    if (!current.ok())
        return static_cast<int>(to_syscall(current.error()));
    IpcNamespace& ns = *current.take();
    construct_at<OpenFile>(state, view, ns.table(view.kind), IpcNsHold { ns.handle() },
                           PidNamespace::current());
    return 0;
}

void release(void* state) noexcept
{
    destroy_at(&open_file(state));
}

void* object_from(const OpenFile& file, long long* position) noexcept
{
    if (*position > id_layout.slots())
        return nullptr;
    auto index = static_cast<i32>(*position - 1);
    IpcObject* object = file.table.find_from<IpcObject>(index);
    if (object)
        *position = i64 { index } + 1;
    return object;
}

void* start(kapi_seq_file*, void* state, long long* position) noexcept
{
    enter_rcu(); /* until stop() */
    if (*position < 0)
        return nullptr;
    if (*position == 0)
        return &header_marker;
    return object_from(open_file(state), position);
}

void* next(kapi_seq_file*, void* state, void*, long long* position) noexcept
{
    ++*position;
    return object_from(open_file(state), position);
}

void stop(kapi_seq_file*, void*, void*) noexcept
{
    leave_rcu();
}

int show(kapi_seq_file* buffer, void* state, void* item) noexcept
{
    constexpr int kShown = 0;
    constexpr int kSkip = 1; /* SEQ_SKIP */

    const OpenFile& file = open_file(state);
    SeqFile seq { buffer };
    if (item == &header_marker) {
        seq.write(file.view.header, __builtin_strlen(file.view.header));
        return kShown;
    }
    const Viewer viewer { seq.opener(), file.pids };
    return file.view.show(seq, *static_cast<IpcObject*>(item), viewer) ? kShown : kSkip;
}

template <const TableView& view>
constexpr kapi_proc_file describe(const char* name) noexcept
{
    return { name, 0444, sizeof(OpenFile), open<view>, release, start, next, stop, show };
}

} // namespace

constinit const kapi_proc_file kTableFiles[kKinds] {
    describe<kSemView>("sem"),
    describe<kMsgView>("msg"),
    describe<kShmView>("shm"),
};

} // namespace sysvipc
