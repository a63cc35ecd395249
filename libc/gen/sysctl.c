// SPDX-License-Identifier: BSD-2-Clause
// System variables by number and by name.
// FreeBSD's sysctl(3): names are translated by the meta variable {0, 3}.

#include <string.h>
#include <sys/sysctl.h>

#include "../libc_private.h"

int
sysctl(const int *name, unsigned int namelen, void *oldp, size_t *oldlenp, const void *newp,
    size_t newlen)
{
	return __sys___sysctl(name, namelen, oldp, oldlenp, newp, newlen);
}

int
sysctlnametomib(const char *name, int *mibp, size_t *sizep)
{
	static const int name2oid[2] = { CTL_SYSCTL, CTL_SYSCTL_NAME2OID };
	size_t size = *sizep * sizeof(*mibp);

	if (sysctl(name2oid, 2, mibp, &size, name, strlen(name)) != 0)
		return -1;
	*sizep = size / sizeof(*mibp);
	return 0;
}

int
sysctlbyname(const char *name, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	int mib[CTL_MAXNAME];
	size_t count = CTL_MAXNAME;

	if (sysctlnametomib(name, mib, &count) != 0)
		return -1;
	return sysctl(mib, (unsigned int)count, oldp, oldlenp, newp, newlen);
}
