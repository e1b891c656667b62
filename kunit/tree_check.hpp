// SPDX-License-Identifier: GPL-2.0
/* tree_is_sound(): whether a MaxTree is in order, balanced, and knows its greatest values. */
#pragma once

#include <mem/max_tree.hpp>

namespace sysvipc {

struct TreeShape {
    u32 nodes { 0 };
    u32 depth { 0 };
    u64 greatest { 0 };
    bool is_sound { true };
};

/* The subtree at @node has keys between those of @below and @above only; nullptr: no bound. */
inline TreeShape shape_of(const MaxTreeNode* node, const MaxTreeNode* below,
                          const MaxTreeNode* above, u32 most_depth) noexcept
{
    TreeShape shape;
    if (!node)
        return shape;
    const bool is_in_order = (!below || below->tree_key() < node->tree_key())
        && (!above || node->tree_key() < above->tree_key());
    if (!is_in_order || most_depth == 0) {
        shape.is_sound = false;
        return shape;
    }
    const TreeShape left = shape_of(node->left(), below, node, most_depth - 1);
    const TreeShape right = shape_of(node->right(), node, above, most_depth - 1);
    shape.nodes = left.nodes + right.nodes + 1;
    shape.depth = max(left.depth, right.depth) + 1;
    shape.greatest = max(node->tree_value(), max(left.greatest, right.greatest));
    shape.is_sound = left.is_sound && right.is_sound && node->greatest_below() == shape.greatest;
    return shape;
}

/* @nodes: how many there should be.  A red-black tree of n nodes is at most 2 log2(n + 1) deep. */
inline bool tree_is_sound(const MaxTree& tree, u32 nodes) noexcept
{
    u32 log = 0;
    while ((u64 { 1 } << log) < u64 { nodes } + 1)
        ++log;
    const TreeShape shape = shape_of(tree.root(), nullptr, nullptr, 2 * log);
    return shape.is_sound && shape.nodes == nodes;
}

} // namespace sysvipc
