// SPDX-License-Identifier: GPL-2.0
/*
 * The module's own files below /proc/sysvipc about objects: a header line, then lines about each object of a kind.
 *
 * View selects the objects and formats their lines:
 *     using Object;                          MsgQueue, SemSet or ShmSegment
 *     static const char kName[];             the file's path below /proc
 *     static const char kHeader[];           with its newline
 *     static constexpr bool kNeedsReading;   true: only objects that the reader may read; false: all, as in
 *                                            /proc/sysvipc/msg, sem and shm
 *     static Result<void> show(SeqFile&, Object&, const Viewer&)
 *                                            writes an object's lines.  Errors end the read.  May sleep;
 *                                            holds no lock while it writes
 * or, if an object can have so many lines that they are written in parts:
 *     struct Cursor;                         the part, which go_to(part) changes, and what the View keeps to
 *                                            find the next one
 *     static Result<Shown> show(SeqFile&, Object&, Cursor&, const Viewer&)
 *                                            writes the lines of one part.  More: there may be another part
 *
 * Position 0 is the header; an object at index n begins at position n + 1 in the upper half, its parts are in the
 * lower half.  As in the other files, a continued read finds its place even if objects were added or removed.
 *
 * With kNeedsReading, reads check the reader's permission (as IPC_STAT), and show no object if the reader has more
 * rights than the opener, so passing an open file to a privileged program reveals nothing.
 *
 * Locks:   none from one line to the next; a reference keeps the object.
 * Lifetime: an open file pins the module, and holds the opener's namespaces and what its Cursor keeps.
 */
#pragma once

#include <base/optional.hpp>
#include <ids/all_objects.hpp>
#include <mem/construct.hpp>
#include <ns/namespaces.hpp>
#include <os/pid.hpp>
#include <os/proc_file.hpp>
#include <os/task.hpp>
#include <proc/table_file.hpp>

namespace sysvipc {

enum class Shown : u8 { All, More };

/* The place in an object that is one part. */
struct SinglePart {
    u32 part { 0 };

    void go_to(u32 number) noexcept { part = number; }
};
template <class View>
struct CursorOf {
    using Type = SinglePart;
};
template <class View>
    requires requires
    {
        typename View::Cursor;
    }
struct CursorOf<View> {
    using Type = typename View::Cursor;
};

template <class View>
class ObjectFile {
    using Object = typename View::Object;

public:
    [[nodiscard]] static constexpr kapi_proc_file describe() noexcept
    {
        return { View::kName, 0444, sizeof(ObjectFile), open, release, start, next, stop, show };
    }

private:
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    explicit ObjectFile(IpcNamespace& ns) noexcept
        : ns_(ns),
          hold_(ns.handle()),
          pids_(PidNamespace::current())
    {
    }

    static constexpr u32 kPartBits = 32;

    [[nodiscard]] static ObjectFile& of(void* state) noexcept
    {
        return *static_cast<ObjectFile*>(state);
    }

    COLD static int open(void* state, void*) noexcept
    {
        Result<IpcNamespace*> current = Namespaces::current();
        if (!current.ok())
            return static_cast<int>(to_syscall(current.error()));
        construct_at<ObjectFile>(state, *current.take());
        return 0;
    }
    COLD static void release(void* state) noexcept { of(state).~ObjectFile(); }

    COLD static void* start(kapi_seq_file*, void* state, long long* position) noexcept
    {
        return of(state).go_to(*position);
    }
    COLD static void* next(kapi_seq_file*, void* state, void*, long long* position) noexcept
    {
        return of(state).go_on(*position);
    }
    COLD static void stop(kapi_seq_file*, void* state, void*) noexcept
    {
        of(state).object_.reset();
    }

    COLD static int show(kapi_seq_file* buffer, void* state, void* item) noexcept
    {
        ObjectFile& file = of(state);
        SeqFile seq { buffer };
        if (item != &file) /* at an object */
            return file.show_part(seq);
        seq.write(View::kHeader, __builtin_strlen(View::kHeader));
        return 0;
    }

    /* The item for the header is the file, for an object its reference. */
    COLD [[nodiscard]] void* go_to(long long& position) noexcept
    {
        if (position == 0)
            return this;
        cursor_.go_to(static_cast<u32>(position));
        return position > 0 ? find(static_cast<i32>(position >> kPartBits) - 1, position) : nullptr;
    }
    COLD [[nodiscard]] void* go_on(long long& position) noexcept
    {
        if (position != 0 && has_more_) {
            ++position;
            ++cursor_.part;
            return &object_;
        }
        const auto index = static_cast<i32>(position >> kPartBits);
        cursor_.go_to(0);
        return find(index, position);
    }
    /* The first object, not removed, at or above @index. */
    COLD [[nodiscard]] void* find(i32 index, long long& position) noexcept
    {
        const i32 wanted = index;
        IdTable& table = ns_.table(Object::kKind);
        object_.reset();
        for (; index < id_layout.slots(); ++index) {
            Result<Ref<Object>> held = hold_from<Object>(table, index);
            if (held.ok()) {
                if (index != wanted)
                    cursor_.go_to(0);
                object_.emplace([&] { return held.take(); });
                position = (static_cast<long long>(index + 1) << kPartBits) | cursor_.part;
                return &object_;
            }
            if (held.error() == Errno::ENOENT)
                break;
        }
        position = static_cast<long long>(index + 1) << kPartBits;
        return nullptr;
    }

    COLD [[nodiscard]] bool may_show(const SeqFile& seq) noexcept
    {
        if constexpr (View::kNeedsReading)
            return seq.is_read_by_opener()
                && (*object_)->check_access(kReadAccess, ns_.owner()).ok();
        else
            return true;
    }
    COLD [[nodiscard]] int show_part(SeqFile& seq) noexcept
    {
        has_more_ = false;
        /* One read() goes on through all objects that have no lines. */
        if (CurrentTask::is_being_killed())
            return static_cast<int>(to_syscall(Errno::EINTR));
        CurrentTask::give_way();
        if (!may_show(seq))
            return 0;
        const Viewer viewer { seq.opener(), pids_ };
        Result<Shown> shown = show_lines(seq, viewer);
        if (!shown.ok())
            return static_cast<int>(to_syscall(shown.error()));
        has_more_ = shown.take() == Shown::More;
        return 0;
    }
    COLD [[nodiscard]] Result<Shown> show_lines(SeqFile& seq, const Viewer& viewer) noexcept
    {
        if constexpr (requires { typename View::Cursor; }) {
            return View::show(seq, **object_, cursor_, viewer);
        } else {
            TRY(View::show(seq, **object_, viewer));
            return Shown::All;
        }
    }

    IpcNamespace& ns_;
    const IpcNsHold hold_; /* keeps it */
    const PidNamespace pids_;
    Optional<Ref<Object>> object_; /* between start and stop */
    typename CursorOf<View>::Type cursor_;
    bool has_more_ { false };
};

/* The files: counters, waiters, undo records. */
extern const kapi_proc_file kMsgStatsFile;
extern const kapi_proc_file kSemStatsFile;
extern const kapi_proc_file kShmStatsFile;
extern const kapi_proc_file kMsgWaitersFile;
extern const kapi_proc_file kSemWaitersFile;
extern const kapi_proc_file kSemUndoFile;

} // namespace sysvipc
