// SPDX-License-Identifier: GPL-2.0
/*
 * StalledPage: a page of memory whose contents do not arrive before release(); any task that
 * touches it, for instance in a system call of the module, waits.
 *
 * UserfaultPage needs root.  StalledFile needs no privilege: a FUSE file system in its own user and
 * mount namespaces; FusePage maps a page of its file.  Only processes of that user (and group) wait
 * for it: the kernel passes the user id to the server; users that have no id there get SIGBUS or
 * EFAULT.  A task waiting for either page can be killed.
 */
#pragma once

#include "lib/actor.hpp"
#include "lib/identity.hpp"

#include <cstddef>
#include <memory>

class StalledPage {
public:
    static constexpr std::size_t kSize = 4096;

    StalledPage(const StalledPage&) = delete;
    StalledPage& operator=(const StalledPage&) = delete;
    virtual ~StalledPage();

    std::byte* address() const { return address_; }
    template <class T>
    T* as(std::size_t offset = 0) const
    {
        return reinterpret_cast<T*>(address_ + offset);
    }
    // The bytes that will arrive: zeros, unless the test writes others here before release().
    virtual std::byte* contents() const = 0;

    // A fault has arrived, and waits for release().
    virtual bool is_waited_for() const = 0;
    void wait_until_waited_for() const;
    // Delivers the contents, for good.
    virtual void release() = 0;

protected:
    explicit StalledPage(void* mapped);

private:
    std::byte* address_;
};

// By userfaultfd(2), in the memory of the process that made it only: not in that of its children.
class UserfaultPage final : public StalledPage {
public:
    UserfaultPage();
    ~UserfaultPage() override;

    std::byte* contents() const override { return contents_.get(); }
    bool is_waited_for() const override;
    void release() override;

private:
    std::unique_ptr<std::byte[]> contents_;
    int fd_;
    bool is_released_ { false };
};

/*
 * An open file of pages that do not arrive, and the process of `owner` that serves it.  It is made by
 * root; children that become `owner` inherit it.  Skips the test where the kernel has
 * no FUSE, or no user namespaces.
 */
class StalledFile {
public:
    // Which locks of the memory it is mapped into a fault holds while it waits: none, or the mmap
    // lock, because the first answer to each page is an error (a fault releases the lock only once).
    enum class Fault { HoldsNothing, HoldsMmapLock };
    static constexpr int kMostPages = 512;

    explicit StalledFile(const Identity& owner = kAlice, int pages = 1,
                         Fault fault = Fault::HoldsNothing);
    ~StalledFile();
    StalledFile(const StalledFile&) = delete;
    StalledFile& operator=(const StalledFile&) = delete;

    int fd() const { return fd_; }
    std::byte* contents(int page) const;
    bool is_waited_for(int page) const;
    int waited_for() const; // how many pages are
    void release(int page);
    void release_all();

private:
    struct State;
    class Server;

    State* state_; // shared with the server
    int pages_;
    int wake_; // an eventfd: something was released
    int fd_ { -1 };
    std::unique_ptr<Actor> server_;
};

// A page of such a file, mapped (private, readable, writable) where it is made: one that is made before
// a fork() is the same page in the child.
class FusePage final : public StalledPage {
public:
    // With a file of its own.
    explicit FusePage(const Identity& owner = kAlice,
                      StalledFile::Fault fault = StalledFile::Fault::HoldsNothing);
    explicit FusePage(StalledFile& file, int page = 0);
    ~FusePage() override = default;

    std::byte* contents() const override { return file_->contents(page_); }
    bool is_waited_for() const override { return file_->is_waited_for(page_); }
    void release() override { file_->release(page_); }

private:
    explicit FusePage(std::unique_ptr<StalledFile> own);

    std::unique_ptr<StalledFile> own_;
    StalledFile* file_;
    int page_;
};
