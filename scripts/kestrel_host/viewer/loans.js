// SPDX-License-Identifier: BSD-2-Clause
// Who lent which KSE to whom, from when to when; which kernel thread carried which user thread.
// Written for Kestrel.

// A loan is {ke, owner, borrower, user, from, to, t0, t1}: steps and times; `to` is -1 when no step
// ends it. A KSE is lent while the thread on it is not the one it is bound to, and further until
// its owner has it back: a borrower may give it up before that.
class Loans {
    constructor(trace, replay)
    {
        this.trace = trace;
        this.all = [];
        this.ofKse = new Map();
        this.ofThread = new Map();
        this.carriers = new Map(); // user thread → [{thread, t0, t1}]
        this.carried = new Map(); // kernel thread → [{user, t0, t1}]
        this.scan(replay);
    }

    scan(replay)
    {
        const watched = this.watch(replay);
        const current = new Map(), open = new Map(), carrying = new Map();
        for (let step = 0; step < this.trace.steps.count; step++) {
            let touched = null;
            for (let i = replay.from[step]; i < replay.from[step + 1]; i++) {
                const slot = watched.get(replay.slot[i]);
                if (slot === undefined)
                    continue;
                const value = replay.values[replay.value[i]];
                current.set(replay.slot[i],
                    slot.kind === 'kg' ? value : reference('td', value));
                (touched ??= new Set()).add(slot);
            }
            for (const slot of touched ?? [])
                if (slot.kind === 'ke')
                    this.lend(slot, current, open, carrying, step);
                else if (slot.kind === 'kg')
                    this.offer(current.get(slot.lq), open, step);
                else
                    this.carry(slot.object, current.get(slot.td) ?? null, carrying, step);
        }
        for (const slot of open.values())
            this.close(slot, -1);
        for (const [user, piece] of carrying)
            this.endCarry(user, piece, this.trace.length);
    }

    // The slots that matter: owner and thread of each KSE, td of each user thread, kg_lq.
    watch(replay)
    {
        const watched = new Map();
        for (const [object, fields] of replay.slotsOf) {
            const kind = object.split(':')[0];
            if (kind === 'ke' && fields.has('owner') && fields.has('thread')) {
                const entry = { kind, object, owner: fields.get('owner'),
                    thread: fields.get('thread') };
                watched.set(entry.owner, entry);
                watched.set(entry.thread, entry);
            } else if (kind === 'tm' && fields.has('td')) {
                watched.set(fields.get('td'), { kind, object, td: fields.get('td') });
            } else if (kind === 'kg' && fields.has('lq')) {
                watched.set(fields.get('lq'), { kind, object, lq: fields.get('lq') });
            }
        }
        return watched;
    }

    lend(slot, current, open, carrying, step)
    {
        const owner = current.get(slot.owner) ?? null, borrower = current.get(slot.thread) ?? null;
        const lent = owner !== null && borrower !== null && owner !== borrower;
        const before = open.get(slot);
        if (before && lent && before.owner === owner && before.borrower === borrower)
            return;
        if (before && before.owner === owner && borrower === null) {
            before.givenUp = true;
            return;
        }
        if (before)
            this.close(before, step);
        open.delete(slot);
        if (!lent)
            return;
        let user = null;
        for (const [each, piece] of carrying)
            if (piece.thread === borrower)
                user = each;
        open.set(slot, { ke: slot.object, owner, borrower, user, from: step, to: -1,
            t0: this.trace.steps.time[step], t1: this.trace.length });
        this.add(open.get(slot));
    }

    // offer: a KSE that its borrower has given up is on the queue of those that can be lent: it is
    // back, though its owner sleeps.
    offer(queue, open, step)
    {
        const kses = new Set([].concat(queue ?? []).map((kse) => reference('ke', kse)));
        for (const [slot, loan] of open)
            if (loan.givenUp && kses.has(slot.object)) {
                this.close(loan, step);
                open.delete(slot);
            }
    }

    add(loan)
    {
        const push = (map, key) => map.has(key) ? map.get(key).push(loan) : map.set(key, [loan]);
        loan.index = this.all.push(loan) - 1;
        push(this.ofKse, loan.ke);
        push(this.ofThread, loan.owner);
        push(this.ofThread, loan.borrower);
    }

    close(loan, step)
    {
        loan.to = step;
        if (step >= 0)
            loan.t1 = this.trace.steps.time[step];
    }

    carry(user, thread, carrying, step)
    {
        const before = carrying.get(user), now = this.trace.steps.time[step];
        if (before?.thread === thread)
            return;
        if (before) {
            carrying.delete(user);
            this.endCarry(user, before, now);
        }
        if (thread !== null)
            carrying.set(user, { thread, t0: now });
    }

    endCarry(user, { thread, t0 }, t1)
    {
        const push = (map, key, what) =>
            map.has(key) ? map.get(key).push(what) : map.set(key, [what]);
        push(this.carriers, user, { thread, t0, t1 });
        push(this.carried, thread, { user, t0, t1 });
    }

    // during: the loans of a list (in order of time) that overlap [t0, t1].
    during(list, t0, t1)
    {
        return (list ?? []).filter((loan) => loan.t0 <= t1 && loan.t1 >= t0);
    }

    // ofObject: the loans that a KSE, kernel thread or user thread takes part in.
    ofObject(object)
    {
        const kind = kindOf(object);
        if (kind === 'ke')
            return this.ofKse.get(object) ?? [];
        if (kind === 'td')
            return this.ofThread.get(object) ?? [];
        if (kind === 'tm')
            return this.all.filter((loan) => loan.user === object);
        return [];
    }

    // at: the loans that stand at a step, and those that it ends.
    at(step)
    {
        return this.all.filter((loan) => loan.from <= step && (loan.to < 0 || step <= loan.to));
    }

    // next: the first loan that begins after a step, or the last one before it; null when none.
    next(step, direction)
    {
        if (direction > 0)
            return this.all.find((loan) => loan.from > step) ?? null;
        return this.all.findLast((loan) => loan.from < step) ?? null;
    }
}
