// SPDX-License-Identifier: BSD-2-Clause
// Variables of the shell, and which of them programs see.
// POSIX shell 2.5.

#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct variable {
	struct variable	*next;
	char		*text;		// "NAME=value", from malloc
	size_t		namelen;
	int		exported;
};

int last_status;
pid_t last_background;
int parameter_count;
char **parameters;

static struct variable *variables;	// in the order of their first appearance

static struct variable **
find(const char *name, size_t len)
{
	struct variable **link = &variables;

	while (*link != NULL && ((*link)->namelen != len ||
	    strncmp((*link)->text, name, len) != 0))
		link = &(*link)->next;
	return link;
}

const char *
variable_get(const char *name, size_t len)
{
	const struct variable *v = *find(name, len);

	return v != NULL ? v->text + len + 1 : NULL;
}

void
variable_set(const char *name, size_t len, const char *value)
{
	struct variable **link = find(name, len);
	char *text;

	if (asprintf(&text, "%.*s=%s", (int)len, name, value) < 0) {
		complain("out of memory");
		return;
	}
	if (*link == NULL)
		*link = calloc(1, sizeof(**link));
	if (*link == NULL) {
		free(text);
		complain("out of memory");
		return;
	}
	free((*link)->text);
	(*link)->text = text;
	(*link)->namelen = len;
}

int
variable_export(const char *name)
{
	size_t len = strcspn(name, "=");
	const char *end = skip_name(name);

	if (end == name || end != name + len)
		return 0;
	if (name[len] == '=')
		variable_set(name, len, name + len + 1);
	else if (*find(name, len) == NULL)
		variable_set(name, len, "");
	if (*find(name, len) != NULL)
		(*find(name, len))->exported = 1;
	return 1;
}

void
variable_unset(const char *name)
{
	struct variable **link = find(name, strlen(name)), *v = *link;

	if (v == NULL)
		return;
	*link = v->next;
	free(v->text);
	free(v);
}

void
variables_print(int exported_only)
{
	for (const struct variable *v = variables; v != NULL; v = v->next) {
		if (v->exported || !exported_only)
			printf("%s%s\n", exported_only ? "export " : "", v->text);
	}
	fflush(stdout);
}

char **
variables_environment(void)
{
	size_t n = 0;
	char **envp;

	for (const struct variable *v = variables; v != NULL; v = v->next)
		n += (size_t)v->exported;
	envp = line_alloc((n + 1) * sizeof(*envp));
	n = 0;
	for (const struct variable *v = variables; v != NULL; v = v->next) {
		if (v->exported)
			envp[n++] = v->text;
	}
	return envp;
}

void
variables_init(char **envp)
{
	for (; envp != NULL && *envp != NULL; envp++)
		variable_export(*envp);
	if (variable_get("PATH", 4) == NULL)
		variable_export("PATH=/bin:/sbin");
}
