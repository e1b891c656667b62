// SPDX-License-Identifier: GPL-2.0
/* Which task sees which store (contracts: hosted/explorer/scheduler.hpp). */
#include "fiber.hpp"
#include "scheduler.hpp"

namespace hosted::explorer {

namespace {

Model model = Model::Sequential;
std::unordered_map<const void*, Store> stores;
Clock barriers; /* the stores that the barriers so far have made visible */

} // namespace

void forget_stores() noexcept
{
    stores.clear();
    barriers = {};
}

Clock& current_sight() noexcept
{
    return mine->sight;
}

void set_model(Model given) noexcept
{
    model = given;
}

void note_store(const void* place) noexcept
{
    if (model == Model::Sequential)
        return;
    stores[place] = { mine->number, ++mine->stores };
    mine->sight.set(mine->number, mine->stores);
}

bool is_store_missed(const void* place) noexcept
{
    if (model == Model::Sequential || !is_exploring)
        return false;
    const auto found = stores.find(place);
    if (found == stores.end() || mine->sight.of(found->second.task) >= found->second.number)
        return false;
    const Store& store = found->second;
    const auto seen = mine->seen.find(place);
    if (seen != mine->seen.end() && seen->second.task == store.task
        && seen->second.number == store.number)
        return false;
    if (model == Model::Tso && fibers[store.task]->flushed >= store.number)
        return false;
    return choose_between_two();
}

/* Coherence: it is not missed later.  In TSO, neither are that task's earlier stores. */
void note_seen(const void* place) noexcept
{
    if (model == Model::Sequential)
        return;
    const auto found = stores.find(place);
    if (found == stores.end())
        return;
    const Store& store = found->second;
    if (model == Model::Tso)
        mine->sight.raise(store.task, store.number);
    mine->seen[place] = store;
}

void pass_barrier() noexcept
{
    mine->flushed = mine->stores;
    mine->sight.join(barriers);
    barriers.join(mine->sight);
}

} // namespace hosted::explorer
