// SPDX-License-Identifier: BSD-2-Clause
// What compiled C++ calls by itself: operators new and delete, and calls that must not happen.
// Names of the Itanium C++ ABI on the i386. Without exceptions, new that fails ends the program.

#include <stdlib.h>

#include "../libc_private.h"

void *operator_new(size_t size) __asm__("_Znwj");
void *operator_new_array(size_t size) __asm__("_Znaj");
void *operator_new_nothrow(size_t size, const void *tag) __asm__("_ZnwjRKSt9nothrow_t");
void *operator_new_array_nothrow(size_t size, const void *tag) __asm__("_ZnajRKSt9nothrow_t");
void *operator_new_aligned(size_t size, size_t alignment) __asm__("_ZnwjSt11align_val_t");
void operator_delete(void *p) __asm__("_ZdlPv");
void operator_delete_array(void *p) __asm__("_ZdaPv");
void operator_delete_sized(void *p, size_t size) __asm__("_ZdlPvj");
void operator_delete_array_sized(void *p, size_t size) __asm__("_ZdaPvj");
void operator_delete_aligned(void *p, size_t size, size_t alignment)
    __asm__("_ZdlPvjSt11align_val_t");
_Noreturn void __cxa_pure_virtual(void);

static void *
or_die(void *p)
{
	if (p == NULL)
		__libc_fatal("operator new: out of memory");
	return p;
}

void *
operator_new(size_t size)
{
	return or_die(malloc(size));
}

void *
operator_new_array(size_t size)
{
	return or_die(malloc(size));
}

void *
operator_new_nothrow(size_t size, const void *tag)
{
	(void)tag;
	return malloc(size);
}

void *
operator_new_array_nothrow(size_t size, const void *tag)
{
	(void)tag;
	return malloc(size);
}

void *
operator_new_aligned(size_t size, size_t alignment)
{
	return or_die(aligned_alloc(alignment, size));
}

void
operator_delete(void *p)
{
	free(p);
}

void
operator_delete_array(void *p)
{
	free(p);
}

void
operator_delete_sized(void *p, size_t size)
{
	(void)size;
	free(p);
}

void
operator_delete_array_sized(void *p, size_t size)
{
	(void)size;
	free(p);
}

void
operator_delete_aligned(void *p, size_t size, size_t alignment)
{
	(void)size;
	(void)alignment;
	free(p);
}

_Noreturn void
__cxa_pure_virtual(void)
{
	__libc_fatal("pure virtual function called");
}
