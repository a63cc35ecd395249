// SPDX-License-Identifier: BSD-2-Clause
// ktrdump [-cfgHqrt]: the kernel's trace as text, newest event first.
//   -c  CPU         -f  source file and line    -g  lines that schedgraph reads
//   -H  thread      -q  no heading              -r  times before the newest event    -t  times
// After FreeBSD's ktrdump(8), which reads kernel memory; the grammar of -g is its schedgraph.py's.

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ktr.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

// Room for what is traced between asking for the size and for the data.
#define SPARE		65536

// What the kernel's {name:t} words consist of.
#define STATE(word)	((word) & 0xff)
#define INHIBITORS(word) ((word) >> 8)

struct event {
	const struct ktr_record	*record;
	const char	*name, *text, *file, *function, *sentence;
	const char	*strings[KTR_WORDS];
};

struct graph_line {
	char	*text;
	unsigned int cpu;
	uint64_t ns;
};

// Threads by number: whose they are, for the names of schedgraph's rows.
struct thread_name {
	uint32_t	tid;
	char		comm[KI_COMMLEN];
	char		wmesg[KI_WMESGLEN];	// what it is to sleep for
	char		lock[32];		// what it is to wait for
	uint32_t	kse;			// that it runs on
};

static struct event *events;
static size_t event_count;
static struct graph_line *lines;
static size_t line_count;
static struct thread_name *threads;
static size_t thread_count;

static void *
load(const char *name, size_t *size)
{
	void *data = NULL;

	for (;;) {
		if (sysctlbyname(name, NULL, size, NULL, 0) != 0)
			err(1, "%s", name);
		*size += SPARE;
		data = reallocf(data, *size);
		if (data == NULL)
			err(1, NULL);
		if (sysctlbyname(name, data, size, NULL, 0) == 0)
			return data;
		if (errno != ENOMEM)
			err(1, "%s", name);
	}
}

static const char *
next_string(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}

static void
load_events(void)
{
	size_t size, room = 0;
	const char *data = load("debug.ktr.events", &size);

	for (size_t at = 0; at + sizeof(struct ktr_record) <= size;) {
		struct event e = { .record = (const void *)(data + at) };
		const char *strings = data + at + sizeof(struct ktr_record);

		e.name = next_string(&strings);
		e.text = next_string(&strings);
		e.file = next_string(&strings);
		e.function = next_string(&strings);
		e.sentence = next_string(&strings);
		for (int i = 0; i < KTR_WORDS; i++)
			e.strings[i] = next_string(&strings);
		if (event_count == room) {
			room = room == 0 ? 1024 : 2 * room;
			events = reallocf(events, room * sizeof(*events));
			if (events == NULL)
				err(1, NULL);
		}
		events[event_count++] = e;
		at += e.record->kr_size;
	}
}

// field: the place of a field among the event's words; -1 if it has none of that name.
static int
field(const struct event *e, const char *name)
{
	size_t len = strlen(name);
	int at = 0;
	for (const char *p = strchr(e->text, '{'); p != NULL; p = strchr(p + 1, '{'), at++)
		if (strncmp(p + 1, name, len) == 0 && (p[1 + len] == '}' || p[1 + len] == ':'))
			return at;
	return -1;
}

static uint32_t
value(const struct event *e, const char *name)
{
	int at = field(e, name);

	return at < 0 ? 0 : e->record->kr_words[at];
}

static const char *
string(const struct event *e, const char *name)
{
	int at = field(e, name);

	return at < 0 ? "" : e->strings[at];
}

static struct thread_name *
thread(uint32_t tid)
{
	for (size_t i = 0; i < thread_count; i++)
		if (threads[i].tid == tid)
			return &threads[i];
	threads = reallocf(threads, (thread_count + 1) * sizeof(*threads));
	if (threads == NULL)
		err(1, NULL);
	threads[thread_count] = (struct thread_name){ .tid = tid };
	return &threads[thread_count++];
}

// load_names: the threads that are there now; those that have ended stay without a name.
static void
load_names(void)
{
	size_t size, psize;
	const struct kinfo_thread *kt = load("kern.proc.threads", &size);
	const struct kinfo_proc *ki = load("kern.proc.all", &psize);

	for (size_t i = 0; i < size / sizeof(*kt); i++)
		for (size_t j = 0; j < psize / sizeof(*ki); j++)
			if (ki[j].ki_pid == kt[i].kt_pid)
				strlcpy(thread(kt[i].kt_tid)->comm, ki[j].ki_comm, KI_COMMLEN);
}

// ---- lines for schedgraph

// plain: schedgraph knows no escapes inside its quotes.
static char *
plain(char *text)
{
	for (char *p = text; *p != '\0'; p++)
		if (*p == '"' || *p == '\n')
			*p = '?';
	return text;
}

// graph: one line. `what` is state, point or counter with its value; `attributes` is a format.
static __printf_like(5, 6) void
graph(const struct event *e, const char *group, const char *id, const char *what,
    const char *attributes, ...)
{
	static size_t room;
	char text[96];
	va_list ap;

	va_start(ap, attributes);
	vsnprintf(text, sizeof(text), attributes, ap);
	va_end(ap);
	if (line_count == room) {
		room = room == 0 ? 1024 : 2 * room;
		lines = reallocf(lines, room * sizeof(*lines));
		if (lines == NULL)
			err(1, NULL);
	}
	struct graph_line *line = &lines[line_count++];
	line->cpu = e->record->kr_cpu;
	line->ns = e->record->kr_ns;
	if (asprintf(&line->text, "KTRGRAPH group:\"%s\", id:\"%s\", %s, attributes: %s", group, id,
	    what, text) < 0)
		err(1, NULL);
}

static const char *
thread_id(uint32_t tid)
{
	static char id[64];
	const char *comm = thread(tid)->comm;
	snprintf(id, sizeof(id), "%s tid %u", comm[0] != '\0' ? comm : "ended", tid);
	return plain(id);
}

static const char *
kse_id(uint32_t ke)
{
	static char id[32];

	snprintf(id, sizeof(id), "KSE %u", ke);
	return id;
}

// leaves: a switch away from a thread; its state says why.
static void
leaves(const struct event *e)
{
	uint32_t tid = value(e, "from"), word = value(e, "state"), held = INHIBITORS(word);
	struct thread_name *t = thread(tid);
	const char *id = thread_id(tid);

	if (tid == value(e, "to"))
		return;
	if (t->kse != 0 && t->kse != value(e, "ke"))
		graph(e, "kse", kse_id(t->kse), "state:\"idle\"", "thread:%u", tid);
	if (strcmp(t->comm, "idle") == 0)
		graph(e, "thread", id, "state:\"idle\"", "none");
	else if (held & KI_TDI_LOCK)
		graph(e, "thread", id, "state:\"blocked\"", "lockname:\"%s\"", plain(t->lock));
	else if (held & KI_TDI_SLEEPING)
		graph(e, "thread", id, "state:\"sleep\"", "wmesg:\"%s\"", plain(t->wmesg));
	else if (held & KI_TDI_SUSPENDED)
		graph(e, "thread", id, "state:\"suspended\"", "none");
	else if (held & KI_TDI_LOAN)
		graph(e, "thread", id, "state:\"lent\"", "none");
	else if (STATE(word) == KI_TDS_INACTIVE)
		graph(e, "thread", id, "state:\"thread exit\"", "none");
}

static void
switch_lines(const struct event *e)
{
	uint32_t tid = value(e, "to"), ke = value(e, "ke");

	leaves(e);
	graph(e, "thread", thread_id(tid), "state:\"running\"", "prio:%u, kse:%u",
	    value(e, "pri"), ke);
	graph(e, "kse", kse_id(ke), "state:\"running\"", "thread:%u", tid);
	thread(tid)->kse = ke;
}

// event_lines: what schedgraph is told of one event.
static void
event_lines(const struct event *e)
{
	const char *name = e->name;
	uint32_t tid = value(e, "td"), ke = value(e, "ke");
	char what[64];

	if (strcmp(name, "switch") == 0) {
		switch_lines(e);
	} else if (strcmp(name, "queue") == 0 || strcmp(name, "ready") == 0) {
		graph(e, "thread", thread_id(tid), "state:\"runq add\"", "prio:%u",
		    value(e, "pri"));
		if (name[0] == 'q')
			graph(e, "kse", kse_id(ke), "state:\"runq add\"", "thread:%u", tid);
	} else if (strcmp(name, "unqueue") == 0) {
		graph(e, "kse", kse_id(ke), "state:\"runq rem\"", "none");
	} else if (strcmp(name, "unready") == 0) {
		graph(e, "thread", thread_id(tid), "state:\"runq rem\"", "none");
	} else if (strcmp(name, "sleep") == 0) {
		strlcpy(thread(tid)->wmesg, string(e, "wmesg"), KI_WMESGLEN);
	} else if (strcmp(name, "contest") == 0) {
		strlcpy(thread(tid)->lock, string(e, "lock"), sizeof(thread(tid)->lock));
	} else if (strcmp(name, "wakeup") == 0) {
		graph(e, "thread", thread_id(tid), "point:\"wokeup\"", "none");
	} else if (strcmp(name, "prio") == 0) {
		graph(e, "thread", thread_id(tid), field(e, "by") < 0 ? "point:\"prio\"" :
		    "point:\"lend prio\"", "prio:%u", value(e, "pri"));
	} else if (strcmp(name, "lend") == 0 || strcmp(name, "give back") == 0) {
		snprintf(what, sizeof(what), "point:\"%s\"", name);
		graph(e, "kse", kse_id(ke), what, "owner:%u", value(e, "owner"));
	} else if (strcmp(name, "upcall") == 0) {
		graph(e, "upcall", kse_id(ke), "point:\"upcall\"", "thread:%u", tid);
	} else if (strcmp(name, "block") == 0 || strcmp(name, "completed") == 0) {
		snprintf(what, sizeof(what), "point:\"%s\"", name);
		graph(e, "upcall", thread_id(tid), what, "mailbox:%#x", value(e, "mailbox"));
	}
}

// ---- output

static void
dump_graph(int heading)
{
	for (size_t i = 0; i < event_count; i++)
		event_lines(&events[i]);
	if (heading)
		printf("%6s %3s %16s %s\n", "index", "cpu", "timestamp", "trace");
	for (size_t i = line_count; i-- > 0;)
		printf("%6zu %3u %16llu %s\n", i, lines[i].cpu, (unsigned long long)lines[i].ns,
		    lines[i].text);
}

struct columns {
	int	cpu, file, thread, relative, time;
};

static void
dump_heading(const struct columns *c)
{
	printf("%6s ", "index");
	if (c->cpu)
		printf("%3s ", "cpu");
	if (c->time)
		printf("%16s ", "timestamp");
	if (c->thread)
		printf("%6s ", "thread");
	if (c->file)
		printf("%-32s ", "file and line");
	printf("%s\n", "trace");
}

static void
dump_text(const struct columns *c)
{
	char place[64];

	for (size_t i = event_count; i-- > 0;) {
		const struct event *e = &events[i];
		uint64_t ns = e->record->kr_ns;

		if (c->relative)
			ns = events[event_count - 1].record->kr_ns - ns;
		printf("%6zu ", i);
		if (c->cpu)
			printf("%3u ", e->record->kr_cpu);
		if (c->time)
			printf("%16llu ", (unsigned long long)ns);
		if (c->thread)
			printf("%6u ", e->record->kr_tid);
		if (c->file) {
			snprintf(place, sizeof(place), "%s:%u", e->file, e->record->kr_line);
			printf("%-32s ", place);
		}
		printf("%s: %s\n", e->name, e->sentence);
	}
}

int
main(int argc, char **argv)
{
	struct columns c = { 0, 0, 0, 0, 0 };
	int option, for_graph = 0, heading = 1;
	while ((option = getopt(argc, argv, "cfgHqrt")) != -1) {
		switch (option) {
		case 'c':
			c.cpu = 1;
			break;
		case 'f':
			c.file = 1;
			break;
		case 'g':
			for_graph = 1;
			break;
		case 'H':
			c.thread = 1;
			break;
		case 'q':
			heading = 0;
			break;
		case 'r':
			c.relative = c.time = 1;
			break;
		case 't':
			c.time = 1;
			break;
		default:
			return 2;
		}
	}
	if (optind != argc)
		errx(2, "usage: ktrdump [-cfgHqrt]");
	load_events();
	if (for_graph) {
		load_names();
		dump_graph(heading);
		return 0;
	}
	if (heading)
		dump_heading(&c);
	dump_text(&c);
	return 0;
}
