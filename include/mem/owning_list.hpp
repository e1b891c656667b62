// SPDX-License-Identifier: GPL-2.0
/*
 * OwningList<T>: a List (base/list.hpp) that owns its elements, each from push_back() until it is taken out.  The caller does the
 * locking, and takes all out before the list goes.
 */
#pragma once

#include <base/list.hpp>
#include <mem/box.hpp>

namespace sysvipc {

template <class T>
class OwningList : List<T> {
public:
    using List<T>::first;
    using List<T>::is_empty;
    using List<T>::next;
    using List<T>::previous;

    T& push_back(Box<T> added) noexcept
    {
        T& item = added.give_away();
        List<T>::push_back(item);
        return item;
    }
    [[nodiscard]] Box<T> remove(T& item) noexcept
    {
        List<T>::remove(item);
        return Box<T>::adopt(item);
    }
    /* Empty: nothing was left. */
    [[nodiscard]] Box<T> pop_front() noexcept
    {
        T* item = List<T>::pop_front();
        return item ? Box<T>::adopt(*item) : Box<T> {};
    }
};

} // namespace sysvipc
