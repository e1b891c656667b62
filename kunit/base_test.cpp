// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_base: lines of text, results, lists. */
#include "random.hpp"
#include "tally.hpp"
#include "test.hpp"

#include <base/line.hpp>
#include <base/list.hpp>
#include <mem/box.hpp>
#include <os/log.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct LineTest : Fixture {
    using Fixture::Fixture;

    template <usize N>
    static bool reads(const Line<N>& line, const char* text) noexcept
    {
        const usize size = __builtin_strlen(text);
        return line.size() == size && __builtin_memcmp(line.text(), text, size) == 0;
    }
};

} // namespace

TEST_CASE(LineTest, numbers_are_right_aligned_in_their_columns)
{
    Line<64> line;
    line.decimal(7, 3).character('|').signed_decimal(-7, 4).character('|').octal(0644, 5);
    EXPECT(reads(line, "  7|  -7|  644"));
}

TEST_CASE(LineTest, a_number_wider_than_its_column_pushes_the_rest_to_the_right)
{
    Line<64> line;
    line.decimal(12345, 3).string(" ").signed_decimal(-12345, 3).string(" ").octal(0, 0);
    EXPECT(reads(line, "12345 -12345 0"));
}

TEST_CASE(LineTest, the_extreme_numbers_are_written_in_full)
{
    Line<128> line;
    line.decimal(UINT64_MAX, 0).character(' ').signed_decimal(INT64_MIN, 0);
    line.character(' ').signed_decimal(INT64_MAX, 0).character(' ').octal(UINT64_MAX, 24);
    EXPECT(reads(line,
                 "18446744073709551615 -9223372036854775808 9223372036854775807"
                 "   1777777777777777777777"));
}

TEST_CASE(LineTest, text_that_does_not_fit_is_cut_off)
{
    Line<5> line;
    line.string("abc").decimal(12345, 0).string("more");
    EXPECT(reads(line, "abc12"));
}

namespace {

struct ResultTest : Fixture {
    using Fixture::Fixture;

    /* A value whose copies are counted and which can only be moved, as most values in a Result. */
    struct Tracked {
        explicit Tracked(Census& counts) noexcept : census(&counts) { census->born.add_one(); }
        Tracked(Tracked&& other) noexcept : census(other.census) { census->born.add_one(); }
        Tracked& operator=(Tracked&&) = delete;
        ~Tracked() { census->dead.add_one(); }
        Census* census;
    };

    Census census;

    Result<Tracked> make(bool succeeds) noexcept
    {
        if (!succeeds)
            return Errno::ENOSPC;
        return Tracked { census };
    }
    Result<u32> count_made(bool first, bool second) noexcept
    {
        const Tracked one = TRY(make(first));
        const Tracked two = TRY(make(second));
        return one.census == two.census ? 2u : 0u;
    }
    Result<void> pass_on(Result<void> status) noexcept
    {
        TRY(move(status));
        return {};
    }
};

} // namespace

TEST_CASE(ResultTest, a_value_in_a_result_is_destroyed_as_often_as_it_is_made)
{
    {
        Result<Tracked> kept = make(true);
        EXPECT(kept.ok());
        Result<Tracked> moved = move(kept);
        EXPECT(moved.ok());
        const Tracked taken = moved.take();
        EXPECT(taken.census == &census);
    }
    EXPECT(census.born.count() > 0);
    EXPECT(census.is_balanced());
}

TEST_CASE(ResultTest, an_error_makes_no_value)
{
    {
        Result<Tracked> failed = make(false);
        EXPECT_ERR(failed, Errno::ENOSPC);
        Result<Tracked> moved = move(failed);
        EXPECT_ERR(moved, Errno::ENOSPC);
    }
    EXPECT_EQ(census.born.count(), 0);
    EXPECT_EQ(census.dead.count(), 0);
}

TEST_CASE(ResultTest, try_returns_the_first_error_and_destroys_earlier_values)
{
    EXPECT_VALUE(count_made(true, true), 2);
    EXPECT_ERR(count_made(false, true), Errno::ENOSPC);
    EXPECT_EQ(census.living(), 0);
    EXPECT_ERR(count_made(true, false), Errno::ENOSPC);
    EXPECT_EQ(census.living(), 0);
    EXPECT(pass_on({}).ok());
    EXPECT_ERR(pass_on(Errno::EBUSY), Errno::EBUSY);
}

TEST_CASE(ResultTest, to_syscall_negates_an_error)
{
    EXPECT_EQ(to_syscall(Errno::EINVAL), -KAPI_EINVAL);
    EXPECT_EQ(from_kernel(-KAPI_EINVAL), Errno::EINVAL);
    EXPECT_EQ(to_syscall(from_kernel(-KAPI_ERESTARTNOHAND)), -KAPI_ERESTARTNOHAND);
}

TEST_CASE(LineTest, an_error_is_logged_by_its_name_or_else_its_number)
{
    const auto is_logged_as = [](Errno error, const char* text) {
        return reads(log_line(error), text);
    };
#define EXPECT_NAMED(name) EXPECT(is_logged_as(Errno::name, #name))
    EXPECT_NAMED(EPERM);
    EXPECT_NAMED(ENOENT);
    EXPECT_NAMED(EINTR);
    EXPECT_NAMED(E2BIG);
    EXPECT_NAMED(EAGAIN);
    EXPECT_NAMED(ENOMEM);
    EXPECT_NAMED(EACCES);
    EXPECT_NAMED(EFAULT);
    EXPECT_NAMED(EBUSY);
    EXPECT_NAMED(EEXIST);
    EXPECT_NAMED(ENODEV);
    EXPECT_NAMED(EINVAL);
    EXPECT_NAMED(EFBIG);
    EXPECT_NAMED(ENOSPC);
    EXPECT_NAMED(ERANGE);
    EXPECT_NAMED(ENOSYS);
    EXPECT_NAMED(ENOMSG);
    EXPECT_NAMED(EIDRM);
    EXPECT_NAMED(EOPNOTSUPP);
#undef EXPECT_NAMED
    EXPECT(is_logged_as(Errno::ERESTARTNOHAND, "EINTR"));
    EXPECT(is_logged_as(from_kernel(-121), "error -121"));
}

namespace {

struct ListTest : Fixture {
    using Fixture::Fixture;
    static constexpr u32 kItems = 16;

    struct Item : ListNode<Item> { };

    /* The same content in order, by the way of an array. */
    struct Model {
        Item* items[kItems];
        u32 size { 0 };

        void push_back(Item& item) noexcept { items[size++] = &item; }
        void remove(const Item& item) noexcept
        {
            u32 kept = 0;
            for (u32 i = 0; i < size; ++i) {
                if (items[i] != &item)
                    items[kept++] = items[i];
            }
            size = kept;
        }
    };

    bool agree() noexcept
    {
        u32 place = 0;
        for (Item* item = list.first(); item; item = list.next(*item), ++place) {
            if (place == model.size || item != model.items[place])
                return false;
        }
        return place == model.size && list.is_empty() == (model.size == 0);
    }

    Item items[kItems];
    List<Item> list;
    Model model;
};

} // namespace

TEST_CASE(ListTest, a_list_agrees_with_an_array_over_random_additions_and_removals)
{
    Random random { 1 };
    const u32 steps = affordable(20'000);
    for (u32 step = 0; step < steps; ++step) {
        Item& item = items[random.below(kItems)];
        if (random.one_in(8)) {
            Item* first = list.pop_front();
            EXPECT_EQ(first, model.size == 0 ? nullptr : model.items[0]);
            if (first)
                model.remove(*first);
        } else if (item.is_linked()) {
            list.remove(item);
            model.remove(item);
        } else {
            list.push_back(item);
            model.push_back(item);
        }
        if (!EXPECT(agree()))
            return;
    }
}

TEST_CASE(ListTest, a_removed_item_is_not_linked_and_can_be_added_again)
{
    EXPECT(!items[0].is_linked());
    list.push_back(items[0]);
    list.push_back(items[1]);
    EXPECT(items[0].is_linked());
    list.remove(items[0]);
    EXPECT(!items[0].is_linked());
    list.push_back(items[0]);
    EXPECT_EQ(list.first(), &items[1]);
    EXPECT_EQ(list.next(items[1]), &items[0]);
    EXPECT_EQ(list.next(items[0]), nullptr);
    EXPECT_EQ(list.pop_front(), &items[1]);
    EXPECT_EQ(list.pop_front(), &items[0]);
    EXPECT_EQ(list.pop_front(), nullptr);
    EXPECT(list.is_empty());
}

namespace {

struct BoxTest : Fixture {
    using Fixture::Fixture;

    struct Parcel {
        u32 destroyed { 0 };
        static void destroy(Parcel* parcel) noexcept { ++parcel->destroyed; }
    };

    Parcel first;
    Parcel second;
};

} // namespace

TEST_CASE(BoxTest, a_box_destroys_its_object_exactly_once)
{
    {
        Box<Parcel> box = Box<Parcel>::adopt(first);
        Box<Parcel> other = move(box);
        EXPECT(box.is_empty());
        EXPECT_EQ(first.destroyed, 0);
        other = Box<Parcel>::adopt(second);
        EXPECT_EQ(first.destroyed, 1);
        Box<Parcel>& same = other;
        other = move(same);
        EXPECT_EQ(second.destroyed, 0);
    }
    EXPECT_EQ(first.destroyed, 1);
    EXPECT_EQ(second.destroyed, 1);
}

TEST_CASE(BoxTest, a_box_does_not_destroy_what_it_gave_away)
{
    {
        Box<Parcel> box = Box<Parcel>::adopt(first);
        EXPECT_EQ(&box.give_away(), &first);
        EXPECT(box.is_empty());
    }
    EXPECT_EQ(first.destroyed, 0);
}

} // namespace sysvipc
