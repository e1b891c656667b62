// SPDX-License-Identifier: GPL-2.0
/*
 * AuditLog: reads the kernel's audit records by its netlink protocol.
 */
#include "security/audit_log.hpp"
#include "lib/harness.hpp"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr int kMark = AUDIT_LAST_USER_MSG; // of a type with no other writer

constexpr int kCalls[] = { SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_semget, SYS_semop,
                           SYS_semctl, SYS_shmget, SYS_shmat,  SYS_shmdt,  SYS_shmctl };

// "Always write a record when one of these calls ends."
audit_rule_data rule()
{
    audit_rule_data rule {};
    rule.flags = AUDIT_FILTER_EXIT;
    rule.action = AUDIT_ALWAYS;
    for (const int call : kCalls)
        rule.mask[AUDIT_WORD(call)] |= AUDIT_BIT(call);
    return rule;
}

audit_status switched(unsigned on)
{
    audit_status status {};
    status.mask = AUDIT_STATUS_ENABLED;
    status.enabled = on;
    return status;
}

int open_netlink(unsigned groups)
{
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
    if (fd < 0)
        harness::skip("this kernel has no audit");
    sockaddr_nl address {};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    REQUIRE_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
}

struct Message {
    nlmsghdr header;
    char payload[8192];
};

// One message; a lost one is an error here.
Message receive_from(int fd)
{
    Message message {};
    REQUIRE(recv(fd, &message, sizeof(message), 0) >= ssize_t { sizeof(nlmsghdr) });
    return message;
}

// "audit(1700000000.123:45): text"
std::string text_of(const Message& message)
{
    const std::string text { message.payload };
    const auto end = text.find("): ");
    return end == std::string::npos ? text : text.substr(end + 3);
}

} // namespace

AuditLog::AuditLog()
    : control_ { open_netlink(0) },
      records_ { open_netlink(1 << (AUDIT_NLGRP_READLOG - 1)) }
{
    const auto on = switched(1);
    REQUIRE_EQ(send(AUDIT_SET, &on, sizeof(on)), 0);
    const auto added = rule();
    REQUIRE_EQ(send(AUDIT_ADD_RULE, &added, sizeof(added)), 0);
}

AuditLog::~AuditLog()
{
    const auto removed = rule();
    EXPECT_EQ(send(AUDIT_DEL_RULE, &removed, sizeof(removed)), 0);
    const auto off = switched(0);
    EXPECT_EQ(send(AUDIT_SET, &off, sizeof(off)), 0);
    close(records_);
    close(control_);
}

// The kernel's answer: 0, or a negative errno.
int AuditLog::send(int type, const void* data, std::size_t size) const
{
    Message request {};
    request.header.nlmsg_len = static_cast<unsigned>(NLMSG_LENGTH(size));
    request.header.nlmsg_type = static_cast<unsigned short>(type);
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    std::memcpy(request.payload, data, size);
    REQUIRE_EQ(::send(control_, &request, request.header.nlmsg_len, 0), request.header.nlmsg_len);
    for (;;) {
        const Message answer = receive_from(control_);
        if (answer.header.nlmsg_type == NLMSG_ERROR)
            return reinterpret_cast<const nlmsgerr*>(answer.payload)->error;
    }
}

std::vector<std::string> AuditLog::records_of(const Actor::Body& body)
{
    // Records come in the order in which they were written: those between two of our own count.
    const auto mark = [this] {
        const std::string text = "mark " + std::to_string(++marks_) + '.';
        EXPECT_EQ(send(kMark, text.c_str(), text.size() + 1), 0);
        return text;
    };
    const std::string first = mark();
    (void)Actor { body }.join();
    const std::string last = mark();

    std::vector<std::string> records;
    for (bool is_between = false;;) {
        const Message message = receive_from(records_);
        const std::string text = text_of(message);
        if (message.header.nlmsg_type == kMark) {
            is_between = is_between || text.find(first) != std::string::npos;
            if (text.find(last) != std::string::npos)
                return records;
        } else if (is_between && message.header.nlmsg_type == AUDIT_IPC) {
            records.push_back("IPC " + text);
        } else if (is_between && message.header.nlmsg_type == AUDIT_IPC_SET_PERM) {
            records.push_back("IPC_SET_PERM " + text);
        }
    }
}
