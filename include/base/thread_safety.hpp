// SPDX-License-Identifier: GPL-2.0
/* Macros for clang's thread-safety attributes (scripts/check_thread_safety); empty under g++. */
#pragma once

#if defined(__clang__)
#define CAPABILITY(name) __attribute__((capability(name)))
#define SCOPED_CAPABILITY __attribute__((scoped_lockable))
#define ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define ACQUIRE_SHARED(...) __attribute__((acquire_shared_capability(__VA_ARGS__)))
#define RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define RETURNS_CAPABILITY(name) __attribute__((lock_returned(name)))
#define TRUSTED __attribute__((no_thread_safety_analysis)) /* the body, not the contract */
#else
#define CAPABILITY(name)
#define SCOPED_CAPABILITY
#define ACQUIRE(...)
#define ACQUIRE_SHARED(...)
#define RELEASE(...)
#define RETURNS_CAPABILITY(name)
#define TRUSTED
#endif
