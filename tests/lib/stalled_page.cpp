// SPDX-License-Identifier: GPL-2.0
/* Pages that do not arrive, by userfaultfd or from a file (contracts: stalled_page.hpp). */
#include "lib/stalled_page.hpp"
#include "lib/harness.hpp"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

// --- any

StalledPage::StalledPage(void* mapped) : address_ { static_cast<std::byte*>(mapped) }
{
    REQUIRE(mapped != MAP_FAILED);
}

StalledPage::~StalledPage()
{
    munmap(address_, kSize);
}

void StalledPage::wait_until_waited_for() const
{
    wait_until([this] { return is_waited_for(); });
}

// --- userfaultfd

UserfaultPage::UserfaultPage()
    : StalledPage { mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                         0) },
      contents_ { std::make_unique<std::byte[]>(kSize) },
      fd_ { static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)) }
{
    if (fd_ < 0 && errno == ENOSYS)
        harness::skip("the kernel has no userfaultfd");
    REQUIRE(fd_ >= 0);
    uffdio_api api { .api = UFFD_API, .features = 0, .ioctls = 0 };
    REQUIRE_EQ(ioctl(fd_, UFFDIO_API, &api), 0);
    uffdio_register wanted {};
    wanted.range = { reinterpret_cast<std::uintptr_t>(address()), kSize };
    wanted.mode = UFFDIO_REGISTER_MODE_MISSING;
    REQUIRE_EQ(ioctl(fd_, UFFDIO_REGISTER, &wanted), 0);
}

UserfaultPage::~UserfaultPage()
{
    close(fd_); // waiting tasks continue, with a page of zeros
}

bool UserfaultPage::is_waited_for() const
{
    // An unread fault stays readable until it is answered.
    pollfd event { .fd = fd_, .events = POLLIN, .revents = 0 };
    REQUIRE(poll(&event, 1, 0) >= 0);
    return event.revents == POLLIN;
}

void UserfaultPage::release()
{
    if (std::exchange(is_released_, true))
        return;
    uffdio_copy arrival {};
    arrival.dst = reinterpret_cast<std::uintptr_t>(address());
    arrival.src = reinterpret_cast<std::uintptr_t>(contents_.get());
    arrival.len = kSize;
    REQUIRE_EQ(ioctl(fd_, UFFDIO_COPY, &arrival), 0);
}

// --- FUSE

FusePage::FusePage(const Identity& owner, StalledFile::Fault fault)
    : FusePage { std::make_unique<StalledFile>(owner, 1, fault) }
{
}

FusePage::FusePage(std::unique_ptr<StalledFile> own) : FusePage { *own }
{
    own_ = std::move(own);
}

FusePage::FusePage(StalledFile& file, int page)
    : StalledPage { mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.fd(),
                         static_cast<off_t>(page) * static_cast<off_t>(kSize)) },
      file_ { &file },
      page_ { page }
{
}
