// SPDX-License-Identifier: GPL-2.0
/* kapi: index tables (contracts: include/kapi/idr.h).  As the key tables of table.cpp. */
#include "fault.hpp"
#include "layout_types.h"
#include "machine.hpp"
#include "moment.hpp"

#include <cerrno>
#include <kapi/idr.h>
#include <map>

namespace {

using namespace hosted;

struct Index {
    std::atomic_flag busy;
    std::map<int, void*> objects;
    int base;
};

Index& index_in(const kapi_idr* idr)
{
    return *static_cast<Index*>(
        reinterpret_cast<hosted_table*>(const_cast<kapi_idr*>(idr))->contents);
}

/* The kernel's has none below, and takes one for a large number without a word. */
void expect_from_base(const Index& index, int number)
{
    if (number < index.base)
        note_defect("an index below those of its table");
}

/* The first free number in [first, end); -1: none. */
int free_number(const Index& index, int first, int end)
{
    int number = first;
    for (auto found = index.objects.lower_bound(first);
         found != index.objects.end() && found->first == number; ++found)
        ++number;
    return number < end ? number : -1;
}

/* What was published at an index is found through a pointer of its own: reserved ones are nullptr. */
int allocate(Index& index, void* object, int number)
{
    if (number < 0)
        return -ENOSPC;
    index.objects[number] = object;
    if (object)
        machine::leave(object);
    return number;
}

} // namespace

void kapi_idr_init(kapi_idr* idr, int base)
{
    auto* index = new Index;
    index->base = base;
    reinterpret_cast<hosted_table*>(idr)->contents = index;
}

void kapi_idr_destroy(kapi_idr* idr)
{
    delete &index_in(idr);
}

void kapi_idr_preload() { }

void kapi_idr_preload_end() { }

int kapi_idr_alloc_from(kapi_idr* idr, void* object, int first, int end)
{
    machine::may_switch(idr);
    if (is_allocation_to_fail())
        return -ENOMEM;
    Index& index = index_in(idr);
    expect_from_base(index, first);
    const Moment moment { index.busy };
    return allocate(index, object, free_number(index, first, end));
}

void kapi_idr_replace(kapi_idr* idr, void* object, int number)
{
    machine::may_switch(idr);
    Index& index = index_in(idr);
    expect_from_base(index, number);
    const Moment moment { index.busy };
    index.objects[number] = object;
    if (object) {
        machine::leave(object);
        machine::note_publication(&index.objects[number]);
    }
}

void kapi_idr_remove(kapi_idr* idr, int number)
{
    machine::may_switch(idr);
    Index& index = index_in(idr);
    expect_from_base(index, number);
    const Moment moment { index.busy };
    index.objects.erase(number);
}

void* kapi_idr_find(const kapi_idr* idr, int number)
{
    machine::may_switch(idr, false);
    Index& index = index_in(idr);
    expect_from_base(index, number);
    const Moment moment { index.busy };
    const auto found = index.objects.find(number);
    if (found == index.objects.end() || !found->second
        || machine::may_miss_publication(&found->second))
        return nullptr;
    machine::enter(found->second);
    return found->second;
}

void* kapi_idr_get_next(const kapi_idr* idr, int* number)
{
    machine::may_switch(idr, false);
    Index& index = index_in(idr);
    expect_from_base(index, *number);
    const Moment moment { index.busy };
    auto found = index.objects.lower_bound(*number);
    while (found != index.objects.end() && !found->second)
        ++found;
    if (found == index.objects.end())
        return nullptr;
    *number = found->first;
    machine::enter(found->second);
    return found->second;
}
