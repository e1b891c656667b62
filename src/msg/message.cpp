// SPDX-License-Identifier: GPL-2.0
/* Messages and their memory (contracts: include/msg/message.hpp). */
#include <msg/message.hpp>

#include <mem/cache.hpp>
#include <mem/construct.hpp>
#include <msg/message_index.hpp>
#include <os/task.hpp>
#include <base/poison.hpp>

namespace sysvipc {

struct Message::Block {
    Block* next;

    [[nodiscard]] u8* text() noexcept { return reinterpret_cast<u8*>(this + 1); }
    [[nodiscard]] const u8* text() const noexcept { return reinterpret_cast<const u8*>(this + 1); }
};

/* One slab cache; @bytes includes the header.  An object uses the smallest cache that fits. */
struct SizeClass {
    usize bytes;
    const char* name;
};

/*
 * On Linux, the header takes 48 bytes in the first page and 8 in later ones, and sizes are 64, 96, 128
 * and so on.  With 8 bytes more in each size, a text that just fits there just fits here.
 */
class MessageLayout {
public:
    static constexpr SizeClass kFirst[] {
        { 72, "sysvipc_msg_72" },
        { 104, "sysvipc_msg_104" },
        { 136, "sysvipc_msg_136" },
        { 200, "sysvipc_msg_200" },
        { 264, "sysvipc_msg_264" },
        { 520, "sysvipc_msg_520" },
        { 1032, "sysvipc_msg_1032" },
        { 2056, "sysvipc_msg_2056" },
        { Message::kPiece, "sysvipc_msg_4096" },
    };
    static constexpr usize kMost = Message::kPiece;
    /* The first piece holds 16 bytes of text less than on Linux. */
    static constexpr SizeClass kRest[] {
        { 88, "sysvipc_msgseg_88" }, /* for messages of 4096 and of 8192 bytes */
        { 264, "sysvipc_msgseg_264" },   { 1040, "sysvipc_msgseg_1040" },
        { 2064, "sysvipc_msgseg_2064" }, { Message::kPiece, "sysvipc_msgseg_4096" },
    };
    /* A whole piece ends with a pointer to the rest. */
    static constexpr usize kFirstText = Message::kPiece - sizeof(Message) - sizeof(Message::Block*);
    static constexpr usize kBlockText = Message::kPiece - sizeof(Message::Block);
    /* The bytes that user copies may touch: from the type or the text up to that pointer. */
    static constexpr usize kFirstUserOffset = offsetof(Message, after_);
    /* All of the struct msg_msg that security modules get lies inside the message. */
    static_assert(offsetof(Message, known_) >= KAPI_MSG_MSG_TYPE);
    static constexpr usize kBlockUserOffset = sizeof(Message::Block);
    static constexpr usize kFirstUserEnd = Message::kPiece - sizeof(Message::Block*);
    static constexpr usize kBlockUserEnd = Message::kPiece;

    static_assert(sizeof(Message) == offsetof(Message, after_) + sizeof(i64),
                  "the text follows the type without a gap");
    static_assert(offsetof(Message, known_) == KAPI_MSG_MSG_TYPE
                      && offsetof(Message, after_) == KAPI_MSG_MSG_SIZE,
                  "the links of a message and what is known of it are a whole struct msg_msg");
};

template <usize N>
class CacheRow {
public:
    constexpr explicit CacheRow(const SizeClass (&classes)[N]) noexcept : classes_(classes)
    {
        for (usize word = 0, cache = 0; word <= kWords; ++word) {
            if (classes[cache].bytes < word * sizeof(u64))
                ++cache;
            by_words_[word] = static_cast<u8>(cache);
        }
    }

    /* User copies may touch [@user_offset, @user_end). */
    [[nodiscard]] Result<void> start(usize user_offset, usize user_end) noexcept
    {
        for (; started_ < N; ++started_) {
            const SizeClass& cls = classes_[started_];
            TRY(caches_[started_].start(cls.name, cls.bytes, user_offset,
                                        min(cls.bytes, user_end) - user_offset));
        }
        return {};
    }
    void stop() noexcept
    {
        while (started_ > 0)
            caches_[--started_].stop();
    }
    /* The smallest cache with room for @bytes; otherwise the largest, as blocks hold the rest. */
    [[nodiscard]] SlabCache& for_size(usize bytes) noexcept
    {
        return caches_[by_words_[min((bytes + sizeof(u64) - 1) / sizeof(u64), kWords)]];
    }

private:
    static constexpr usize kWords = MessageLayout::kMost / sizeof(u64);

    const SizeClass (&classes_)[N];
    SlabCache caches_[N];
    usize started_ { 0 };
    u8 by_words_[kWords + 1] {};
};

static constinit CacheRow first_caches { MessageLayout::kFirst };
static constinit CacheRow rest_caches { MessageLayout::kRest };

Result<void> start_message_memory() noexcept
{
    const auto start_both = []() -> Result<void> {
        TRY(first_caches.start(MessageLayout::kFirstUserOffset, MessageLayout::kFirstUserEnd));
        return rest_caches.start(MessageLayout::kBlockUserOffset, MessageLayout::kBlockUserEnd);
    };
    MessageIndex::choose_secret();
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

bool Message::has_blocks() const noexcept
{
    return size() > MessageLayout::kFirstText;
}

/* Precondition of both overloads: has_blocks(). */
Message::Block*& Message::first_block() noexcept
{
    /* SAFETY: a message with blocks has a whole piece, and its text ends before this. */
    return *reinterpret_cast<Block**>(reinterpret_cast<u8*>(this) + MessageLayout::kFirstUserEnd);
}

const Message::Block* Message::first_block() const noexcept
{
    return *reinterpret_cast<Block* const*>(reinterpret_cast<const u8*>(this)
                                            + MessageLayout::kFirstUserEnd);
}

Result<Box<Message>> Message::allocate(usize size) noexcept
{
    void* memory = first_caches.for_size(sizeof(Message) + size).allocate();
    if (!memory)
        return Errno::ENOMEM;
    auto message = Box<Message>::adopt(*construct_at<Message>(memory, size));
    if (message->has_blocks()) [[unlikely]]
        TRY(message->add_blocks());
    return message;
}

Result<void> Message::add_blocks() noexcept
{
    Block** link = &first_block();
    *link = nullptr;
    for (usize left = size() - MessageLayout::kFirstText;;) {
        CurrentTask::give_way();
        void* memory = rest_caches.for_size(sizeof(Block) + left).allocate();
        if (!memory)
            return Errno::ENOMEM;
        *link = construct_at<Block>(memory, Block { nullptr });
        if (left <= MessageLayout::kBlockText)
            return {};
        left -= MessageLayout::kBlockText;
        link = &(*link)->next;
    }
}

/* After a failed allocation, the blocks that exist have the sizes of a complete chain. */
void Message::destroy(Message* message) noexcept
{
    if (message->type() != 0)
        message->known_.unlabel();
    const usize size = message->size();
    if (message->has_blocks()) [[unlikely]] {
        usize left = size - MessageLayout::kFirstText;
        for (Block* block = message->first_block(); block;) {
            CurrentTask::give_way(); /* half a million of them, if the text is 2 GiB */
            Block* next = block->next;
            rest_caches.for_size(sizeof(Block) + left).release(block);
            left -= MessageLayout::kBlockText; /* not used after the last block */
            block = next;
        }
    }
    first_caches.for_size(sizeof(Message) + size).release(message);
}

/*
 * Calls piece(text, size, offset), a Result<void>, for the text in a chain of blocks, up to offset
 * @size of the whole text.  Stops at the first error and returns it.
 */
template <class Piece>
Result<void> Message::for_each_block(auto* block, usize size, Piece&& piece) noexcept
{
    for (usize offset = MessageLayout::kFirstText; offset < size; block = block->next) {
        const usize count = min(MessageLayout::kBlockText, size - offset);
        TRY(piece(block->text(), count, offset));
        offset += count;
    }
    return {};
}

/* Checks the type before it allocates memory, which may be much. */
template <class Type>
Result<Box<Message>> Message::load_with_blocks(UserAddress from, usize size) noexcept
{
    const Type type = TRY(get_user<Type>(from));
    if (type < 1)
        return Errno::EINVAL;
    Box<Message> message = TRY(allocate(size));
    message->known_.set_type(type); /* destroy() calls unlabel() from here on, labelled or not */
    const UserAddress text = from.offset(sizeof(Type));
    TRY(read_user_bytes(message->text(), text, MessageLayout::kFirstText));
    TRY(for_each_block(message->first_block(), size, [&](u8* to, usize count, usize offset) {
        return read_user_bytes(to, text.offset(offset), count);
    }));
    TRY(message->label());
    return message;
}

/* Reads type and text at once, if they fit into the first piece. */
template <class Type>
Result<Box<Message>> Message::load(UserAddress from, usize size) noexcept
{
    if (size > MessageLayout::kFirstText) [[unlikely]]
        return load_with_blocks<Type>(from, size);
    Result<Box<Message>> allocated = allocate(size);
    if (!allocated.ok()) [[unlikely]] {
        /* Linux checks the type before it allocates memory. */
        const i64 type = TRY(get_user<Type>(from));
        return type < 1 ? Errno::EINVAL : allocated.error();
    }
    Box<Message> message = allocated.take();

    u8* const type_and_text = message->text() - sizeof(Type);
    const auto check_type = [&]() -> Result<void> {
        Type type;
        __builtin_memcpy(&type, type_and_text, sizeof(Type));
        if (type < 1) [[unlikely]]
            return Errno::EINVAL;
        /* destroy() calls unlabel() from here on, labelled or not. */
        message->known_.set_type(type);
        return {};
    };
    TRY(read_user_checked(type_and_text, from, sizeof(Type) + size, sizeof(Type), check_type));
    TRY(message->label());
    return message;
}

template Result<Box<Message>> Message::load<i64>(UserAddress from, usize size) noexcept;
template Result<Box<Message>> Message::load<i32>(UserAddress from, usize size) noexcept;

Result<Box<Message>> Message::create_blank(usize size) noexcept
{
    constexpr i64 kAny = 1; /* any type but 0 makes destroy() call unlabel() */
    Box<Message> message = TRY(allocate(size));
    message->known_.set_type(kAny);
    return message;
}

/* Writes type and pieces one by one: the program sees the bytes written before a fault. */
template <class Type>
Result<void> Message::store(UserAddress to, usize size) const noexcept
{
    TRY(put_user(to, static_cast<Type>(type())));
    const UserAddress to_text = to.offset(sizeof(Type));
    TRY(write_user_bytes(to_text, text(), min(size, MessageLayout::kFirstText)));
    if (!has_blocks()) [[likely]]
        return {};
    return for_each_block(first_block(), size, [&](const u8* piece, usize count, usize offset) {
        return write_user_bytes(to_text.offset(offset), piece, count);
    });
}

template Result<void> Message::store<i64>(UserAddress to, usize size) const noexcept;
template Result<void> Message::store<i32>(UserAddress to, usize size) const noexcept;

void Message::copy_from(const Message& other) noexcept
{
    known_.set_type(other.type());
    __builtin_memcpy(text(), other.text(), min(other.size(), MessageLayout::kFirstText));
    if (!other.has_blocks())
        return;
    /* Both texts are divided into blocks at the same places. */
    Block* to = first_block();
    const auto copy_piece = [&](const u8* piece, usize count, usize) -> Result<void> {
        __builtin_memcpy(to->text(), piece, count);
        to = to->next;
        return {};
    };
    static_cast<void>(for_each_block(other.first_block(), other.size(), copy_piece));
}

} // namespace sysvipc
