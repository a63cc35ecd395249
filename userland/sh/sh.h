// SPDX-License-Identifier: BSD-2-Clause
// The shell's parts: variables, parser, expansion, execution, builtins.
// A subset of the POSIX shell: no functions, no if and for, no patterns.
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

// ---- What a line means ---------------------------------------------------------------------

// Words keep their quotes and dollars until they are expanded, just before they are used.
struct word {
	struct word	*next;
	char		*text;
};

enum redirect_kind { REDIRECT_READ, REDIRECT_WRITE, REDIRECT_APPEND, REDIRECT_DUP };

// [fd]< word, [fd]> word, [fd]>> word, [fd]>& word
struct redirect {
	struct redirect		*next;
	enum redirect_kind	kind;
	int			fd;
	char			*target;
};

// NAME=value... word... redirection... ; or ( list )
struct command {
	struct command	*next;		// of the pipeline
	struct word	*assignments;
	struct word	*words;
	struct redirect	*redirects;
	struct list	*subshell;	// parenthesised list, or NULL
};

enum join { JOIN_ALWAYS, JOIN_AND, JOIN_OR };

// command | command ...
struct pipeline {
	struct pipeline	*next;		// of the and-or list
	struct command	*commands;
	int		negate;		// behind '!'
	enum join	join;		// how it hangs on the one before
};

// pipelines joined by && and ||, then ; or &
struct list {
	struct list	*next;
	struct pipeline	*pipelines;
	int		background;
};

// ---- Memory of one line ----------------------------------------------------------------------

// line_alloc: zeroed memory that line_free gives back; the shell ends if there is none.
void *line_alloc(size_t size);
char *line_copy(const char *text, size_t n);
// line_free: everything allocated since line_mark returned mark.
void *line_mark(void);
void line_free(void *mark);

// ---- Parser ------------------------------------------------------------------------------------

enum parse { PARSE_OK, PARSE_MORE, PARSE_ERROR };

// parse: the whole text. PARSE_MORE: it is the beginning of something longer.
// PARSE_ERROR: no; reported.
enum parse parse(const char *text, struct list **list);

enum token {
	TOKEN_END, TOKEN_WORD, TOKEN_PIPE, TOKEN_AND, TOKEN_OR, TOKEN_SEMI, TOKEN_AMP, TOKEN_OPEN,
	TOKEN_CLOSE, TOKEN_REDIRECT, TOKEN_MORE,
};

// A text on its way through the lexer.
struct lexer {
	const char		*p;		// behind the current token
	enum token		token;
	char			*word;		// of TOKEN_WORD
	enum redirect_kind	kind;		// of TOKEN_REDIRECT
	int			fd;
};
void lex(struct lexer *lexer);
// skip_quoted: p is at a quote or backslash; the first character behind it, NULL if it never ends.
const char *skip_quoted(const char *p);
// skip_name: p behind the variable name that begins there, or p itself.
const char *skip_name(const char *p);

// ---- Variables ---------------------------------------------------------------------------------

extern int last_status;			// $?
extern pid_t last_background;		// $!
extern int parameter_count;		// $#
extern char **parameters;		// $0, $1 ...

void variables_init(char **envp);
const char *variable_get(const char *name, size_t len);
void variable_set(const char *name, size_t len, const char *value);
int variable_export(const char *name);	// false if it is not a name
void variable_unset(const char *name);
void variables_print(int exported_only);
char **variables_environment(void);

// ---- Expansion ---------------------------------------------------------------------------------

// Both report what they cannot expand and return NULL.
// expand_words: fields of all words, a NULL-ended vector of line memory.
char **expand_words(const struct word *words, int *count);
// expand_one: one word as one field (no splitting), line memory.
char *expand_one(const char *word);

// ---- Execution ---------------------------------------------------------------------------------

#define STATUS_FAILED	1
#define STATUS_USAGE	2
#define STATUS_NOT_RUN	126
#define STATUS_MISSING	127

// Descriptors above what a redirection can name: those that builtins displaced, the terminal of job
// control, then open scripts.
#define SAVED_FD	10
#define TERMINAL_FD	20
#define SCRIPT_FD	21

extern int interactive;
extern int script_depth;		// scripts being read, on SCRIPT_FD and up

// run_list: last tells that this process has nothing to do afterwards, so that its last command
// need not be a child.
void run_list(const struct list *list, int last);
// run_text: a whole text of commands. run_stream: until fp ends. run_file: 0, or an errno.
void run_text(const char *text);
void run_stream(FILE *fp);
int run_file(const char *path);

// apply_redirects: false, with a message, at the first that fails.
int apply_redirects(const struct redirect *redirects);
// save_descriptors, restore_descriptors: around a builtin.
void save_descriptors(const struct redirect *redirects);
void restore_descriptors(const struct redirect *redirects);
// apply_assignments: false, with a message, at one that cannot be expanded.
int apply_assignments(const struct word *assignments, int export_them);
// execute: replace this process by the program argv[0]; does not return.
_Noreturn void execute(char **argv);
// become_child: in a new process, close what belongs to the shell alone.
void become_child(void);
// finish: end this process with the last status.
_Noreturn void finish(void);
// status_of: exit value of a wait status, 128 + number for a signal, which is reported.
int status_of(pid_t pid, int wait_status);

// ---- Jobs --------------------------------------------------------------------------------------

struct job;

// jobs_init: an interactive shell on a terminal keeps a process group for each job, and does not
// stop itself.
void jobs_init(void);
// jobs_control: whether it does. terminal_init: from now on ^C ends no more than the line being
// typed. terminal_line: a line, behind a prompt; its length; -1: EINTR for ^C, else the end.
int jobs_control(void);
void terminal_init(void);
ssize_t terminal_line(const char *prompt, char *line, size_t size);
// job_new: a job without processes; commands are for its name. NULL, reported: too many.
struct job *job_new(const struct command *commands, int foreground);
// job_fork: a process of the job; 0 in the child, which is ready to run a command; -1, reported.
pid_t job_fork(struct job *job);
// job_foreground: wait until the job ends or stops; the status of its last process. A stopped one
// stays in the table.
int job_foreground(struct job *job);
// job_background: let it run; its last process.
pid_t job_background(struct job *job);
// job_wait_for: the exit status of a background process, by number; STATUS_MISSING.
int job_wait_for(pid_t pid);
// jobs_report: tell of background jobs that have ended, stopped or gone on.
void jobs_report(void);

// A builtin returns its exit status.
typedef int builtin(int argc, char **argv);
builtin *find_builtin(const char *name);
builtin builtin_jobs, builtin_fg, builtin_bg;	// jobs.c

// complain: "sh: text" on standard error.
void complain(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
