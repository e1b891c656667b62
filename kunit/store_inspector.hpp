// SPDX-License-Identifier: GPL-2.0
/*
 * StoreInspector: creates messages without reading user memory, and inspects a MessageStore.  It is
 * a friend of the classes concerned.
 */
#pragma once

#include <msg/message_store.hpp>

namespace sysvipc {

class StoreInspector {
public:
    /* Its text is not initialised. */
    [[nodiscard]] static Result<Box<Message>> make(i64 type, usize size) noexcept
    {
        Box<Message> message = TRY(Message::create_blank(size));
        message->known_.set_type(type);
        return message;
    }

    /* The part of the text that stands behind the message itself. */
    [[nodiscard]] static u8* text(Message& message) noexcept { return message.text(); }
    [[nodiscard]] static usize text_size(const Message& message) noexcept
    {
        return min<usize>(message.size(), Message::kPiece - sizeof(Message) - sizeof(void*));
    }

    /*
     * INVARIANT: the index has the messages in order of their types, ranks that fall with each step down,
     * and rings in the order of arrival; every message is in it once.  The run ends at its recorded
     * end.
     */
    [[nodiscard]] static bool is_sound(MessageStore& store) noexcept
    {
        u32 arrived = 0;
        bool is_in_run = store.run_end_ != nullptr;
        for (Message* message = store.arrivals_.first(); message;
             message = store.arrivals_.next(*message)) {
            ++arrived;
            is_in_run = is_in_run && message != store.run_end_;
            if (is_in_run && message->type() != store.arrivals_.first()->type())
                return false;
        }
        const Subtree whole =
            look_at(store, MessageIndex::at(store.types_.root_), nullptr, nullptr);
        return whole.is_sound && !is_in_run && whole.messages == arrived;
    }
    /* How many steps it takes at most to find a type. */
    [[nodiscard]] static u32 depth(MessageStore& store) noexcept
    {
        return look_at(store, MessageIndex::at(store.types_.root_), nullptr, nullptr).depth;
    }

private:
    struct Subtree {
        u32 messages { 0 };
        u32 depth { 0 };
        bool is_sound { true };
    };

    /* Its types lie between those of @below and @above; nullptr: no bound. */
    static Subtree look_at(MessageStore& store, Message* node, const Message* below,
                           const Message* above) noexcept
    {
        if (!node)
            return {};
        const Subtree lower = look_at(store, child(MessageIndex::left(*node)), below, node);
        const Subtree higher = look_at(store, child(MessageIndex::right(*node)), node, above);
        const u32 in_ring = count_ring(store, *node);
        const bool is_in_order =
            (!below || below->type() < node->type()) && (!above || node->type() < above->type());
        return { lower.messages + higher.messages + in_ring, max(lower.depth, higher.depth) + 1,
                 is_in_order && in_ring != 0 && lower.is_sound && higher.is_sound
                     && is_below(MessageIndex::left(*node), *node)
                     && is_below(MessageIndex::right(*node), *node) };
    }
    static Message* child(void* link) noexcept { return MessageIndex::at(link); }
    static bool is_below(void* link, const Message& node) noexcept
    {
        return !link || MessageIndex::rank_of(*child(link)) < MessageIndex::rank_of(node);
    }

    /* The messages of the type of @node; 0 if they are not those that arrived, in their order. */
    static u32 count_ring(MessageStore& store, Message& node) noexcept
    {
        u32 count = 0;
        Message* expected = MessageIndex::oldest_at(&node);
        for (Message* message = store.arrivals_.first(); message;
             message = store.arrivals_.next(*message)) {
            if (message->type() != node.type())
                continue;
            if (message != expected)
                return 0;
            ++count;
            expected = message == &node ? nullptr : MessageIndex::at(message->after_);
        }
        return expected ? 0 : count;
    }
};

} // namespace sysvipc
