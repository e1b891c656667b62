// SPDX-License-Identifier: GPL-2.0
/*
 * kapi: index and key tables (contracts: include/kapi/table.h).
 *
 * Each operation is atomic, under a lock that race detectors do not see: only the publication of an object
 * orders memory (its slot is stored with release, and found with acquire).  Readers never use memory of a
 * destroyed table, so the table needs no RCU; the objects in it do.
 */
#include "fault.hpp"
#include "layout_types.h"
#include "machine.hpp"

#include <atomic>
#include <cerrno>
#include <host/visit.h>
#include <kapi/rcu.h>
#include <kapi/table.h>
#include <map>
#include <utility>
#include <vector>

namespace {

using namespace hosted;

class Moment {
public:
    explicit Moment(std::atomic_flag& flag) noexcept : flag_(flag)
    {
        while (flag_.test_and_set(std::memory_order_acquire))
            machine::give_way();
    }
    ~Moment() { flag_.clear(std::memory_order_release); }
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;

private:
    std::atomic_flag& flag_;
};

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

/* Each index has its own pointer to the published object: nullptr if it is only reserved. */
int allocate(Index& index, void* object, int number)
{
    if (number < 0)
        return -ENOSPC;
    index.objects[number] = object;
    if (object)
        machine::leave(object);
    return number;
}

using Pair = std::pair<const void*, const void*>;

template <class Key>
struct Keys {
    std::atomic_flag busy;
    std::map<Key, void*> objects;
};

template <class Key>
Keys<Key>& keys_in(kapi_rhashtable* table)
{
    return *static_cast<Keys<Key>*>(reinterpret_cast<hosted_table*>(table)->contents);
}

template <class Key>
int create(kapi_rhashtable* table)
{
    if (is_allocation_to_fail())
        return -ENOMEM;
    reinterpret_cast<hosted_table*>(table)->contents = new Keys<Key>;
    return 0;
}

template <class Key>
void destroy(kapi_rhashtable* table)
{
    delete &keys_in<Key>(table);
}

template <class Object, class Key>
Object* find(kapi_rhashtable* table, const Key& key)
{
    machine::may_switch(table, false);
    Keys<Key>& keys = keys_in<Key>(table);
    const Moment moment { keys.busy };
    const auto found = keys.objects.find(key);
    if (found == keys.objects.end() || machine::may_miss_publication(&found->second))
        return nullptr;
    machine::enter(found->second);
    return static_cast<Object*>(found->second);
}

template <class Key>
int insert(kapi_rhashtable* table, const Key& key, void* object)
{
    machine::may_switch(table);
    if (is_allocation_to_fail())
        return -ENOMEM;
    Keys<Key>& keys = keys_in<Key>(table);
    const Moment moment { keys.busy };
    machine::leave(object);
    const auto [place, is_new] = keys.objects.emplace(key, object);
    if (!is_new) {
        machine::note_publication_seen(&place->second);
        return -EEXIST;
    }
    machine::note_publication(&place->second);
    return 0;
}

template <class Key>
int remove(kapi_rhashtable* table, const Key& key, const void* object)
{
    machine::may_switch(table);
    Keys<Key>& keys = keys_in<Key>(table);
    const Moment moment { keys.busy };
    const auto found = keys.objects.find(key);
    if (found == keys.objects.end() || found->second != object)
        return -ENOENT;
    keys.objects.erase(found);
    return 0;
}

Pair pair_of(const kapi_paired* object)
{
    return { object->first, object->second };
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

int kapi_keys_init(kapi_rhashtable* keys)
{
    return create<int>(keys);
}

void kapi_keys_destroy(kapi_rhashtable* keys)
{
    destroy<int>(keys);
}

kapi_keyed* kapi_keys_find(kapi_rhashtable* keys, int key)
{
    return find<kapi_keyed>(keys, key);
}

int kapi_keys_insert(kapi_rhashtable* keys, kapi_keyed* object)
{
    return insert(keys, object->key, object);
}

int kapi_keys_remove(kapi_rhashtable* keys, kapi_keyed* object)
{
    return remove(keys, object->key, object);
}

int kapi_addresses_init(kapi_rhashtable* table)
{
    return create<const void*>(table);
}

kapi_addressed* kapi_addresses_find(kapi_rhashtable* table, const void* address)
{
    return find<kapi_addressed>(table, address);
}

int kapi_addresses_insert(kapi_rhashtable* table, kapi_addressed* object)
{
    return insert(table, object->address, object);
}

int kapi_addresses_remove(kapi_rhashtable* table, kapi_addressed* object)
{
    return remove(table, object->address, object);
}

void kapi_addresses_destroy(kapi_rhashtable* table, void (*each)(kapi_addressed*))
{
    for (const auto& [address, object] : keys_in<const void*>(table).objects)
        each(static_cast<kapi_addressed*>(object));
    destroy<const void*>(table);
}

void host_addresses_visit(kapi_rhashtable* table,
                          void (*each)(kapi_addressed*, void* context) noexcept, void* context)
{
    kapi_rcu_read_lock();
    std::vector<kapi_addressed*> present;
    {
        Keys<const void*>& keys = keys_in<const void*>(table);
        machine::may_switch(table);
        const Moment moment { keys.busy };
        for (const auto& [address, object] : keys.objects) {
            machine::enter(object);
            present.push_back(static_cast<kapi_addressed*>(object));
        }
    }
    for (kapi_addressed* object : present)
        each(object, context);
    kapi_rcu_read_unlock();
}

int kapi_pairs_init(kapi_rhashtable* table)
{
    return create<Pair>(table);
}

void kapi_pairs_destroy(kapi_rhashtable* table)
{
    destroy<Pair>(table);
}

kapi_paired* kapi_pairs_find(kapi_rhashtable* table, const void* first, const void* second)
{
    return find<kapi_paired>(table, Pair { first, second });
}

int kapi_pairs_insert(kapi_rhashtable* table, kapi_paired* object)
{
    return insert(table, pair_of(object), object);
}

int kapi_pairs_remove(kapi_rhashtable* table, kapi_paired* object)
{
    return remove(table, pair_of(object), object);
}
