// SPDX-License-Identifier: GPL-2.0
/*
 * HookTrace: which security module and audit functions the kernel calls for System V IPC, in which
 * order and with which arguments, whether from built-in code or from the module.
 *
 * A call is represented by the function's name without "security_", and its arguments:
 *     "ipc_permission flag=0600"
 * Those at the destruction of an object occur later: see wait_for_end_of().
 */
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

class HookTrace {
public:
    // The struct kern_ipc_perm that a hook is given.
    struct Object {
        std::int32_t id;
        std::int32_t key;
        std::uint32_t uid;
        std::uint32_t gid;
        std::uint32_t cuid;
        std::uint32_t cgid;
        std::uint32_t mode;
        std::uint32_t sequence;

        friend bool operator==(const Object&, const Object&) = default;
    };

    // Skips the test where the kernel has no security modules, or does not let its functions be traced.
    HookTrace();
    ~HookTrace();
    // Stops tracing: functions that were traced once are slower until then.
    static void forget();
    HookTrace(const HookTrace&) = delete;
    HookTrace& operator=(const HookTrace&) = delete;

    // The calls of security modules while `body` ran.
    std::vector<std::string> calls_of(const std::function<void()>& body);
    // Including those of audit, which occur where something is audited.
    std::vector<std::string> all_calls_of(const std::function<void()>& body);

    // Of the last calls: the object with this key that a hook was given; REQUIREs there is one.
    Object object_given_to(const std::string& hook, std::int32_t key) const;
    // The same, by its id.
    Object object_with_id(const std::string& hook, std::int32_t id) const;

    // Returns when `hook` has been called for the object with this key, since the last calls began.
    void wait_for_end_of(std::int32_t key, const std::string& hook) const;
    // How often that was.
    int count_of(std::int32_t key, const std::string& hook) const;

private:
    struct Call;
    static std::vector<Call> read();
};
