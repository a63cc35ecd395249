// SPDX-License-Identifier: BSD-2-Clause
// Tokens to lists, pipelines and commands.
// POSIX shell 2.9: simple commands, pipelines, lists, ( list ). Recursive descent.

#include <string.h>

#include "sh.h"

struct parser {
	struct lexer	lexer;
	enum parse	result;
};

static struct list *parse_list(struct parser *parser, enum token end);

static enum token
token(const struct parser *parser)
{
	return parser->lexer.token;
}

// fail: at the current token; the end of the text may only mean that there is more to come.
static void
fail(struct parser *parser)
{
	static const char *const names[] = {
		[TOKEN_END] = "end of input", [TOKEN_PIPE] = "|", [TOKEN_AND] = "&&",
		[TOKEN_OR] = "||", [TOKEN_SEMI] = "; or end of line", [TOKEN_AMP] = "&",
		[TOKEN_OPEN] = "(", [TOKEN_CLOSE] = ")", [TOKEN_REDIRECT] = "redirection",
	};

	if (parser->result != PARSE_OK)
		return;
	if (token(parser) == TOKEN_MORE || token(parser) == TOKEN_END) {
		parser->result = PARSE_MORE;
		return;
	}
	parser->result = PARSE_ERROR;
	complain("syntax error: unexpected %s", token(parser) == TOKEN_WORD ?
	    parser->lexer.word : names[token(parser)]);
}

// skip_lines: where a command must follow, empty lines do not matter.
static void
skip_lines(struct parser *parser)
{
	while (token(parser) == TOKEN_SEMI && parser->lexer.p[-1] == '\n')
		lex(&parser->lexer);
}

static int
is_assignment(const char *word)
{
	const char *end = skip_name(word);

	return end > word && *end == '=';
}

static struct word **
append_word(struct word **link, char *text)
{
	struct word *word = line_alloc(sizeof(*word));

	word->text = text;
	*link = word;
	return &word->next;
}

static struct redirect **
parse_redirect(struct parser *parser, struct redirect **link)
{
	struct redirect *redirect = line_alloc(sizeof(*redirect));

	redirect->kind = parser->lexer.kind;
	redirect->fd = parser->lexer.fd;
	lex(&parser->lexer);
	if (token(parser) != TOKEN_WORD) {
		fail(parser);
		return link;
	}
	redirect->target = parser->lexer.word;
	lex(&parser->lexer);
	*link = redirect;
	return &redirect->next;
}

static struct command *
parse_command(struct parser *parser)
{
	struct command *command = line_alloc(sizeof(*command));
	struct word **assignment = &command->assignments, **word = &command->words;
	struct redirect **redirect = &command->redirects;

	if (token(parser) == TOKEN_OPEN) {
		lex(&parser->lexer);
		command->subshell = parse_list(parser, TOKEN_CLOSE);
		if (command->subshell == NULL)
			fail(parser);
		lex(&parser->lexer);
	}
	while (parser->result == PARSE_OK) {
		if (token(parser) == TOKEN_REDIRECT) {
			redirect = parse_redirect(parser, redirect);
			continue;
		}
		if (token(parser) != TOKEN_WORD || command->subshell != NULL)
			break;
		if (command->words == NULL && is_assignment(parser->lexer.word))
			assignment = append_word(assignment, parser->lexer.word);
		else
			word = append_word(word, parser->lexer.word);
		lex(&parser->lexer);
	}
	if (command->assignments == NULL && command->words == NULL && command->redirects == NULL &&
	    command->subshell == NULL)
		fail(parser);
	return command;
}

static struct pipeline *
parse_pipeline(struct parser *parser, enum join join)
{
	struct pipeline *pipeline = line_alloc(sizeof(*pipeline));
	struct command **link = &pipeline->commands;

	pipeline->join = join;
	while (token(parser) == TOKEN_WORD && strcmp(parser->lexer.word, "!") == 0) {
		pipeline->negate ^= 1;
		lex(&parser->lexer);
	}
	for (;;) {
		*link = parse_command(parser);
		link = &(*link)->next;
		if (token(parser) != TOKEN_PIPE || parser->result != PARSE_OK)
			return pipeline;
		lex(&parser->lexer);
		skip_lines(parser);
	}
}

static struct list *
parse_and_or(struct parser *parser)
{
	struct list *list = line_alloc(sizeof(*list));
	struct pipeline **link = &list->pipelines;
	enum join join = JOIN_ALWAYS;

	for (;;) {
		*link = parse_pipeline(parser, join);
		link = &(*link)->next;
		if (parser->result != PARSE_OK ||
		    (token(parser) != TOKEN_AND && token(parser) != TOKEN_OR))
			return list;
		join = token(parser) == TOKEN_AND ? JOIN_AND : JOIN_OR;
		lex(&parser->lexer);
		skip_lines(parser);
	}
}

// parse_list: up to the token end, which stays current.
static struct list *
parse_list(struct parser *parser, enum token end)
{
	struct list *first = NULL, **link = &first;

	skip_lines(parser);
	while (parser->result == PARSE_OK && token(parser) != end) {
		*link = parse_and_or(parser);
		(*link)->background = token(parser) == TOKEN_AMP;
		link = &(*link)->next;
		if (token(parser) == TOKEN_SEMI || token(parser) == TOKEN_AMP) {
			lex(&parser->lexer);
			skip_lines(parser);
		} else if (token(parser) != end) {
			fail(parser);
		}
	}
	return first;
}

enum parse
parse(const char *text, struct list **list)
{
	struct parser parser = { .lexer.p = text, .result = PARSE_OK };

	lex(&parser.lexer);
	*list = parse_list(&parser, TOKEN_END);
	return parser.result;
}
