// SPDX-License-Identifier: BSD-2-Clause
// The environment: an array of "NAME=value" strings.
// POSIX. Not for several threads at once, as everywhere.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **owned;	// environ once it is ours, from malloc

// find: index of NAME=..., or of the NULL at the end.
static size_t
find(const char *name, size_t len)
{
	size_t i = 0;

	if (environ == NULL)
		return 0;
	while (environ[i] != NULL &&
	    (strncmp(environ[i], name, len) != 0 || environ[i][len] != '='))
		i++;
	return i;
}

char *
getenv(const char *name)
{
	size_t len = strlen(name), i = find(name, len);

	return environ != NULL && environ[i] != NULL ? environ[i] + len + 1 : NULL;
}

// put: string takes the place of its name's entry, or a new one.
static int
put(char *string, size_t namelen)
{
	size_t i = find(string, namelen);
	char **table;

	if (environ == NULL || environ[i] == NULL) {
		table = realloc(owned, (i + 2) * sizeof(*table));
		if (table == NULL)
			return -1;
		if (environ != owned && i > 0)
			memcpy(table, environ, i * sizeof(*table));
		table[i + 1] = NULL;
		environ = owned = table;
	}
	environ[i] = string;
	return 0;
}

int
putenv(char *string)
{
	const char *equals = strchr(string, '=');

	if (equals == NULL || equals == string) {
		errno = EINVAL;
		return -1;
	}
	return put(string, (size_t)(equals - string));
}

// The old string is not freed: somebody may hold what getenv returned.
int
setenv(const char *name, const char *value, int overwrite)
{
	size_t len = strlen(name);
	char *string;

	if (len == 0 || strchr(name, '=') != NULL) {
		errno = EINVAL;
		return -1;
	}
	if (!overwrite && getenv(name) != NULL)
		return 0;
	string = malloc(len + strlen(value) + 2);
	if (string == NULL)
		return -1;
	memcpy(string, name, len);
	string[len] = '=';
	strcpy(string + len + 1, value);
	if (put(string, len) == 0)
		return 0;
	free(string);
	return -1;
}

int
unsetenv(const char *name)
{
	size_t len = strlen(name), i;

	if (len == 0 || strchr(name, '=') != NULL) {
		errno = EINVAL;
		return -1;
	}
	if (environ == NULL)
		return 0;
	while (environ[i = find(name, len)] != NULL) {
		do
			environ[i] = environ[i + 1];
		while (environ[i++] != NULL);
	}
	return 0;
}
