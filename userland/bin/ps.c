// SPDX-License-Identifier: BSD-2-Clause
// ps [-H]: processes; with -H also each one's groups, KSEs and threads.
// After FreeBSD's ps(1), whose -H showed threads; groups and KSEs are ours.

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// An array of records from the system.
struct records {
	char	*data;
	size_t	count, size;
};

// load: the variable grows with the number of threads, so ask until it fits.
static struct records
load(const char *name, size_t record)
{
	struct records r = { NULL, 0, record };
	uint32_t said;

	for (;;) {
		size_t size = 0;

		if (sysctlbyname(name, NULL, &size, NULL, 0) != 0)
			err(1, "%s", name);
		r.data = reallocf(r.data, size + 16 * record);
		if (r.data == NULL)
			err(1, NULL);
		size += 16 * record;
		if (sysctlbyname(name, r.data, &size, NULL, 0) == 0) {
			r.count = size / record;
			break;
		}
		if (errno != ENOMEM)
			err(1, "%s", name);
	}
	if (r.count > 0) {
		memcpy(&said, r.data, sizeof(said));
		if (said != record)
			errx(1, "%s: records of %u bytes, not %zu", name, said, record);
	}
	return r;
}

static const void *
record(const struct records *r, size_t i)
{
	return r->data + i * r->size;
}

static const char *
thread_state(unsigned int state, unsigned int inhibitors)
{
	switch (state) {
	case KI_TDS_INACTIVE:
		return "inactive";
	case KI_TDS_CAN_RUN:
		return "canrun";
	case KI_TDS_RUNQ:
		return "runq";
	case KI_TDS_RUNNING:
		return "running";
	default:
		break;
	}
	if (inhibitors & KI_TDI_SUSPENDED)
		return "suspended";
	if (inhibitors & KI_TDI_LOCK)
		return "lock";
	if (inhibitors & KI_TDI_SLEEPING)
		return inhibitors & KI_TDI_LOAN ? "sleep+loan" : "sleep";
	return inhibitors & KI_TDI_LOAN ? "loan" : "waiting";
}

static const char *
kse_state(unsigned int state)
{
	switch (state) {
	case KI_KES_IDLE:
		return "idle";
	case KI_KES_ONRUNQ:
		return "runq";
	case KI_KES_UNQUEUED:
		return "unqueued";
	case KI_KES_THREAD:
		return "thread";
	default:
		return "-";
	}
}

// cpu_time: minutes, seconds, hundredths.
static const char *
cpu_time(uint64_t us)
{
	static char text[24];

	snprintf(text, sizeof(text), "%llu:%02llu.%02llu",
	    (unsigned long long)(us / 60000000), (unsigned long long)(us / 1000000 % 60),
	    (unsigned long long)(us / 10000 % 100));
	return text;
}

static void
print_process(const struct kinfo_proc *p)
{
	const char *state = thread_state(p->ki_td_state, p->ki_td_inhibitors);
	char zombie[32];

	if (p->ki_state == KI_PRS_ZOMBIE) {
		snprintf(zombie, sizeof(zombie), "zombie %#x", (unsigned int)p->ki_xstat);
		state = zombie;
	} else if (p->ki_state == KI_PRS_NEW) {
		state = "new";
	}
	printf("%5d %5d %-10s %-8s %3u %4d %4d %4d %9s %s%s\n", p->ki_pid, p->ki_ppid, state,
	    p->ki_wmesg, p->ki_td_priority, p->ki_numthreads, p->ki_numkses, p->ki_numksegrps,
	    cpu_time(p->ki_runtime_us), p->ki_comm, p->ki_flag & KI_P_KSES ? " (kse)" : "");
}

static void
print_thread(const struct kinfo_thread *t)
{
	static const char *const lending[] = {
		[KI_LEND_NONE] = "", [KI_LEND_LENT] = " lent-its-kse",
		[KI_LEND_BORROWS] = " borrows", [KI_LEND_LOANABLE] = " kse-loanable",
	};
	char kse[16] = "-", cpu[8] = "-", mailbox[24] = "";

	if (t->kt_keid != 0)
		snprintf(kse, sizeof(kse), "%u", t->kt_keid);
	if (t->kt_cpu != KI_NOCPU)
		snprintf(cpu, sizeof(cpu), "%u", t->kt_cpu);
	if (t->kt_mailbox != 0)
		snprintf(mailbox, sizeof(mailbox), " mbx %#x", t->kt_mailbox);
	printf("      thread %-4u kse %-4s cpu %-1s %-9s %-8s %3u/%-3u %8s %s%s%s%s\n",
	    t->kt_tid, kse, cpu, thread_state(t->kt_td_state, t->kt_td_inhibitors),
	    t->kt_lock[0] != '\0' ? t->kt_lock : t->kt_wmesg, t->kt_td_priority,
	    t->kt_td_base_pri, cpu_time(t->kt_runtime_us),
	    t->kt_td_flags & KI_TDF_UNBOUND ? "unbound" : "bound",
	    t->kt_td_flags & KI_TDF_UPCALLING ? " upcalling" : "",
	    t->kt_lending < sizeof(lending) / sizeof(lending[0]) ? lending[t->kt_lending] : "",
	    mailbox);
}

static void
print_kse(const struct kinfo_kse *k)
{
	char bound[32] = "", mailbox[24] = "";

	if (k->kk_bound_tid != 0)
		snprintf(bound, sizeof(bound), " lent by thread %u", k->kk_bound_tid);
	if (k->kk_mailbox != 0)
		snprintf(mailbox, sizeof(mailbox), " mbx %#x", k->kk_mailbox);
	printf("      kse    %-5u %-8s", k->kk_keid, kse_state(k->kk_ke_state));
	if (k->kk_tid != 0)
		printf(" thread %u", k->kk_tid);
	printf(" ticks %llu+%llu%s%s%s%s%s%s\n", (unsigned long long)k->kk_uticks,
	    (unsigned long long)k->kk_sticks, bound,
	    k->kk_ke_flags & KI_KEF_ONLOANQ ? " loanable" : "",
	    k->kk_ke_flags & KI_KEF_ASTPENDING ? " ast" : "",
	    k->kk_ke_flags & KI_KEF_NEEDRESCHED ? " resched" : "",
	    k->kk_ke_flags & KI_KEF_EXIT ? " exiting" : "", mailbox);
}

// print_groups: each group where its first KSE appears, then its KSEs and threads.
static void
print_groups(int32_t pid, const struct records *kses, const struct records *threads)
{
	uint32_t group = 0;

	for (size_t i = 0; i < kses->count; i++) {
		const struct kinfo_kse *k = record(kses, i);

		if (k->kk_pid != pid)
			continue;
		if (k->kk_kgid != group) {
			group = k->kk_kgid;
			printf("    group %u: kses %d idle %d loanable %d, threads %d runq %d, "
			    "pri %u\n", group, k->kk_kg_kses, k->kk_kg_idle, k->kk_kg_loan,
			    k->kk_kg_numthreads, k->kk_kg_runnable, k->kk_kg_user_pri);
			for (size_t j = 0; j < threads->count; j++) {
				const struct kinfo_thread *t = record(threads, j);

				if (t->kt_pid == pid && t->kt_kgid == group)
					print_thread(t);
			}
		}
		print_kse(k);
	}
}

int
main(int argc, char **argv)
{
	struct records processes, threads = { 0 }, kses = { 0 };
	int option, details = 0;

	while ((option = getopt(argc, argv, "H")) != -1) {
		if (option != 'H')
			errx(2, "usage: ps [-H]");
		details = 1;
	}
	processes = load("kern.proc.all", sizeof(struct kinfo_proc));
	if (details) {
		threads = load("kern.proc.threads", sizeof(struct kinfo_thread));
		kses = load("kern.proc.kses", sizeof(struct kinfo_kse));
	}
	printf("%5s %5s %-10s %-8s %3s %4s %4s %4s %9s %s\n", "PID", "PPID", "STATE", "WAIT", "PRI",
	    "THR", "KSE", "GRP", "TIME", "COMMAND");
	for (size_t i = 0; i < processes.count; i++) {
		const struct kinfo_proc *p = record(&processes, i);

		print_process(p);
		if (details)
			print_groups(p->ki_pid, &kses, &threads);
	}
	return 0;
}
