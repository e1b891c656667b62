// SPDX-License-Identifier: GPL-2.0
/*
 * AuditLog: the audit records about System V IPC that the kernel writes while the object lives.
 *
 * A record is represented by its text without time and number, after the name of its type:
 *     "IPC ouid=0 ogid=0 mode=0600 obj=_"
 */
#pragma once

#include "lib/actor.hpp"

#include <string>
#include <vector>

class AuditLog {
public:
    // Turns audit on, for all calls of System V IPC; skips the test where there is none.
    AuditLog();
    ~AuditLog();
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    // The records of a process that does `body`: audit looks at none that was there before it.
    std::vector<std::string> records_of(const Actor::Body& body);

private:
    int send(int type, const void* data, std::size_t size) const;

    int control_; // a netlink socket each: for requests, and for records
    int records_;
    int marks_ = 0;
};
