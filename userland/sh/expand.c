// SPDX-License-Identifier: BSD-2-Clause
// Words to fields: quotes removed, variables replaced, unquoted results split at blanks.
// POSIX shell 2.6, without commands, arithmetic and patterns.

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

// Fields under construction.
struct fields {
	struct word	*first, **link;
	int		count;
	char		*text;		// current field
	size_t		len, size;
	int		open;		// there is a current field, perhaps empty
	int		split;		// blanks of unquoted variables end fields
	int		failed;
};

static void
add(struct fields *f, char c)
{
	if (f->len + 1 >= f->size) {
		char *larger;

		f->size = f->size * 2 + 64;
		larger = line_alloc(f->size);
		memcpy(larger, f->text != NULL ? f->text : "", f->len);
		f->text = larger;
	}
	f->text[f->len++] = c;
	f->text[f->len] = '\0';
	f->open = 1;
}

static void
end_field(struct fields *f)
{
	struct word *word;

	if (!f->open)
		return;
	word = line_alloc(sizeof(*word));
	word->text = line_copy(f->text != NULL ? f->text : "", f->len);
	*f->link = word;
	f->link = &word->next;
	f->count++;
	f->len = 0;
	f->open = 0;
}

static void
add_value(struct fields *f, const char *value, int quoted)
{
	for (; *value != '\0'; value++) {
		if (!quoted && f->split && isspace((unsigned char)*value))
			end_field(f);
		else
			add(f, *value);
	}
}

// add_parameters: "$@" is one field a parameter, the others are one text.
static void
add_parameters(struct fields *f, int quoted, int separate)
{
	for (int i = 1; i <= parameter_count; i++) {
		if (i > 1 && quoted && separate && f->split)
			end_field(f);
		else if (i > 1)
			add_value(f, " ", quoted);
		f->open |= quoted;
		add_value(f, parameters[i], quoted);
	}
}

// special: the one-letter parameters; false if c is none of them.
static int
special(struct fields *f, char c, int quoted)
{
	char number[16];

	switch (c) {
	case '@':
	case '*':
		add_parameters(f, quoted, c == '@');
		return 1;
	case '?':
		snprintf(number, sizeof(number), "%d", last_status);
		break;
	case '$':
		snprintf(number, sizeof(number), "%d", getpid());
		break;
	case '!':
		snprintf(number, sizeof(number), "%d", last_background);
		break;
	case '#':
		snprintf(number, sizeof(number), "%d", parameter_count);
		break;
	default:
		if (!isdigit((unsigned char)c))
			return 0;
		if (c - '0' <= parameter_count)
			add_value(f, parameters[c - '0'], quoted);
		return 1;
	}
	add_value(f, number, quoted);
	return 1;
}

// expand_dollar: p is behind the dollar; returns where the text goes on.
static const char *
expand_dollar(struct fields *f, const char *p, int quoted)
{
	int braces = *p == '{';
	const char *name = p + braces, *end = skip_name(name);

	if (braces && *end != '}' && (end != name || name[0] == '\0' || name[1] != '}')) {
		complain("${%.*s: no such expansion", (int)strcspn(name, " \t\n"), name);
		f->failed = 1;
		return p + strlen(p);
	}
	if (end > name) {
		const char *value = variable_get(name, (size_t)(end - name));

		add_value(f, value != NULL ? value : "", quoted);
		return end + braces;
	}
	if (*name != '\0' && special(f, *name, quoted))
		return name + 1 + braces;
	add(f, '$');
	return p;
}

// expand_double: p is behind the opening quote; returns the place behind the closing one.
static const char *
expand_double(struct fields *f, const char *p)
{
	while (*p != '"' && *p != '\0') {
		if (*p == '$') {
			p = expand_dollar(f, p + 1, 1);
		} else if (*p == '\\' && p[1] == '\n') {
			p += 2;
		} else {
			if (*p == '\\' && p[1] != '\0' && strchr("$`\"\\", p[1]) != NULL)
				p++;
			add(f, *p++);
		}
	}
	return *p == '"' ? p + 1 : p;
}

static void
expand(struct fields *f, const char *p)
{
	while (*p != '\0') {
		switch (*p) {
		case '\'':
			f->open = 1;
			for (p++; *p != '\'' && *p != '\0'; p++)
				add(f, *p);
			p += *p == '\'';
			break;
		case '"':
			// "$@" without parameters is no field at all.
			if (strncmp(p, "\"$@\"", 4) != 0)
				f->open = 1;
			p = expand_double(f, p + 1);
			break;
		case '\\':
			if (p[1] != '\n')
				add(f, p[1]);
			p += 2;
			break;
		case '$':
			p = expand_dollar(f, p + 1, 0);
			break;
		default:
			add(f, *p++);
			break;
		}
	}
}

char **
expand_words(const struct word *words, int *count)
{
	struct fields f = { .split = 1 };
	char **argv;
	int n = 0;

	f.link = &f.first;
	for (; words != NULL; words = words->next) {
		expand(&f, words->text);
		end_field(&f);
	}
	argv = line_alloc(((size_t)f.count + 1) * sizeof(*argv));
	for (const struct word *w = f.first; w != NULL; w = w->next)
		argv[n++] = w->text;
	*count = n;
	return f.failed ? NULL : argv;
}

char *
expand_one(const char *word)
{
	struct fields f = { .open = 1 };

	f.link = &f.first;
	expand(&f, word);
	end_field(&f);
	return f.failed ? NULL : f.first->text;
}
