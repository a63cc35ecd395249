// SPDX-License-Identifier: BSD-2-Clause
// sysctl [-dNn] NAME[=VALUE]...: show and set the system's variables. sysctl -a: show all.
//   -d  descriptions    -N  names only    -n  values only
// After FreeBSD's sysctl(8).

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <unistd.h>

struct variable {
	int		mib[CTL_MAXNAME];
	unsigned int	len;
	char		name[CTL_MAXSTR];
	unsigned int	kind;		// CTLTYPE and CTLFLAG bits
};

static int descriptions, names_only, values_only;

// meta: ask {0, question} about v.
static int
meta(int question, const struct variable *v, void *answer, size_t *size)
{
	int mib[CTL_MAXNAME + 2] = { CTL_SYSCTL, question };

	memcpy(mib + 2, v->mib, v->len * sizeof(int));
	return sysctl(mib, v->len + 2, answer, size, NULL, 0);
}

// load_kind: false if there is no such variable any more.
static int
load_kind(struct variable *v)
{
	struct {
		unsigned int	kind;
		char		format[64];
	} answer;
	size_t size = sizeof(answer);

	if (meta(CTL_SYSCTL_OIDFMT, v, &answer, &size) != 0)
		return 0;
	v->kind = answer.kind;
	return 1;
}

// print_structure: the ones that have a form of their own; the others by their size.
static void
print_structure(const struct variable *v, const void *value, size_t size)
{
	const struct clockinfo *clock = value;
	const struct timeval *tv = value;

	if (strcmp(v->name, "kern.clockrate") == 0 && size == sizeof(*clock))
		printf("{ hz = %d, tick = %d, profhz = %d, stathz = %d }", clock->hz, clock->tick,
		    clock->profhz, clock->stathz);
	else if (strcmp(v->name, "kern.boottime") == 0 && size == sizeof(*tv))
		printf("{ sec = %d, usec = %ld }", tv->tv_sec, tv->tv_usec);
	else
		printf("(%zu bytes)", size);
}

static void
print_number(const struct variable *v, const void *value, size_t size)
{
	switch (v->kind & CTLTYPE) {
	case CTLTYPE_INT:
	case CTLTYPE_LONG:
		for (size_t i = 0; i < size / sizeof(int); i++)
			printf("%s%d", i > 0 ? " " : "", ((const int *)value)[i]);
		break;
	case CTLTYPE_UINT:
	case CTLTYPE_ULONG:
		for (size_t i = 0; i < size / sizeof(int); i++)
			printf("%s%u", i > 0 ? " " : "", ((const unsigned int *)value)[i]);
		break;
	case CTLTYPE_QUAD:
		for (size_t i = 0; i < size / sizeof(int64_t); i++)
			printf("%s%lld", i > 0 ? " " : "", ((const long long *)value)[i]);
		break;
	default:
		print_structure(v, value, size);
		break;
	}
	putchar('\n');
}

// A table of lines begins on a line of its own.
static void
print_string(const char *value, size_t size)
{
	size_t len = strnlen(value, size);

	if (!values_only && memchr(value, '\n', len) != NULL && value[0] != '\n')
		putchar('\n');
	printf("%.*s", (int)len, value);
	if (len == 0 || value[len - 1] != '\n')
		putchar('\n');
}

// load_value: the value in memory of its own, one zero byte longer; it may grow between the calls.
static void *
load_value(const struct variable *v, size_t *size)
{
	for (;;) {
		char *value;

		*size = 0;
		if (sysctl(v->mib, v->len, NULL, size, NULL, 0) != 0)
			return NULL;
		value = calloc(1, *size + 1);
		if (value == NULL)
			return NULL;
		if (sysctl(v->mib, v->len, value, size, NULL, 0) == 0)
			return value;
		free(value);
		if (errno != ENOMEM)
			return NULL;
	}
}

// show: false, with a message, if the variable cannot be read.
static int
show(const struct variable *v)
{
	size_t size;
	void *value;

	if (descriptions) {
		char text[256] = "";

		size = sizeof(text) - 1;
		meta(CTL_SYSCTL_OIDDESCR, v, text, &size);
		printf("%s: %s\n", v->name, text);
		return 1;
	}
	if (names_only) {
		puts(v->name);
		return 1;
	}
	value = load_value(v, &size);
	if (value == NULL) {
		warn("%s", v->name);
		return 0;
	}
	if (!values_only)
		printf("%s: ", v->name);
	if ((v->kind & CTLTYPE) == CTLTYPE_STRING)
		print_string(value, size);
	else
		print_number(v, value, size);
	free(value);
	return 1;
}

// next: the variable behind v in tree order; false at the end.
static int
next(struct variable *v)
{
	struct variable after;
	size_t size = sizeof(after.mib);

	if (meta(CTL_SYSCTL_NEXT, v, after.mib, &size) != 0)
		return 0;
	after.len = (unsigned int)(size / sizeof(int));
	size = sizeof(after.name);
	if (meta(CTL_SYSCTL_NAME, &after, after.name, &size) != 0 || !load_kind(&after))
		return 0;
	*v = after;
	return 1;
}

// show_below: every variable under root, which may be the whole tree (len 0).
static int
show_below(const struct variable *root)
{
	struct variable v = *root;
	int ok = 1;

	if (v.len == 0) {
		v.mib[0] = CTL_KERN;	// the meta variables under 0 stay hidden
		v.len = 1;
	}
	while (next(&v) && v.len >= root->len &&
	    memcmp(v.mib, root->mib, root->len * sizeof(int)) == 0)
		ok &= show(&v);
	return ok;
}

// set: value from text, in the variable's type.
static int
set(const struct variable *v, const char *text)
{
	union {
		int		i;
		long long	q;
	} value;
	const void *new = &value;
	size_t size = sizeof(value.i);
	char *end;

	errno = 0;
	switch (v->kind & CTLTYPE) {
	case CTLTYPE_INT:
	case CTLTYPE_LONG:
		value.i = (int)strtol(text, &end, 0);
		break;
	case CTLTYPE_UINT:
	case CTLTYPE_ULONG:
		value.i = (int)strtoul(text, &end, 0);
		break;
	case CTLTYPE_QUAD:
		value.q = strtoll(text, &end, 0);
		size = sizeof(value.q);
		break;
	case CTLTYPE_STRING:
		new = text;
		size = strlen(text) + 1;
		end = (char *)text + strlen(text);
		break;
	default:
		warnx("%s: not of a type that can be set here", v->name);
		return 0;
	}
	if (*end != '\0' || *text == '\0' || errno != 0) {
		warnx("%s: %s: not a value of its type", v->name, text);
		return 0;
	}
	if (sysctl(v->mib, v->len, NULL, NULL, new, size) == 0)
		return 1;
	warn("%s", v->name);
	return 0;
}

// argument: NAME or NAME=VALUE.
static int
argument(const char *text)
{
	struct variable v;
	size_t count = CTL_MAXNAME, len = strcspn(text, "=");

	if (len >= sizeof(v.name)) {
		warnx("%s: name too long", text);
		return 0;
	}
	memcpy(v.name, text, len);
	v.name[len] = '\0';
	if (sysctlnametomib(v.name, v.mib, &count) != 0) {
		warn("%s", v.name);
		return 0;
	}
	v.len = (unsigned int)count;
	if (!load_kind(&v)) {
		warn("%s", v.name);
		return 0;
	}
	if ((v.kind & CTLTYPE) == CTLTYPE_NODE)
		return show_below(&v);
	if (text[len] == '=' && !set(&v, text + len + 1))
		return 0;
	return show(&v);
}

int
main(int argc, char **argv)
{
	static const struct variable root;
	int option, every = 0, ok = 1;

	while ((option = getopt(argc, argv, "adNn")) != -1) {
		switch (option) {
		case 'a':
			every = 1;
			break;
		case 'd':
			descriptions = 1;
			break;
		case 'N':
			names_only = 1;
			break;
		case 'n':
			values_only = 1;
			break;
		default:
			return 2;
		}
	}
	if (every ? optind < argc : optind == argc)
		errx(2, "usage: sysctl [-dNn] NAME[=VALUE]... | sysctl [-dNn] -a");
	if (every)
		ok = show_below(&root);
	for (int i = optind; i < argc; i++)
		ok &= argument(argv[i]);
	return !ok;
}
