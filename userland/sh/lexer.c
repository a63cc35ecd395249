// SPDX-License-Identifier: BSD-2-Clause
// Text to tokens.
// POSIX shell 2.3, the part this shell has.

#include <ctype.h>
#include <string.h>

#include "sh.h"

const char *
skip_quoted(const char *p)
{
	char quote = *p++;

	// A line that ends in a backslash goes on in the next one, which must be there.
	if (quote == '\\')
		return *p != '\0' && strcmp(p, "\n") != 0 ? p + 1 : NULL;
	while (*p != quote) {
		if (*p == '\0')
			return NULL;
		if (*p == '\\' && quote == '"' && p[1] != '\0')
			p++;
		p++;
	}
	return p + 1;
}

const char *
skip_name(const char *p)
{
	if (isdigit((unsigned char)*p))
		return p;
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	return p;
}

static int
ends_word(char c)
{
	return c == '\0' || strchr(" \t\n;&|<>()", c) != NULL;
}

// skip_blanks: over blanks, joined lines and a comment; NULL if the next line is missing.
static const char *
skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || (p[0] == '\\' && p[1] == '\n')) {
		if (*p++ != '\\')
			continue;
		if (*++p == '\0')
			return NULL;
	}
	if (*p == '#')
		p += strcspn(p, "\n");
	return p;
}

// lex_redirect: p is at < or >, behind the descriptor if one was given.
static void
lex_redirect(struct lexer *lexer, const char *p, int fd)
{
	lexer->token = TOKEN_REDIRECT;
	lexer->kind = *p == '<' ? REDIRECT_READ : REDIRECT_WRITE;
	lexer->fd = fd >= 0 ? fd : *p == '<' ? 0 : 1;
	if (p[0] == '>' && p[1] == '>') {
		lexer->kind = REDIRECT_APPEND;
		p++;
	} else if (p[1] == '&') {
		lexer->kind = REDIRECT_DUP;
		p++;
	}
	lexer->p = p + 1;
}

static void
lex_word(struct lexer *lexer, const char *p)
{
	const char *start = p;

	while (!ends_word(*p)) {
		if (*p == '\'' || *p == '"' || *p == '\\') {
			p = skip_quoted(p);
			if (p == NULL) {
				lexer->token = TOKEN_MORE;
				return;
			}
		} else {
			p++;
		}
	}
	lexer->token = TOKEN_WORD;
	lexer->word = line_copy(start, (size_t)(p - start));
	lexer->p = p;
}

void
lex(struct lexer *lexer)
{
	const char *p = skip_blanks(lexer->p);
	int twice;

	if (p == NULL) {
		lexer->token = TOKEN_MORE;
		return;
	}
	twice = p[0] != '\0' && p[0] == p[1];
	lexer->p = p + 1;
	switch (*p) {
	case '\0':
		lexer->p = p;
		lexer->token = TOKEN_END;
		return;
	case '\n':
	case ';':
		lexer->token = TOKEN_SEMI;
		return;
	case '&':
		lexer->token = twice ? TOKEN_AND : TOKEN_AMP;
		lexer->p += twice;
		return;
	case '|':
		lexer->token = twice ? TOKEN_OR : TOKEN_PIPE;
		lexer->p += twice;
		return;
	case '(':
		lexer->token = TOKEN_OPEN;
		return;
	case ')':
		lexer->token = TOKEN_CLOSE;
		return;
	case '<':
	case '>':
		lex_redirect(lexer, p, -1);
		return;
	default:
		break;
	}
	if (isdigit((unsigned char)*p) && (p[1] == '<' || p[1] == '>'))
		lex_redirect(lexer, p + 1, *p - '0');
	else
		lex_word(lexer, p);
}
