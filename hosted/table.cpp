// SPDX-License-Identifier: GPL-2.0
/*
 * host: key tables (contracts: include/host/table.h).
 *
 * Each operation is atomic, under a lock that race detectors do not see: only the publication of an object
 * orders memory (its slot is stored with release, and found with acquire).  Readers never use memory of a
 * destroyed table, so the table needs no RCU; the objects in it do.
 */
#include "fault.hpp"
#include "layout_types.h"
#include "machine.hpp"
#include "moment.hpp"

#include <atomic>
#include <cerrno>
#include <host/table.h>
#include <kapi/rcu.h>
#include <map>
#include <utility>
#include <vector>

namespace {

using namespace hosted;

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

int host_keys_init(kapi_rhashtable* keys)
{
    return create<int>(keys);
}

void host_keys_destroy(kapi_rhashtable* keys)
{
    destroy<int>(keys);
}

kapi_keyed* host_keys_find(kapi_rhashtable* keys, int key)
{
    return find<kapi_keyed>(keys, key);
}

int host_keys_insert(kapi_rhashtable* keys, kapi_keyed* object)
{
    return insert(keys, object->key, object);
}

int host_keys_remove(kapi_rhashtable* keys, kapi_keyed* object)
{
    return remove(keys, object->key, object);
}

int host_addresses_init(kapi_rhashtable* table)
{
    return create<const void*>(table);
}

kapi_addressed* host_addresses_find(kapi_rhashtable* table, const void* address)
{
    return find<kapi_addressed>(table, address);
}

int host_addresses_insert(kapi_rhashtable* table, kapi_addressed* object)
{
    return insert(table, object->address, object);
}

int host_addresses_remove(kapi_rhashtable* table, kapi_addressed* object)
{
    return remove(table, object->address, object);
}

void host_addresses_destroy(kapi_rhashtable* table, void (*each)(kapi_addressed*))
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

int host_pairs_init(kapi_rhashtable* table)
{
    return create<Pair>(table);
}

void host_pairs_destroy(kapi_rhashtable* table)
{
    destroy<Pair>(table);
}

kapi_paired* host_pairs_find(kapi_rhashtable* table, const void* first, const void* second)
{
    return find<kapi_paired>(table, Pair { first, second });
}

int host_pairs_insert(kapi_rhashtable* table, kapi_paired* object)
{
    return insert(table, pair_of(object), object);
}

int host_pairs_remove(kapi_rhashtable* table, kapi_paired* object)
{
    return remove(table, pair_of(object), object);
}
