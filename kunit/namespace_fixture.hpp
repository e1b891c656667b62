// SPDX-License-Identifier: GPL-2.0
/*
 * NamespaceFixture: a namespace for one case.  TableFixture: one of its tables, for TestObjects,
 * and the usual operations on it; at its end no object may be left.
 */
#pragma once

#include "table_object.hpp"
#include "test.hpp"

#include <ns/ipc_namespace.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

class NamespaceFixture : public Fixture {
public:
    explicit NamespaceFixture(kapi_kunit* test) noexcept : Fixture(test)
    {
        if (Result<Box<IpcNamespace>> created = IpcNamespace::create(IpcNsHandle::initial());
            created.ok())
            ns_ = created.take();
    }
    [[nodiscard]] bool is_ready() const noexcept { return !ns_.is_empty(); }

protected:
    [[nodiscard]] IpcNamespace& ns() noexcept { return *ns_; }

private:
    Box<IpcNamespace> ns_;
};

class TableFixture : public NamespaceFixture {
public:
    using NamespaceFixture::NamespaceFixture;
    ~TableFixture()
    {
        if (!is_ready())
            return;
        clear();
        EXPECT_EQ(table().usage().in_use, 0);
        EXPECT_EQ(table().usage().highest, -1);
        wait_for_rcu_memory();
        EXPECT_EQ(census.born.count(), census.dead.count());
    }

protected:
    static constexpr i32 kNoLimit = kStandardIds.slots();

    [[nodiscard]] IdTable& table() noexcept { return ns().table(Kind::Semaphores); }

    [[nodiscard]] Result<IpcId> add(Key key, i32 limit = kNoLimit) noexcept
    {
        Ref<TestObject> object = TRY(TestObject::create(key, census));
        return table().publish(object, limit);
    }
    /* Errors: EINVAL when @id names nothing. */
    [[nodiscard]] Result<Ref<TestObject>> withdraw(IpcId id) noexcept
    {
        const RcuGuard guard;
        TestObject* object = table().find<TestObject>(id);
        if (!object)
            return Errno::EINVAL;
        auto state = object->lock();
        if (object->is_removed())
            return Errno::EINVAL;
        return table().withdraw(*object, state);
    }
    bool remove(IpcId id) noexcept { return withdraw(id).ok(); }
    void clear() noexcept
    {
        for (i32 index = 0;; ++index) {
            IpcId id;
            {
                const RcuGuard guard;
                const TestObject* object = table().find_from<TestObject>(index);
                if (!object)
                    return;
                id = object->id();
            }
            EXPECT(remove(id));
        }
    }

    /* A snapshot: the object itself may be freed after an RCU grace period. */
    [[nodiscard]] bool is_found(IpcId id) noexcept
    {
        const RcuGuard guard;
        return table().find<TestObject>(id) != nullptr;
    }
    /* The same, whatever the sequence number. */
    [[nodiscard]] bool is_index_found(IpcId id) noexcept
    {
        const RcuGuard guard;
        return table().find_at_index_of<TestObject>(id) != nullptr;
    }
    /* An id that nothing has: none. */
    [[nodiscard]] IpcId found_by_key(Key key) noexcept
    {
        const RcuGuard guard;
        const TestObject* object = table().find<TestObject>(key);
        return object && object->key() == key && object->is_alive() ? object->id() : IpcId {};
    }
    [[nodiscard]] IpcId found_at(i32 index) noexcept
    {
        const RcuGuard guard;
        const TestObject* object = table().find_at_index_of<TestObject>(IpcId { index });
        return object ? object->id() : IpcId {};
    }
    [[nodiscard]] IpcId found_from(i32 index) noexcept
    {
        const RcuGuard guard;
        const TestObject* object = table().find_from<TestObject>(index);
        return object && kStandardIds.index_of(object->id()) == index ? object->id() : IpcId {};
    }

    Census census;
};

} // namespace sysvipc
