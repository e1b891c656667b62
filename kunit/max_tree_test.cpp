// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_max_tree: a tree keeps order, balance and the greatest value below each node. */
#include "random.hpp"
#include "test.hpp"
#include "tree_check.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct TreeTest : Fixture {
    using Fixture::Fixture;
    static constexpr u32 kKeys = 64;

    /* For each key two nodes, of which at most one is in the tree: the other can take its place. */
    struct Pair {
        MaxTreeNode nodes[2];
        bool is_present { false };
        bool uses_second { false };

        MaxTreeNode& present() noexcept { return nodes[uses_second]; }
        MaxTreeNode& spare() noexcept { return nodes[!uses_second]; }
        void swap() noexcept { uses_second = !uses_second; }
    };

    bool agrees() noexcept
    {
        u32 present = 0;
        const MaxTreeNode* lowest = nullptr;
        for (u32 key = kKeys; key-- > 0;) {
            if (pairs[key].is_present) {
                ++present;
                lowest = &pairs[key].present();
            }
        }
        return tree_is_sound(tree, present) && tree.lowest() == lowest;
    }

    MaxTree tree;
    Pair pairs[kKeys];
};

} // namespace

TEST_CASE(TreeTest, a_tree_stays_sound_over_random_additions_removals_and_replacements)
{
    Random random { 2 };
    const u32 steps = affordable(40'000);
    for (u32 step = 0; step < steps; ++step) {
        const u32 key = random.below(kKeys);
        Pair& pair = pairs[key];
        /* Equal values and widely different ones. */
        const u64 value = random.one_in(4) ? random.below(8) : random.next();
        MaxTreeNode* found = nullptr;
        switch (pair.is_present ? random.below(4) : 0) {
        case 0:
            found = tree.find_or_add(pair.spare(), key, value);
            EXPECT_EQ(found, pair.is_present ? &pair.present() : nullptr);
            if (!pair.is_present)
                pair.swap();
            pair.is_present = true;
            break;
        case 1:
            /* Learns its key and value, but the place is taken. */
            EXPECT_EQ(tree.find_or_add(pair.spare(), key, value), &pair.present());
            tree.replace(pair.present(), pair.spare());
            pair.swap();
            break;
        default:
            tree.erase(pair.present());
            pair.is_present = false;
        }
        if (!EXPECT(agrees()))
            return;
    }
}

TEST_CASE(TreeTest, keys_in_ascending_and_descending_order_make_balanced_trees)
{
    for (const bool ascends : { true, false }) {
        for (u32 i = 0; i < kKeys; ++i) {
            const u32 key = ascends ? i : kKeys - 1 - i;
            EXPECT_EQ(tree.find_or_add(pairs[key].nodes[0], key, i), nullptr);
            EXPECT(tree_is_sound(tree, i + 1));
        }
        for (u32 i = 0; i < kKeys; ++i) {
            tree.erase(pairs[i].nodes[0]);
            EXPECT(tree_is_sound(tree, kKeys - 1 - i));
        }
    }
}

TEST_CASE(TreeTest, the_extreme_keys_have_their_places)
{
    MaxTreeNode lowest;
    MaxTreeNode middle;
    MaxTreeNode highest;
    EXPECT_EQ(tree.find_or_add(middle, 0, 2), nullptr);
    EXPECT_EQ(tree.find_or_add(highest, INT64_MAX, 3), nullptr);
    EXPECT_EQ(tree.find_or_add(lowest, INT64_MIN, 1), nullptr);
    EXPECT_EQ(tree.root(), &middle);
    EXPECT_EQ(tree.lowest(), &lowest);
    EXPECT_EQ(middle.left(), &lowest);
    EXPECT_EQ(middle.right(), &highest);
    EXPECT_EQ(middle.greatest_below(), 3);
    EXPECT(tree_is_sound(tree, 3));
}

} // namespace sysvipc
