// SPDX-License-Identifier: GPL-2.0
/* Messages by type (contracts: include/msg/message_index.hpp). */
#include <msg/message_index.hpp>

#include <os/random.hpp>
#include <base/poison.hpp>

namespace sysvipc {

static constinit u64 secret = 0;

void MessageIndex::choose_secret() noexcept
{
    secret = random_secret();
}

/* Different types have different ranks: each step is invertible. */
u64 MessageIndex::rank_of(const Message& node) noexcept
{
    u64 rank = static_cast<u64>(node.type()) ^ secret;
    rank = (rank ^ (rank >> 32)) * 0xd6e8'feb8'6659'fd93;
    rank = (rank ^ (rank >> 32)) * 0xd6e8'feb8'6659'fd93;
    return rank ^ (rank >> 32);
}

MessageIndex::Link& MessageIndex::place_of(i64 type) noexcept
{
    Link* place = &root_;
    while (Message* node = at(*place)) {
        if (node->type() == type)
            break;
        place = type < node->type() ? &left(*node) : &right(*node);
    }
    return *place;
}

void MessageIndex::add(Message& message) noexcept
{
    Link& place = place_of(message.type());
    if (Message* node = at(place))
        join_ring(place, *node, message);
    else
        add_type(message);
}

/* The node is always the youngest message: @message becomes the node. */
void MessageIndex::join_ring(Link& place, Message& node, Message& message) noexcept
{
    left(message) = left(node);
    if (has_ring(node)) {
        message.after_ = node.after_;
    } else {
        message.after_ = marked(node);
        left(node) = node.after_; /* as the oldest, it holds the right link */
    }
    node.after_ = &message;
    place = &message;
}

/* Inserts @message at the height of its rank, and splits the subtree there between its two sides. */
void MessageIndex::add_type(Message& message) noexcept
{
    const i64 type = message.type();
    Link* place = &root_;
    if (root_) {
        const u64 rank = rank_of(message);
        for (Message* node = at(root_); node && rank_of(*node) > rank; node = at(*place))
            place = type < node->type() ? &left(*node) : &right(*node);
    }
    Message* rest = at(*place);
    *place = &message;

    Link* lower = &message.known_.link();
    Link* higher = &message.after_;
    while (rest) {
        if (rest->type() < type) {
            *lower = rest;
            lower = &right(*rest);
            rest = at(*lower);
        } else {
            *higher = rest;
            higher = &left(*rest);
            rest = at(*higher);
        }
    }
    *lower = nullptr;
    *higher = nullptr;
}

void MessageIndex::remove(Message& message) noexcept
{
    Link& place = place_of(message.type());
    Message& node = *at(place);
    if (has_ring(node))
        leave_ring(place, node, message);
    else
        merge(place, at(left(node)), at(node.after_));
}

void MessageIndex::leave_ring(Link& place, Message& node, Message& message) noexcept
{
    Message& oldest = oldest_in_ring(node);
    if (&message == &oldest) [[likely]] {
        Message& heir = *at(oldest.after_);
        const Link right_of_node = oldest.known_.link();
        if (&heir == &node) {
            node.after_ = right_of_node;
        } else {
            heir.known_.link() = right_of_node;
            node.after_ = marked(heir);
        }
        return;
    }
    /* Not the oldest: a security module hides the older messages from the receiver. */
    Message* before = &oldest;
    while (at(before->after_) != &message)
        before = at(before->after_);
    if (&message != &node) {
        before->after_ = message.after_;
        return;
    }
    before->after_ = before == &oldest ? oldest.known_.link() : node.after_;
    left(*before) = left(node);
    place = before;
}

/* Merges both subtrees into @place: at each step the root of higher rank comes first. */
void MessageIndex::merge(Link& place, Message* lower, Message* higher) noexcept
{
    Link* open = &place;
    while (lower && higher) {
        if (rank_of(*lower) > rank_of(*higher)) {
            *open = lower;
            open = &right(*lower);
            lower = at(*open);
        } else {
            *open = higher;
            open = &left(*higher);
            higher = at(*open);
        }
    }
    *open = lower ? lower : higher;
}

Message* MessageIndex::oldest_of_lowest() noexcept
{
    Message* node = at(root_);
    while (node && left(*node))
        node = at(left(*node));
    return oldest_at(node);
}

Message* MessageIndex::oldest_from(i64 type) noexcept
{
    Message* lowest = nullptr;
    for (Message* node = at(root_); node;) {
        if (node->type() < type) {
            node = at(right(*node));
        } else {
            lowest = node;
            node = at(left(*node));
        }
    }
    return oldest_at(lowest);
}

Message* MessageIndex::next_of_type(Message& message) noexcept
{
    /* The youngest message does not link to a younger one. */
    return place_of(message.type()) == &message ? nullptr : at(message.after_);
}

} // namespace sysvipc
