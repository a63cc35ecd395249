// SPDX-License-Identifier: BSD-2-Clause
// Jobs: pipelines that run, stop, and go on in the foreground or background.
// POSIX shell 2.11. Without a terminal there are jobs, too, but no groups and no stops.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

#define JOBS_MAX	32
#define STAGES_MAX	32
#define NAME_MAX_LEN	60

enum state { RUNNING, STOPPED, ENDED };

struct process {
	pid_t		pid;
	enum state	state;
	int		status;		// wait status of the last change
};

struct job {
	int		used;
	int		foreground;
	int		changed;	// and not reported
	pid_t		group;		// 0: none yet
	int		count;
	struct process	processes[STAGES_MAX];
	char		name[NAME_MAX_LEN];
};

static struct job jobs[JOBS_MAX];
static int control;			// each job has a group, and the terminal belongs to one
static pid_t own_group;

static const int shell_signals[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU };

int
jobs_control(void)
{
	return control;
}

void
jobs_init(void)
{
	if (dup2(STDIN_FILENO, TERMINAL_FD) < 0 || tcgetpgrp(TERMINAL_FD) != getpgrp())
		return;
	control = 1;
	own_group = getpgrp();
	for (size_t i = 0; i < sizeof(shell_signals) / sizeof(shell_signals[0]); i++)
		signal(shell_signals[i], SIG_IGN);
	terminal_init();
}

static void
name_job(struct job *job, const struct command *commands)
{
	job->name[0] = '\0';
	for (const struct command *c = commands; c != NULL; c = c->next) {
		if (c->subshell != NULL)
			strlcat(job->name, "(...) ", sizeof(job->name));
		for (const struct word *w = c->words; w != NULL; w = w->next) {
			strlcat(job->name, w->text, sizeof(job->name));
			strlcat(job->name, " ", sizeof(job->name));
		}
		if (c->next != NULL)
			strlcat(job->name, "| ", sizeof(job->name));
	}
}

struct job *
job_new(const struct command *commands, int foreground)
{
	for (int i = 0; i < JOBS_MAX; i++) {
		if (!jobs[i].used) {
			jobs[i] = (struct job){ .used = 1, .foreground = foreground };
			name_job(&jobs[i], commands);
			return &jobs[i];
		}
	}
	complain("too many jobs");
	return NULL;
}

// join: in the child, which may be first to get here, or second. It gives itself the terminal while
// it still ignores SIGTTOU.
static void
join(const struct job *job)
{
	pid_t group = job->group != 0 ? job->group : getpid();
	int null;

	if (control) {
		setpgid(0, group);
		if (job->foreground)
			tcsetpgrp(TERMINAL_FD, group);
		for (size_t i = 0; i < sizeof(shell_signals) / sizeof(shell_signals[0]); i++)
			signal(shell_signals[i], SIG_DFL);
	} else if (!job->foreground) {
		null = open("/dev/null", O_RDONLY);
		if (null > 0) {
			dup2(null, STDIN_FILENO);
			close(null);
		}
	}
	control = 0;
	memset(jobs, 0, sizeof(jobs));
	become_child();
}

pid_t
job_fork(struct job *job)
{
	pid_t pid = -1;

	fflush(stdout);
	if (job->count == STAGES_MAX)
		complain("too long a pipeline");
	else if ((pid = fork()) < 0)
		complain("cannot fork: error %d", errno);
	if (pid < 0)
		return -1;
	if (pid == 0) {
		join(job);
		return 0;
	}
	if (job->group == 0)
		job->group = pid;
	if (control)
		setpgid(pid, job->group);
	job->processes[job->count++] = (struct process){ .pid = pid };
	return pid;
}

// state_of: stopped when all that have not ended are.
static enum state
state_of(const struct job *job)
{
	enum state state = ENDED;

	for (int i = 0; i < job->count; i++) {
		if (job->processes[i].state == RUNNING)
			return RUNNING;
		if (job->processes[i].state == STOPPED)
			state = STOPPED;
	}
	return state;
}

// note: news of a child.
static void
note(pid_t pid, int status)
{
	for (int i = 0; i < JOBS_MAX * STAGES_MAX; i++) {
		struct job *job = &jobs[i / STAGES_MAX];
		struct process *process = &job->processes[i % STAGES_MAX];

		if (!job->used || i % STAGES_MAX >= job->count || process->pid != pid ||
		    process->state == ENDED)
			continue;
		process->status = status;
		process->state = WIFSTOPPED(status) ? STOPPED :
		    WIFCONTINUED(status) ? RUNNING : ENDED;
		job->changed = 1;
		return;
	}
}

// await_change: false when there is no child left.
static int
await_change(void)
{
	int status;
	pid_t pid = waitpid(WAIT_ANY, &status, control ? WUNTRACED : 0);

	if (pid > 0)
		note(pid, status);
	return pid > 0 || errno == EINTR;
}

static int
number_of(const struct job *job)
{
	return (int)(job - jobs) + 1;
}

static const struct process *
last_of(const struct job *job)
{
	return &job->processes[job->count - 1];
}

static int
status_of_job(struct job *job)
{
	int status = STATUS_NOT_RUN;

	for (int i = 0; i < job->count; i++)
		status = status_of(job->processes[i].pid, job->processes[i].status);
	job->used = 0;
	return status;
}

int
job_foreground(struct job *job)
{
	if (control && job->count > 0)
		tcsetpgrp(TERMINAL_FD, job->group);
	while (state_of(job) == RUNNING && await_change())
		continue;
	if (control)
		tcsetpgrp(TERMINAL_FD, own_group);
	job->changed = 0;
	if (state_of(job) != STOPPED)
		return status_of_job(job);
	job->foreground = 0;
	fprintf(stderr, "[%d] stopped\t%s\n", number_of(job), job->name);
	for (int i = 0; i < job->count; i++)
		if (job->processes[i].state == STOPPED)
			return 128 + WSTOPSIG(job->processes[i].status);
	return STATUS_NOT_RUN;
}

pid_t
job_background(struct job *job)
{
	if (job->count == 0) {
		job->used = 0;
		return 0;
	}
	if (interactive)
		fprintf(stderr, "[%d] %d\n", number_of(job), last_of(job)->pid);
	return last_of(job)->pid;
}

int
job_wait_for(pid_t pid)
{
	int status = STATUS_MISSING;

	for (int i = 0; i < JOBS_MAX; i++) {
		struct job *job = &jobs[i];

		if (!job->used || job->count == 0 || (pid != WAIT_ANY && last_of(job)->pid != pid))
			continue;
		while (state_of(job) == RUNNING && await_change())
			continue;
		if (state_of(job) == ENDED)
			status = status_of_job(job);
	}
	return status;
}

static void
print_job(const struct job *job)
{
	static const char *const words[] = { "running", "stopped", "ended" };

	fprintf(stderr, "[%d] %s\t%s\n", number_of(job), words[state_of(job)], job->name);
}

void
jobs_report(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(WAIT_ANY, &status,
	    WNOHANG | (control ? WUNTRACED | WCONTINUED : 0))) > 0)
		note(pid, status);
	for (int i = 0; i < JOBS_MAX; i++) {
		struct job *job = &jobs[i];

		if (!job->used || !job->changed)
			continue;
		job->changed = 0;
		if (state_of(job) == ENDED)
			fprintf(stderr, "[%d] ended, status %d\t%s\n", number_of(job),
			    status_of_job(job), job->name);
		else
			print_job(job);
	}
}

int
builtin_jobs(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	jobs_report();
	for (int i = 0; i < JOBS_MAX; i++) {
		if (jobs[i].used)
			print_job(&jobs[i]);
	}
	return 0;
}

// find_job: by number, with or without %; without argument, the newest.
static struct job *
find_job(int argc, char **argv)
{
	int number = 0;

	if (!control) {
		complain("%s: no job control here", argv[0]);
		return NULL;
	}
	if (argc > 1)
		number = atoi(argv[1] + (argv[1][0] == '%'));
	for (int i = JOBS_MAX; argc == 1 && number == 0 && i > 0; i--)
		number = jobs[i - 1].used ? i : 0;
	if (number >= 1 && number <= JOBS_MAX && jobs[number - 1].used)
		return &jobs[number - 1];
	complain("%s: no such job", argv[0]);
	return NULL;
}

static void
go_on(struct job *job)
{
	for (int i = 0; i < job->count; i++) {
		if (job->processes[i].state == STOPPED)
			job->processes[i].state = RUNNING;
	}
	kill(-job->group, SIGCONT);
}

int
builtin_fg(int argc, char **argv)
{
	struct job *job = find_job(argc, argv);

	if (job == NULL)
		return STATUS_FAILED;
	fprintf(stderr, "%s\n", job->name);
	job->foreground = 1;
	tcsetpgrp(TERMINAL_FD, job->group);
	go_on(job);
	return job_foreground(job);
}

int
builtin_bg(int argc, char **argv)
{
	struct job *job = find_job(argc, argv);

	if (job == NULL)
		return STATUS_FAILED;
	go_on(job);
	fprintf(stderr, "[%d] %s&\n", number_of(job), job->name);
	return 0;
}
