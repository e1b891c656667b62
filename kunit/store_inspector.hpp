// SPDX-License-Identifier: GPL-2.0
/*
 * StoreInspector: makes messages without a user's memory to read them from, and looks into a
 * MessageStore.  Message and MessageStore name it their friend.
 */
#pragma once

#include "tree_check.hpp"

#include <msg/message_store.hpp>

namespace sysvipc {

class StoreInspector {
public:
    /* Its text is not initialised. */
    [[nodiscard]] static Result<Box<Message>> make(i64 type, usize size) noexcept
    {
        Box<Message> message = TRY(Message::create_blank(size));
        message->type_ = type;
        return message;
    }

    /* The part of the text that stands behind the message itself: up to the end of the page. */
    [[nodiscard]] static u8* text(Message& message) noexcept { return message.text(); }
    [[nodiscard]] static usize text_size(const Message& message) noexcept
    {
        return min<usize>(message.size(), KAPI_PAGE_SIZE - sizeof(Message));
    }

    /*
     * INVARIANT: the tree holds the oldest message of each type, a chain hangs off it in the order
     * of arrival, and its last is known; the chains together are what arrived.
     */
    [[nodiscard]] static bool is_sound(MessageStore& store) noexcept
    {
        u32 types = 0;
        u32 chained = 0;
        bool is_sound = true;
        const auto visit = [&](const auto& self, MaxTreeNode* node) -> void {
            if (!node)
                return;
            ++types;
            self(self, node->left());
            is_sound = is_sound && chain_is_sound(*static_cast<Message*>(node), chained);
            self(self, node->right());
        };
        visit(visit, store.types_.root());

        u32 arrived = 0;
        for (Message* message = store.arrivals_.first(); message;
             message = store.arrivals_.next(*message))
            ++arrived;
        return is_sound && chained == arrived && tree_is_sound(store.types_, types);
    }

private:
    static bool chain_is_sound(Message& oldest, u32& chained) noexcept
    {
        Message* last = &oldest;
        for (Message* message = &oldest; message; message = message->next_of_type_) {
            /* Values fall with each arrival. */
            const bool is_in_order =
                message == &oldest || message->tree_value() < last->tree_value();
            if (message->type_ != oldest.type_ || message->tree_key() != oldest.type_
                || !is_in_order)
                return false;
            last = message;
            ++chained;
        }
        return oldest.last_of_type_ == last;
    }
};

} // namespace sysvipc
