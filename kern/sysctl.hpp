// SPDX-License-Identifier: BSD-2-Clause
// Knobs and reports by name: sysctl nodes gathered at link time, settable from the command line.
// After FreeBSD sysctl(9); OIDs are numbered at boot, names are the interface.
#pragma once

#include <kern/errno.hpp>
#include <kern/uaccess.hpp>
#include <support/linker_set.hpp>

#include <cstddef>
#include <cstdint>

struct thread;
struct sysctl_req;

// ro: user mode reads. rw: root writes. tun: as ro, and set from the command line before
// SI_SUB_VM. rwtun: both.
enum class sysctl_access : uint8_t { ro, rw, tun, rwtun };

enum class sysctl_type : uint8_t { integer, u64, string, opaque };

// sysctl_oid: one leaf. `handler`, when given, answers a request itself (SYSCTL_OUT, SYSCTL_IN);
// otherwise data/size are copied. Integers are checked against [min, max].
struct sysctl_oid final {
	char const   *name;             // full dotted name
	char const   *description;
	sysctl_type   type;
	sysctl_access access;
	void         *data;
	size_t        size;             // of data; capacity of a string
	int           min;
	int           max;
	Errno       (*handler)(sysctl_oid const &oid, sysctl_req &req);
};

// One request in the hands of a handler.
struct sysctl_req final {
	thread *td;             // requester; null from inside the kernel
	uaddr   oldp;           // user buffer for the old value, or NULL
	size_t  oldlen;         // its size
	size_t  oldidx;         // bytes produced so far, whether or not they fitted
	uaddr   newp;           // new value, or NULL
	size_t  newlen;
	size_t  newidx;
};

// sysctl_out: append bytes to the answer; ENOMEM past the end of the buffer (counting goes on).
// sysctl_in: next `length` bytes of the new value; EINVAL when there are not so many.
// Both may fault and sleep: no spin lock held.
Errno sysctl_out(sysctl_req &req, void const *data, size_t length);
Errno sysctl_in(sysctl_req &req, void *data, size_t length);

// sysctl_request: read and write one leaf; EPERM when user mode asks for more than it may.
Errno sysctl_request(sysctl_oid const &oid, sysctl_req &req);

// sysctl_kernel: the same with kernel memory, for code and tests; any access is granted. old_value
// and new_value may be null; *old_length is the buffer's size, then the value's.
Errno sysctl_kernel(sysctl_oid const &oid, void *old_value, size_t *old_length,
    void const *new_value, size_t new_length);

#define SYSCTL_OID_(ident, ...) \
	static constinit sysctl_oid const sysctl_##ident{__VA_ARGS__}; \
	SET_ENTRY(sysctl, sysctl_##ident)

// SYSCTL_INT(ident, "kern.hz", "description", variable, access, min, max): an int.
#define SYSCTL_INT(ident, name, description, variable, access, min, max) \
	SYSCTL_OID_(ident, name, description, sysctl_type::integer, access, &variable, \
	    sizeof(variable), min, max, nullptr)
// SYSCTL_STRING(ident, name, description, array, access): a char array, ended by 0.
#define SYSCTL_STRING(ident, name, description, array, access) \
	SYSCTL_OID_(ident, name, description, sysctl_type::string, access, array, \
	    sizeof(array), 0, 0, nullptr)
// SYSCTL_PROC(ident, name, description, type, access, handler): a function answers.
#define SYSCTL_PROC(ident, name, description, type, access, handler) \
	SYSCTL_OID_(ident, name, description, type, access, nullptr, 0, 0, 0, handler)

// sysctl_find: the leaf of that full name, or null. sysctl_set_tunable: from the command line;
// false when there is no such tunable or the value does not parse (reported by the caller).
sysctl_oid const *sysctl_find(char const *name);
bool sysctl_set_tunable(char const *name, char const *value);
