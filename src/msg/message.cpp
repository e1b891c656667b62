// SPDX-License-Identifier: GPL-2.0
/* Messages and their memory (contracts: include/msg/message.hpp). */
#include <msg/message.hpp>

#include <mem/cache.hpp>
#include <mem/construct.hpp>
#include <os/task.hpp>
#include <base/poison.hpp>

namespace sysvipc {

struct Message::Block {
    Block* next;
    u32 size; /* of the text in it */
    u32 cache;

    [[nodiscard]] u8* text() noexcept { return reinterpret_cast<u8*>(this + 1); }
};

/* A row of caches, each for objects of one size, header included; an object goes into the smallest. */
struct SizeClass {
    usize bytes;
    const char* name;
};

class MessageLayout {
public:
    /* The header and a whole text of a page, or of as much as msgmax allows by default. */
    static constexpr usize kWithPage = KAPI_PAGE_SIZE + 128;
    static constexpr usize kWithMsgmax = KAPI_MSGMAX + 128;
    static constexpr SizeClass kFirst[] {
        { 160, "sysvipc_msg_160" },      { 192, "sysvipc_msg_192" },
        { 256, "sysvipc_msg_256" },      { 512, "sysvipc_msg_512" },
        { 1024, "sysvipc_msg_1k" },      { 2048, "sysvipc_msg_2k" },
        { kWithPage, "sysvipc_msg_4k" }, { kWithMsgmax, "sysvipc_msg_8k" },
    };
    static constexpr SizeClass kRest[] {
        { 256, "sysvipc_msgseg_256" },
        { 1024, "sysvipc_msgseg_1k" },
        { KAPI_PAGE_SIZE, "sysvipc_msgseg_page" },
    };
    static constexpr usize kFirstText = kWithMsgmax - sizeof(Message);
    static constexpr usize kBlockText = KAPI_PAGE_SIZE - sizeof(Message::Block);
    static_assert(kFirstText >= KAPI_MSGMAX && kWithPage - sizeof(Message) >= KAPI_PAGE_SIZE);
    /* What of a message's memory user copies may touch begins with the type. */
    static constexpr usize kFirstUserOffset = offsetof(Message, type_);
    static constexpr usize kBlockUserOffset = sizeof(Message::Block);

    static_assert(sizeof(Message) == offsetof(Message, type_) + sizeof(i64),
                  "the text follows the type without a gap");
};

template <usize N>
class CacheRow {
public:
    constexpr explicit CacheRow(const SizeClass (&classes)[N]) noexcept : classes_(classes) { }

    [[nodiscard]] Result<void> start(usize user_offset) noexcept
    {
        for (; started_ < N; ++started_) {
            const SizeClass& cls = classes_[started_];
            TRY(caches_[started_].start(cls.name, cls.bytes, user_offset));
        }
        return {};
    }
    void stop() noexcept
    {
        while (started_ > 0)
            caches_[--started_].stop();
    }
    /* The smallest cache for @bytes, which are at most the largest. */
    [[nodiscard]] u32 choose(usize bytes) const noexcept
    {
        u32 cache = 0;
        while (classes_[cache].bytes < bytes)
            ++cache;
        return cache;
    }
    [[nodiscard]] SlabCache& operator[](u32 cache) noexcept { return caches_[cache]; }

private:
    const SizeClass (&classes_)[N];
    SlabCache caches_[N];
    usize started_ { 0 };
};

static constinit CacheRow first_caches { MessageLayout::kFirst };
static constinit CacheRow rest_caches { MessageLayout::kRest };

Result<void> start_message_memory() noexcept
{
    const auto start_both = []() -> Result<void> {
        TRY(first_caches.start(MessageLayout::kFirstUserOffset));
        return rest_caches.start(MessageLayout::kBlockUserOffset);
    };
    Result<void> started = start_both();
    if (!started.ok())
        stop_message_memory();
    return started;
}

void stop_message_memory() noexcept
{
    rest_caches.stop();
    first_caches.stop();
}

Result<Box<Message>> Message::allocate(usize size) noexcept
{
    const usize first = min(size, MessageLayout::kFirstText);
    const u32 cache = first_caches.choose(sizeof(Message) + first);
    void* memory = first_caches[cache].allocate();
    if (!memory)
        return Errno::NoMemory;
    auto message = Box<Message>::adopt(construct_at<Message>(memory, size, cache));
    if (size > first) [[unlikely]]
        TRY(message->add_blocks(size - first));
    return message;
}

Result<void> Message::add_blocks(usize size) noexcept
{
    Block* last = nullptr;
    while (size > 0) {
        CurrentTask::give_way();
        const usize piece = min(size, MessageLayout::kBlockText);
        const u32 cache = rest_caches.choose(sizeof(Block) + piece);
        void* memory = rest_caches[cache].allocate();
        if (!memory)
            return Errno::NoMemory;
        Block* added =
            construct_at<Block>(memory, Block { nullptr, static_cast<u32>(piece), cache });
        if (last)
            last->next = added;
        else
            known_.set_rest(added);
        last = added;
        size -= piece;
    }
    return {};
}

void Message::destroy(Message* message) noexcept
{
    if (message->is_announced_)
        message->known_.unlabel();
    for (Block* block = message->blocks(); block;) {
        Block* next = block->next;
        rest_caches[block->cache].release(block);
        block = next;
    }
    first_caches[message->cache_].release(message);
}

/*
 * Calls piece(text, size, offset), a Result<void>, for the text in blocks, up to @size of the whole text and
 * to the first error, which is returned.
 */
template <class Piece>
Result<void> Message::for_each_block(usize size, Piece&& piece) const noexcept
{
    usize offset = MessageLayout::kFirstText;
    for (Block* block = blocks(); block && offset < size; block = block->next) {
        TRY(piece(block->text(), min<usize>(block->size, size - offset), offset));
        offset += block->size;
    }
    return {};
}

template <class Type>
Result<Box<Message>> Message::load(UserAddress from, usize size) noexcept
{
    Result<Box<Message>> allocated = allocate(size);
    if (!allocated.ok()) [[unlikely]] {
        /* Linux looks at the type before it asks for memory. */
        const i64 type = TRY(read_user<Type>(from));
        return type < 1 ? Errno::Invalid : allocated.error();
    }
    Box<Message> message = allocated.take();

    const usize first = min(size, MessageLayout::kFirstText);
    const usize missed =
        TRY(read_user_part(message->text() - sizeof(Type), from, sizeof(Type) + first));
    if constexpr (sizeof(Type) < sizeof(i64))
        message->type_ >>= 8 * (sizeof(i64) - sizeof(Type)); /* it came into the upper part */
    if (missed > first) [[unlikely]] /* at the end of user memory the kernel reads all or nothing */
        message->type_ = TRY(read_user<Type>(from));
    if (message->type_ < 1) [[unlikely]]
        return Errno::Invalid;
    message->known_.set_type(message->type_);
    message->is_announced_ = true; /* from here on, labelled or not, as Linux has it */
    if (missed > 0) [[unlikely]]
        return Errno::Fault;
    const UserAddress text = from.offset(sizeof(Type));
    if (message->blocks()) [[unlikely]] {
        TRY(message->for_each_block(size, [&](u8* to, usize count, usize offset) {
            return read_user_bytes(to, text.offset(offset), count);
        }));
    }
    TRY(message->label());
    return message;
}

template Result<Box<Message>> Message::load<i64>(UserAddress from, usize size) noexcept;
template Result<Box<Message>> Message::load<i32>(UserAddress from, usize size) noexcept;

Result<Box<Message>> Message::create_blank(usize capacity) noexcept
{
    Box<Message> message = TRY(allocate(capacity));
    message->is_announced_ = true;
    return message;
}

template <class Type>
Result<void> Message::store(UserAddress to, usize size) const noexcept
{
    const usize first = min(size, MessageLayout::kFirstText);
    const UserAddress to_text = to.offset(sizeof(Type));
    if constexpr (sizeof(Type) == sizeof(i64)) {
        TRY(write_user_bytes(to, &type_, sizeof(i64) + first));
    } else {
        TRY(write_user(to, static_cast<Type>(type_)));
        TRY(write_user_bytes(to_text, text(), first));
    }
    if (!blocks()) [[likely]]
        return {};
    return for_each_block(size, [&](const u8* piece, usize count, usize offset) {
        return write_user_bytes(to_text.offset(offset), piece, count);
    });
}

template Result<void> Message::store<i64>(UserAddress to, usize size) const noexcept;
template Result<void> Message::store<i32>(UserAddress to, usize size) const noexcept;

void Message::copy_from(const Message& other) noexcept
{
    type_ = other.type_;
    known_.set_type(type_);
    known_.set_size(other.size());
    __builtin_memcpy(text(), other.text(), min<usize>(size(), MessageLayout::kFirstText));
    /* Both texts are cut into blocks at the same places, but for the end of the last. */
    Block* to = blocks();
    (void)other.for_each_block(size(), [&](const u8* piece, usize count, usize) -> Result<void> {
        __builtin_memcpy(to->text(), piece, count);
        to = to->next;
        return {};
    });
}

} // namespace sysvipc
