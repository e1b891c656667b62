// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_proc: reading a file below /proc/sysvipc in pieces, while objects are created and removed.
 *
 * Position 0 is the header, position n the object at index n - 1.  The files are the real ones.
 */
#include "kernel_file.hpp"
#include "namespace_fixture.hpp"

#include <msg/msg_queue.hpp>
#include <ns/namespaces.hpp>
#include <proc/proc_files.hpp>
#include <proc/snapshot.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr const char* kPath = "/proc/sysvipc/msg";
constexpr const char* kHeader =
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
    "      stime      rtime      ctime\n";
constexpr usize kLineSize = 120; /* no number here is wider than its column */

/* The text that was read. */
struct Text {
    static constexpr usize kMost = 8192;

    char bytes[kMost];
    usize size { 0 };

    [[nodiscard]] bool equals(const Text& other) const noexcept
    {
        return size == other.size && __builtin_memcmp(bytes, other.bytes, size) == 0;
    }
    [[nodiscard]] bool starts_with(const char* text) const noexcept
    {
        const usize length = __builtin_strlen(text);
        return size >= length && __builtin_memcmp(bytes, text, length) == 0;
    }
};

struct ProcTest : NamespaceFixture {
    explicit ProcTest(kapi_kunit* test) noexcept : NamespaceFixture(test)
    {
        if (!NamespaceFixture::is_ready())
            return;
        ns().open();
        Namespaces::set_initial(&ns());
        are_files_there_ = start_proc_files().ok();
    }
    ~ProcTest()
    {
        if (!NamespaceFixture::is_ready())
            return;
        for (i32 index = 0; table().usage().in_use > 0; ++index)
            remove(index);
        if (are_files_there_)
            stop_proc_files();
        Namespaces::set_initial(nullptr);
        wait_for_rcu_memory();
    }
    [[nodiscard]] bool is_ready() const noexcept
    {
        return NamespaceFixture::is_ready() && are_files_there_;
    }

    [[nodiscard]] IdTable& table() noexcept { return ns().table(Kind::Messages); }
    /* Queues at indexes 0 to @count - 1, or those that follow. */
    void add(i32 count) noexcept
    {
        for (i32 i = 0; i < count; ++i) {
            Ref<MsgQueue> queue =
                REQUIRE(MsgQueue::create(kPrivateKey, Mode::from_flags(0640), 1000));
            EXPECT(table().publish(queue, kStandardIds.slots()).ok());
        }
    }
    [[nodiscard]] Result<Ref<MsgQueue>> withdraw(i32 index) noexcept
    {
        const RcuGuard guard;
        MsgQueue* queue = table().find_at_index_of<MsgQueue>(IpcId { index });
        if (!queue)
            return Errno::EINVAL;
        auto state = queue->lock();
        return table().withdraw(*queue, state);
    }
    bool remove(i32 index) noexcept { return withdraw(index).ok(); }

    /* Reads on to the end, at most @piece bytes at a time. */
    void read_all(KernelFile& file, usize piece, Text& text) noexcept
    {
        text.size = 0;
        for (;;) {
            const usize wanted = min(piece, Text::kMost - text.size);
            const i64 got = file.read(text.bytes + text.size, wanted);
            if (!EXPECT(got >= 0) || got == 0)
                return;
            EXPECT(static_cast<usize>(got) <= wanted);
            text.size += static_cast<usize>(got);
        }
    }
    void read_line(KernelFile& file, Text& text) noexcept
    {
        text.size = 0;
        EXPECT_EQ(file.read(text.bytes, kLineSize), kLineSize);
        text.size = kLineSize;
        EXPECT_EQ(text.bytes[kLineSize - 1], '\n');
    }
    /* The second column. */
    static i64 msqid_of(const char* line) noexcept
    {
        i64 id = 0;
        for (usize i = 11; i < 21; ++i) {
            if (line[i] != ' ')
                id = id * 10 + (line[i] - '0');
        }
        return id;
    }
    void expect_next(KernelFile& file, i32 index) noexcept
    {
        read_line(file, text_);
        EXPECT_EQ(kStandardIds.index_of(IpcId { static_cast<i32>(msqid_of(text_.bytes)) }), index);
    }
    void expect_header(KernelFile& file) noexcept
    {
        const usize size = __builtin_strlen(kHeader);
        EXPECT_EQ(file.read(text_.bytes, size), size);
        text_.size = size;
        EXPECT(text_.starts_with(kHeader));
    }
    void expect_end(KernelFile& file) noexcept
    {
        EXPECT_EQ(file.read(text_.bytes, Text::kMost), 0);
        EXPECT_EQ(file.read(text_.bytes, Text::kMost), 0);
    }

    static Text text_; /* too much for the stack */
    static Text whole_;

private:
    bool are_files_there_ { false };
};

constinit Text ProcTest::text_ {};
constinit Text ProcTest::whole_ {};

} // namespace

TEST_CASE(ProcTest, an_empty_table_shows_only_its_header)
{
    KernelFile file { kPath };
    REQUIRE(file);
    expect_header(file);
    expect_end(file);
    for (const char* path : { "/proc/sysvipc/sem", "/proc/sysvipc/shm" }) {
        KernelFile other { path };
        REQUIRE(other);
        read_all(other, Text::kMost, text_);
        EXPECT(text_.starts_with("       key      s"));
        EXPECT_EQ(text_.bytes[text_.size - 1], '\n');
    }
}

TEST_CASE(ProcTest, every_object_has_one_line_in_the_order_of_indexes)
{
    add(20);
    for (i32 index = 0; index < 20; index += 3)
        EXPECT(remove(index));
    KernelFile file { kPath };
    REQUIRE(file);
    expect_header(file);
    for (i32 index = 0; index < 20; ++index) {
        if (index % 3 != 0)
            expect_next(file, index);
    }
    expect_end(file);
}

TEST_CASE(ProcTest, reads_of_every_size_give_the_same_text)
{
    add(30);
    EXPECT(remove(0));
    EXPECT(remove(17));
    {
        KernelFile file { kPath };
        REQUIRE(file);
        read_all(file, Text::kMost, whole_);
        EXPECT_EQ(whole_.size, __builtin_strlen(kHeader) + 28 * kLineSize);
    }
    for (const usize piece : { 1u, 7u, 100u, 119u, 120u, 121u, 1000u, 4095u, 4096u, 4097u }) {
        KernelFile file { kPath };
        REQUIRE(file);
        read_all(file, piece, text_);
        EXPECT(text_.equals(whole_));
    }
}

TEST_CASE(ProcTest, a_read_from_any_offset_gives_the_rest_of_the_text)
{
    add(10);
    KernelFile file { kPath };
    REQUIRE(file);
    read_all(file, Text::kMost, whole_);
    /* Backwards, so that each read has to find its place from the start. */
    for (usize offset = whole_.size; offset > 0; offset -= min<usize>(offset, 61)) {
        file.seek(static_cast<i64>(offset));
        read_all(file, 200, text_);
        EXPECT_EQ(text_.size, whole_.size - offset);
        EXPECT_EQ(__builtin_memcmp(text_.bytes, whole_.bytes + offset, text_.size), 0);
    }
    file.seek(0);
    read_all(file, 200, text_);
    EXPECT(text_.equals(whole_));
}

TEST_CASE(ProcTest, nothing_is_read_beyond_the_end)
{
    add(3);
    KernelFile file { kPath };
    REQUIRE(file);
    for (const i64 offset : { i64 { 10'000 }, i64 { 1 } << 31, i64 { 1 } << 40 }) {
        file.seek(offset);
        EXPECT_EQ(file.read(text_.bytes, Text::kMost), 0);
    }
    file.seek(0);
    expect_header(file);
    expect_next(file, 0);
}

TEST_CASE(ProcTest, a_walk_continues_at_the_next_object_when_its_neighbours_are_removed)
{
    add(10);
    KernelFile file { kPath };
    REQUIRE(file);
    expect_header(file);
    EXPECT(remove(0)); /* the first one created */
    expect_next(file, 1);
    EXPECT(remove(1)); /* the one it stands on */
    expect_next(file, 2);
    EXPECT(remove(3)); /* the next, and the one after */
    EXPECT(remove(4));
    expect_next(file, 5);
    EXPECT(remove(2)); /* those behind it */
    EXPECT(remove(5));
    expect_next(file, 6);
    for (i32 index = 6; index < 10; ++index)
        EXPECT(remove(index));
    expect_end(file);
}

TEST_CASE(ProcTest, a_walk_shows_objects_created_ahead_of_it_and_none_behind)
{
    add(4);
    KernelFile file { kPath };
    REQUIRE(file);
    expect_header(file);
    expect_next(file, 0);
    expect_next(file, 1);
    add(1); /* index 4 */
    expect_next(file, 2);
    expect_next(file, 3);
    expect_next(file, 4);
    EXPECT(remove(1));
    for (i32 index = 5; index < kStandardIds.cyclic_index_end(5); ++index) {
        add(1);
        EXPECT(remove(index));
    }
    add(1); /* comes round to index 1, under a new sequence number */
    expect_end(file);

    file.seek(0);
    expect_header(file);
    expect_next(file, 0);
    expect_next(file, 1);
    EXPECT_EQ(msqid_of(text_.bytes), kStandardIds.compose(1, 1));
    expect_next(file, 2);
}

TEST_CASE(ProcTest, an_object_created_after_the_end_was_read_is_read_next)
{
    add(1);
    KernelFile file { kPath };
    REQUIRE(file);
    expect_header(file);
    expect_next(file, 0);
    expect_end(file);
    add(1);
    expect_next(file, 1);
    expect_end(file);
}

TEST_CASE(ProcTest, readers_do_not_share_a_position)
{
    add(3);
    KernelFile first { kPath };
    KernelFile second { kPath };
    REQUIRE(first && second);
    expect_header(first);
    expect_next(first, 0);
    expect_header(second);
    expect_next(first, 1);
    expect_next(second, 0);
    expect_next(first, 2);
    expect_next(second, 1);
}

/* Room for the four that were asked for, and sixteen more. */
TEST_CASE(ProcTest, a_snapshot_omits_items_beyond_its_capacity)
{
    constexpr u32 kRoom = 20;
    Snapshot<u32> snapshot;
    EXPECT(snapshot.start(4).ok());
    for (u32 item = 0; item < kRoom + 5; ++item)
        snapshot.add(item);
    u32 seen = 0;
    for (const u32 item : snapshot)
        EXPECT_EQ(item, seen++);
    EXPECT_EQ(seen, kRoom);
}

} // namespace sysvipc
