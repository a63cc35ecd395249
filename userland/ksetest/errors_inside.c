// SPDX-License-Identifier: BSD-2-Clause
// Scenario: every error return in KSE mode, asked for by a thread and by the UTS, on one KSE.
// Written for Kestrel.
#include "scenarios.h"

#include <errno.h>
#include <sys/sysctl.h>
#include <unistd.h>

#define NERRORS	16

static struct {
	bool	right;
	const char *what;
} found[NERRORS];
static int nfound;
static int held[2];		// a pipe: keeps thread 2 in the kernel

// Noted only, and told at the end: check() prints, which belongs outside KSE mode.
static void
note(bool right, const char *what)
{
	if (nfound < NERRORS) {
		found[nfound].right = right;
		found[nfound++].what = what;
	}
}

// Is the call refused with EPROCLIM while the limit stands? The limit is put back.
static bool
limited(const char *limit, int value, int newgroup)
{
	static struct kse_mailbox more;
	int before;
	size_t size = sizeof before;

	more.km_func = uts_upcall;
	if (sysctlbyname(limit, &before, &size, &value, sizeof value) != 0)
		return false;
	bool refused = errno_is(kse_create(&more, newgroup), EPROCLIM);
	return sysctlbyname(limit, NULL, NULL, &before, sizeof before) == 0 && refused;
}

static void
ask_as_uts(void)
{
	static struct kse_mailbox unknown;
	struct kse_mailbox *in_kernel = (struct kse_mailbox *)(uintptr_t)0xc0100000u;

	note(errno_is(kse_wakeup(&unknown), ESRCH), "kse_wakeup of an unknown mailbox: ESRCH");
	note(errno_is(kse_wakeup(NULL), ESRCH), "kse_wakeup(NULL) with no idle KSE: ESRCH");
	note(kse_wakeup(&uts_kses[0].uk_mailbox) == 0, "kse_wakeup of a KSE that is not idle: 0");
	note(errno_is(kse_exit(), EDEADLK),
	    "kse_exit of the group's last KSE, with a thread in the kernel: EDEADLK");
	note(errno_is(kse_create(NULL, 0), EFAULT), "kse_create without mailbox: EFAULT");
	note(errno_is(kse_create(in_kernel, 1), EFAULT),
	    "kse_create with a kernel address: EFAULT");
	note(limited("kern.threads.max_kses_per_group", 1, 0),
	    "kse_create over max_kses_per_group: EPROCLIM");
	note(limited("kern.threads.max_groups_per_proc", 1, 1),
	    "kse_create over max_groups_per_proc: EPROCLIM");
}

static void
ask_as_thread(struct uthread *self)
{
	note(errno_is(kse_release(), EINVAL), "kse_release by a thread: EINVAL");
	note(errno_is(kse_exit(), EINVAL), "kse_exit by a thread: EINVAL");
	while (uts_threads[2].ut_state != UT_INKERNEL)
		uts_yield(self);
	uts_sync_begin(self);
	ask_as_uts();
	uts_sync_end(self);
	if (write(held[1], "x", 1) == 1)
		self->ut_result = 1;
}

static void
stay_in_kernel(struct uthread *self)
{
	char byte;

	if (read(held[0], &byte, 1) == 1)
		self->ut_result = 1;
}

void
scenario_errors_inside(void)
{
	chapter("Errors in KSE mode");
	nfound = 0;
	if (pipe(held) != 0)
		story_fatal("no pipe");
	uts_reset();
	struct ugroup *g = uts_group();
	uts_kse(g);
	uts_thread(g, ask_as_thread, 0);
	uts_thread(g, stay_in_kernel, 0);
	run_threads(1);
	close(held[0]);
	close(held[1]);
	for (int i = 0; i < nfound; i++)
		check(found[i].right, "%s", found[i].what);
	check(uts_threads[1].ut_result == 1 && uts_threads[2].ut_result == 1,
	    "the thread in the kernel came back when its byte did");
}
