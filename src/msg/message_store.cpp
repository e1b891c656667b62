// SPDX-License-Identifier: GPL-2.0
/*
 * Order and selection of messages (contracts: include/msg/message_store.hpp).
 *
 * A node's value falls with each arrival, so that the greatest value below a node is the oldest
 * message there.
 */
#include <msg/message_store.hpp>

#include <base/poison.hpp>

namespace sysvipc {

void MessageStore::add(Box<Message> added) noexcept
{
    Message& message = *added.release();
    message.next_of_type_ = nullptr;
    arrivals_.push_back(message);

    if (MaxTreeNode* same = types_.find_or_add(message, message.type_, ~arrived_++)) {
        Message& oldest = *static_cast<Message*>(same);
        oldest.last_of_type_->next_of_type_ = &message;
        oldest.last_of_type_ = &message;
    } else {
        message.last_of_type_ = &message;
    }
}

Box<Message> MessageStore::take(Message& message) noexcept
{
    arrivals_.remove(message);
    if (!message.last_of_type_) [[unlikely]] {
        unchain(message);
    } else if (Message* heir = message.next_of_type_) {
        heir->last_of_type_ = message.last_of_type_;
        types_.replace(message, *heir);
    } else {
        types_.erase(message);
    }
    return Box<Message>::adopt(&message);
}

/* @message is not the oldest of its type. */
void MessageStore::unchain(Message& message) noexcept
{
    Message& oldest = *oldest_of(message.type_);
    Message* before = &oldest;
    while (before->next_of_type_ != &message)
        before = before->next_of_type_;
    before->next_of_type_ = message.next_of_type_;
    if (oldest.last_of_type_ == &message)
        oldest.last_of_type_ = before;
}

Message* MessageStore::first_candidate(const MessageSelector& selector) noexcept
{
    switch (selector.rule()) {
    case MessageSelector::Rule::Any:
    case MessageSelector::Rule::Ordinal:
        return arrivals_.first();
    case MessageSelector::Rule::Equal:
        return oldest_of(selector.operand());
    case MessageSelector::Rule::AtMost:
        return oldest_at_most(selector.operand());
    case MessageSelector::Rule::Except:
        return oldest_except(selector.operand());
    }
    return nullptr;
}

Message* MessageStore::next_candidate(const MessageSelector& selector, Message& message) noexcept
{
    Message* next = nullptr;
    switch (selector.rule()) {
    case MessageSelector::Rule::Any:
    case MessageSelector::Rule::Ordinal:
        return arrivals_.next(message);
    case MessageSelector::Rule::Equal:
        return message.next_of_type_;
    case MessageSelector::Rule::AtMost:
        next = message.next_of_type_;
        if (!next && message.type_ < selector.operand())
            next = oldest_from(message.type_ + 1);
        return next && next->type_ <= selector.operand() ? next : nullptr;
    case MessageSelector::Rule::Except:
        next = arrivals_.next(message);
        while (next && next->type_ == selector.operand())
            next = arrivals_.next(*next);
        return next;
    }
    return nullptr;
}

Message* MessageStore::oldest_of(i64 type) const noexcept
{
    MaxTreeNode* node = types_.root();
    while (node && node->tree_key() != type)
        node = type < node->tree_key() ? node->left() : node->right();
    return static_cast<Message*>(node);
}

/* The oldest of the lowest type from @type on. */
Message* MessageStore::oldest_from(i64 type) const noexcept
{
    MaxTreeNode* lowest = nullptr;
    for (MaxTreeNode* node = types_.root(); node;) {
        if (node->tree_key() < type) {
            node = node->right();
        } else {
            lowest = node;
            node = node->left();
        }
    }
    return static_cast<Message*>(lowest);
}

Message* MessageStore::oldest_at_most(i64 type) const noexcept
{
    MaxTreeNode* lowest = types_.lowest();
    return lowest && lowest->tree_key() <= type ? static_cast<Message*>(lowest) : nullptr;
}

/*
 * Down the path to @type: what hangs off it on either side, and the nodes of the path itself but
 * for @type's own, are all the other types.
 */
Message* MessageStore::oldest_except(i64 type) const noexcept
{
    MaxTreeNode* best = nullptr; /* a node, or the root of a subtree that holds the best */
    u64 best_value = 0;
    const auto consider = [&](MaxTreeNode* node, u64 value) {
        if (value > best_value) {
            best = node;
            best_value = value;
        }
    };
    const auto consider_subtree = [&](MaxTreeNode* root) {
        if (root)
            consider(root, root->greatest_below());
    };

    for (MaxTreeNode* node = types_.root(); node;) {
        if (node->tree_key() == type) {
            consider_subtree(node->left());
            consider_subtree(node->right());
            break;
        }
        consider(node, node->tree_value());
        const bool goes_left = type < node->tree_key();
        consider_subtree(goes_left ? node->right() : node->left());
        node = goes_left ? node->left() : node->right();
    }
    while (best && best->tree_value() != best_value) {
        MaxTreeNode* left = best->left();
        best = left && left->greatest_below() == best_value ? left : best->right();
    }
    return static_cast<Message*>(best);
}

} // namespace sysvipc
