// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: events as text on the console and through sysctl, and as records for ktrdump.
// Written for Kestrel.
#include <kern/ktr.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <sys/ktr.h>

#include <string.h>

namespace {

// What one line of the dump needs at most: events are cut there.
constexpr size_t line_max = 224;

// writer: text into a buffer, cut at its end.
struct writer final {
	char  *to;
	size_t size;
	size_t used;

	[[gnu::format(printf, 2, 3)]] void add(char const *text, ...)
	{
		va_list args;
		va_start(args, text);
		int const length = vsnprintf(to + used, size - used, text, args);
		va_end(args);
		used += static_cast<size_t>(length);
		if (used >= size)
			used = size - 1;
	}
};

struct bit_name final {
	int         bit;
	char const *name;
};
constexpr bit_name inhibitors[] = {
	{TDI_SUSPENDED, "suspended"}, {TDI_SLEEPING, "asleep"}, {TDI_SWAPPED, "swapped"},
	{TDI_LOCK, "waiting for a lock"}, {TDI_IWAIT, "waiting for an interrupt"},
	{TDI_LOAN, "with its KSE lent"},
};

void put_state(writer &w, uint32_t word)
{
	char const *between = "";

	switch (word & 0xff) {
	case TDS_INACTIVE:
		return w.add("inactive");
	case TDS_CAN_RUN:
		return w.add("able to run");
	case TDS_RUNQ:
		return w.add("ready");
	case TDS_RUNNING:
		return w.add("running");
	case TDS_INHIBITED:
		break;
	default:
		return w.add("in state %#x", word);
	}
	for (bit_name const &b : inhibitors) {
		if ((word >> 8 & static_cast<uint32_t>(b.bit)) == 0)
			continue;
		w.add("%s%s", between, b.name);
		between = " and ";
	}
}

void put_field(writer &w, char kind, ktr_entry const &event, uint32_t at)
{
	uintptr_t const word = event.ke_words[at];

	switch (kind) {
	case 'd':
		return w.add("%d", static_cast<int>(word));
	case 'x':
		return w.add("%#x", word);
	case 's':
		return w.add("%s", word != 0 ? reinterpret_cast<char const *>(word) : "nothing");
	case 't':
		return put_state(w, word);
	case 'c':
		return w.add("%.*s", static_cast<int>((ktr_words - at) * sizeof word),
		    reinterpret_cast<char const *>(&event.ke_words[at]));
	default:
		return w.add("%u", word);
	}
}

// ns_of: an event's time as uptime, by the rate that is best known now.
uint64_t ns_of(ktr_entry const &event)
{
	return cpu_ticks_ns(event.ke_ticks);
}

size_t event_line(ktr_entry const &event, uint32_t cpu, char *line)
{
	uint64_t const ns = ns_of(event);
	writer w{line, line_max - 1, 0};

	w.add("cpu%u %llu.%09llu tid %u %s: ", cpu, ns / 1'000'000'000, ns % 1'000'000'000,
	    event.ke_tid, event.ke_type->kt_name);
	w.used += ktr_text(event, line + w.used, line_max - 1 - w.used);
	line[w.used++] = '\n';
	return w.used;
}

// debug.ktr.dump: all events as text, one a line, oldest first.
Errno sysctl_dump(sysctl_oid const &, sysctl_req &req)
{
	ktr_cursors c;
	ktr_entry event;
	uint32_t cpu, number;
	char line[line_max];

	ktr_first(c, ktr_from::oldest);
	while (ktr_next(c, ktr_from::oldest, &event, &cpu, &number))
		TRY(sysctl_out(req, line, event_line(event, cpu, line)));
	return sysctl_out(req, "", 1);
}
SYSCTL_PROC(ktr_dump_oid, "debug.ktr.dump", "The events recorded, oldest first",
    sysctl_type::string, sysctl_access::ro, sysctl_dump);

// out_string: a string with its terminating zero.
Errno out_string(sysctl_req &req, char const *text)
{
	return sysctl_out(req, text, strlen(text) + 1);
}

// string_of: the string that a field of kind s points to; null for fields of other kinds.
char const *string_of(ktr_entry const &event, uint32_t at)
{
	uint32_t field = 0;
	for (char const *p = event.ke_type->kt_text; *p != '\0'; p++) {
		if (*p != '}')
			continue;
		if (field++ == at)
			return p[-2] == ':' && p[-1] == 's'
			    ? reinterpret_cast<char const *>(event.ke_words[at]) : nullptr;
	}
	return nullptr;
}

Errno out_record(sysctl_req &req, ktr_entry const &event, uint32_t cpu, uint32_t number)
{
	ktr_type const &type = *event.ke_type;
	char sentence[line_max];
	char const *strings[ktr_words];
	ktr_text(event, sentence, sizeof sentence);
	ktr_record r{};
	r.kr_number = number;
	r.kr_ns = ns_of(event);
	r.kr_class = type.kt_class;
	r.kr_cpu = cpu;
	r.kr_tid = event.ke_tid;
	r.kr_line = type.kt_line;
	r.kr_size = static_cast<uint32_t>(sizeof r + strlen(type.kt_name) + strlen(type.kt_text) +
	    strlen(type.kt_file) + strlen(type.kt_function) + strlen(sentence) + 5);
	for (uint32_t i = 0; i < ktr_words; i++) {
		r.kr_words[i] = event.ke_words[i];
		strings[i] = string_of(event, i);
		if (strings[i] == nullptr)
			strings[i] = "";
		r.kr_size += static_cast<uint32_t>(strlen(strings[i]) + 1);
	}
	TRY(sysctl_out(req, &r, sizeof r));
	TRY(out_string(req, type.kt_name));
	TRY(out_string(req, type.kt_text));
	TRY(out_string(req, type.kt_file));
	TRY(out_string(req, type.kt_function));
	TRY(out_string(req, sentence));
	for (char const *text : strings)
		TRY(out_string(req, text));
	return OK;
}

// debug.ktr.events: all events as records of sys/ktr.h, oldest first.
Errno sysctl_events(sysctl_oid const &, sysctl_req &req)
{
	ktr_cursors c;
	ktr_entry event;
	uint32_t cpu, number;

	ktr_first(c, ktr_from::oldest);
	while (ktr_next(c, ktr_from::oldest, &event, &cpu, &number))
		TRY(out_record(req, event, cpu, number));
	return OK;
}
SYSCTL_PROC(ktr_events_oid, "debug.ktr.events", "The events recorded, as struct ktr_record",
    sysctl_type::opaque, sysctl_access::ro, sysctl_events);

}

size_t ktr_text(ktr_entry const &event, char *to, size_t size)
{
	writer w{to, size, 0};
	uint32_t field = 0;

	to[0] = '\0';
	for (char const *p = event.ke_type->kt_text; *p != '\0'; p++) {
		if (*p != '{') {
			w.add("%c", *p);
			continue;
		}
		char const *const end = strchr(p, '}');
		bool const kinded = end[-2] == ':';
		if (field < ktr_words)
			put_field(w, kinded ? end[-1] : 'u', event, field++);
		p = end;
	}
	return w.used;
}

void ktr_print_last(uint32_t count)
{
	ktr_cursors c;
	ktr_entry event;
	uint32_t cpu, number;
	char line[line_max];

	printf("last events, newest first:\n");
	ktr_first(c, ktr_from::newest);
	for (; count > 0 && ktr_next(c, ktr_from::newest, &event, &cpu, &number); count--)
		printf("%.*s", static_cast<int>(event_line(event, cpu, line)), line);
}
