// SPDX-License-Identifier: BSD-2-Clause
// Sysctl requests: reading and writing a leaf, from user mode and from inside the kernel.
// After FreeBSD's kern_sysctl.c.
#include <kern/sysctl_tree.hpp>

#include <kern/kassert.hpp>
#include <kern/malloc.hpp>
#include <kern/syscall.hpp>
#include <kern/sysctl_meta.hpp>
#include <kern/ucred.hpp>
#include <sys/sysctl.h>

#include <string.h>

namespace {

bool writable(sysctl_oid const &oid)
{
	return oid.access == sysctl_access::rw || oid.access == sysctl_access::rwtun;
}

// kernel_bytes: what a request from inside the kernel carries where user addresses stand otherwise.
char *kernel_bytes(uaddr at, size_t offset)
{
	return reinterpret_cast<char *>(to_word(at)) + offset;
}

Errno request_integer(sysctl_oid const &oid, sysctl_req &req)
{
	auto *const variable = static_cast<int *>(oid.data);
	int value = *variable;

	KASSERT(oid.size == sizeof(int), "sysctl %s: %zu bytes for an integer", oid.name, oid.size);
	TRY(sysctl_out(req, &value, sizeof(value)));
	if (req.newp == uaddr{})
		return OK;
	if (req.newlen != sizeof(value))
		return EINVAL;
	TRY(sysctl_in(req, &value, sizeof(value)));
	if (value < oid.min || value > oid.max)
		return EINVAL;
	*variable = value;
	return OK;
}

// request_string: a new value goes through a buffer, so that a fault leaves the old one whole.
Errno request_string(sysctl_oid const &oid, sysctl_req &req)
{
	auto *const variable = static_cast<char *>(oid.data);

	TRY(sysctl_out(req, variable, strnlen(variable, oid.size - 1) + 1));
	if (req.newp == uaddr{})
		return OK;
	if (req.newlen >= oid.size)
		return EINVAL;
	auto *const text = static_cast<char *>(kmalloc(oid.size, M_WAITOK | M_ZERO));
	Errno const error = sysctl_in(req, text, req.newlen);
	if (error == OK)
		memcpy(variable, text, oid.size);
	kfree(text);
	return error;
}

Errno request_bytes(sysctl_oid const &oid, sysctl_req &req)
{
	TRY(sysctl_out(req, oid.data, oid.size));
	if (req.newp == uaddr{})
		return OK;
	if (req.newlen != oid.size)
		return EINVAL;
	return sysctl_in(req, oid.data, oid.size);
}

// dispatch: the numbers of __sysctl's name to who answers.
Errno dispatch(std::span<int const> numbers, sysctl_req &req)
{
	if (numbers[0] == CTL_SYSCTL)
		return sysctl_meta(numbers.subspan(1), req);
	sysctl_place const place = sysctl_by_numbers(numbers);
	if (place.leaf)
		return sysctl_request(*place.entry->oid, req);
	if (place.entry != nullptr)
		return EISDIR;
	// Too many components, if a shorter list names a leaf.
	for (size_t n = numbers.size(); n > 1; n--)
		if (sysctl_by_numbers(numbers.first(n - 1)).leaf)
			return ENOTDIR;
	return ENOENT;
}

}

Errno sysctl_out(sysctl_req &req, void const *data, size_t length)
{
	size_t const start = req.oldidx;

	req.oldidx += length;
	if (req.oldp == uaddr{})
		return OK;
	size_t const room = start < req.oldlen ? req.oldlen - start : 0;
	size_t const fits = length < room ? length : room;
	if (req.td == nullptr)
		memcpy(kernel_bytes(req.oldp, start), data, fits);
	else if (fits > 0)
		TRY(copyout(data, user_at(req.oldp, start), fits));
	return fits == length ? OK : ENOMEM;
}

Errno sysctl_in(sysctl_req &req, void *data, size_t length)
{
	if (req.newp == uaddr{} || req.newlen - req.newidx < length)
		return EINVAL;
	if (req.td == nullptr)
		memcpy(data, kernel_bytes(req.newp, req.newidx), length);
	else
		TRY(copyin(user_at(req.newp, req.newidx), data, length));
	req.newidx += length;
	return OK;
}

Errno sysctl_request(sysctl_oid const &oid, sysctl_req &req)
{
	if (req.newp != uaddr{} && req.td != nullptr
	    && (!writable(oid) || req.td->td_ucred->cr_uid != 0))
		return EPERM;
	if (oid.handler != nullptr)
		return oid.handler(oid, req);
	switch (oid.type) {
	case sysctl_type::integer:
		return request_integer(oid, req);
	case sysctl_type::string:
		return request_string(oid, req);
	case sysctl_type::u64:
	case sysctl_type::opaque:
		break;
	}
	return request_bytes(oid, req);
}

Errno sysctl_kernel(sysctl_oid const &oid, void *old_value, size_t *old_length,
    void const *new_value, size_t new_length)
{
	sysctl_req req{};

	req.oldp = uaddr{reinterpret_cast<uintptr_t>(old_value)};
	req.oldlen = old_length != nullptr ? *old_length : 0;
	req.newp = uaddr{reinterpret_cast<uintptr_t>(new_value)};
	req.newlen = new_length;
	Errno const error = sysctl_request(oid, req);
	if (old_length != nullptr)
		*old_length = req.oldidx;
	return error;
}

// __sysctl: read and write the variable of a numeric name.
//   name, namelen  2 to CTL_MAXNAME numbers
//   old, oldlenp   buffer and its size, or NULL; *oldlenp becomes the size used, without a buffer
//                  the size needed
//   new, newlen    new value, or NULL
//   errors         EINVAL bad count, size or value; ENOENT, EISDIR, ENOTDIR no such leaf; EPERM not
//                  writable or not the superuser; ENOMEM buffer too short, filled as far as it
//                  goes; EFAULT
//   locks          Giant, which keeps writers of strings apart; may sleep
//   source         FreeBSD's sysctl(3)
Errno sys___sysctl(thread *td, __sysctl_args const &uap)
{
	int numbers[CTL_MAXNAME];
	sysctl_req req{};

	if (uap.namelen < 2 || uap.namelen > CTL_MAXNAME)
		return EINVAL;
	TRY(copyin(uap.name, numbers, uap.namelen * sizeof(int)));
	req.td = td;
	if (uap.oldlenp != uaddr{}) {
		req.oldlen = TRY(fetch_word(uap.oldlenp));
		req.oldp = uap.oldp;
	}
	if (uap.newp != uaddr{}) {
		req.newp = uap.newp;
		req.newlen = uap.newlen;
	}
	Errno const error = dispatch({numbers, uap.namelen}, req);
	if ((error != OK && error != ENOMEM) || uap.oldlenp == uaddr{})
		return error;
	bool const cut = req.oldp != uaddr{} && req.oldidx > req.oldlen;
	TRY(store_word(uap.oldlenp, static_cast<uint32_t>(cut ? req.oldlen : req.oldidx)));
	return error;
}
