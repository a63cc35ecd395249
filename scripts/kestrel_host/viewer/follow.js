// SPDX-License-Identifier: BSD-2-Clause
// Following: the pieces of all lanes that belong to one thread, KSE or CPU.
// Written for Kestrel.

// Pieces of lanes: intervals are collected in any order, and merged once.
class Pieces {
    constructor()
    {
        this.lists = new Map();
    }

    add(lane, t0, t1)
    {
        if (!lane || t1 < t0)
            return;
        if (!this.lists.has(lane.index))
            this.lists.set(lane.index, []);
        this.lists.get(lane.index).push([t0, t1]);
    }

    // merged: lane → ascending [t0, t1] that do not touch.
    merged()
    {
        const out = new Map();
        for (const [lane, list] of this.lists) {
            list.sort((a, b) => a[0] - b[0]);
            const merged = [];
            for (const [t0, t1] of list) {
                const last = merged[merged.length - 1];
                if (last && t0 <= last[1])
                    last[1] = Math.max(last[1], t1);
                else
                    merged.push([t0, t1]);
            }
            out.set(lane, merged);
        }
        return out;
    }
}

// addRunning: the CPUs and KSEs on which a kernel thread runs between two times.
function addRunning(trace, pieces, thread, t0, t1)
{
    const lane = trace.laneOfObject.get(thread), row = lane?.rows[0];
    if (!row)
        return;
    const [first, last] = trace.slicesIn(row, t0, t1);
    for (let i = first; i < last; i++) {
        const args = trace.argsOfSlice(i);
        const from = Math.max(t0, trace.slices.start[i]), to = Math.min(t1, trace.slices.end[i]);
        const cpu = numberIn(args.cpu), kse = numberIn(args.kse);
        if (cpu !== null)
            pieces.add(trace.lane(PID_CPU, cpu + 1), from, to);
        if (kse !== null)
            pieces.add(trace.lane(PID_KSE, kse), from, to);
    }
}

// carriersOf: which kernel threads carry a user thread between two times, as {thread, t0, t1}.
function carriersOf(trace, loans, lane, slice)
{
    const t0 = trace.slices.start[slice], t1 = trace.slices.end[slice];
    const args = trace.argsOfSlice(slice);
    if (numberIn(args.thread) !== null)
        return [{ thread: `td:${numberIn(args.thread)}`, t0, t1 }];
    return (loans.carriers.get(lane.object) ?? [])
        .filter((piece) => piece.t0 < t1 && piece.t1 > t0)
        .map((piece) => ({ thread: piece.thread, t0: Math.max(t0, piece.t0),
            t1: Math.min(t1, piece.t1) }));
}

function addUser(trace, loans, pieces, lane)
{
    for (let i = lane.rows[0].first; i < lane.rows[0].last; i++) {
        if (trace.categories[lane.pid][trace.slices.name[i]] === CATEGORY.completed)
            continue;
        for (const { thread, t0, t1 } of carriersOf(trace, loans, lane, i)) {
            pieces.add(trace.laneOfObject.get(thread), t0, t1);
            addRunning(trace, pieces, thread, t0, t1);
        }
    }
}

function addThread(trace, loans, pieces, lane)
{
    addRunning(trace, pieces, lane.object, 0, trace.length);
    for (const { user, t0, t1 } of loans.carried.get(lane.object) ?? [])
        pieces.add(trace.laneOfObject.get(user), t0, t1);
    for (const user of trace.lanes) {
        if (user.pid !== PID_USER || !user.rows[0])
            continue;
        for (let i = user.rows[0].first; i < user.rows[0].last; i++)
            if (numberIn(trace.argsOfSlice(i).thread) === lane.tid)
                pieces.add(user, trace.slices.start[i], trace.slices.end[i]);
    }
}

// addProcessor: what ran on a KSE or CPU.
function addProcessor(trace, pieces, lane)
{
    const key = lane.pid === PID_CPU ? 'cpu' : 'kse';
    const number = lane.pid === PID_CPU ? lane.tid - 1 : lane.tid;
    for (const other of trace.lanes) {
        if (other.pid === lane.pid || !other.rows[0])
            continue;
        for (let i = other.rows[0].first; i < other.rows[0].last; i++)
            if (numberIn(trace.argsOfSlice(i)[key]) === number)
                pieces.add(other, trace.slices.start[i], trace.slices.end[i]);
    }
}

// follow: {lane, pieces} of what is followed; a lane's own row belongs to it as a whole.
function follow(trace, loans, lane)
{
    const pieces = new Pieces();
    pieces.add(lane, 0, trace.length);
    if (lane.rows.length > 0) {
        if (lane.pid === PID_USER)
            addUser(trace, loans, pieces, lane);
        else if (lane.pid === PID_THREAD)
            addThread(trace, loans, pieces, lane);
        else
            addProcessor(trace, pieces, lane);
    }
    return { lane, object: lane.object, pieces: pieces.merged() };
}

// pieceAt: the piece of an ascending list that covers a time, or null.
function pieceAt(list, time)
{
    let from = 0, to = list.length;
    while (from < to) {
        const middle = (from + to) >>> 1;
        if (list[middle][0] <= time)
            from = middle + 1;
        else
            to = middle;
    }
    return from > 0 && list[from - 1][1] >= time ? list[from - 1] : null;
}

// isOfFollowed: does a step concern what is followed? Its thread is in a piece, or it changes it.
function isOfFollowed(app, step)
{
    const { trace, replay } = app, { object, pieces } = app.followed;
    for (let i = replay.from[step]; i < replay.from[step + 1]; i++)
        if (replay.objects[replay.slotObject[replay.slot[i]]] === object)
            return true;
    const lane = trace.lane(PID_THREAD, trace.steps.thread[step]), time = trace.steps.time[step];
    const list = lane && pieces.get(lane.index);
    return list ? pieceAt(list, time) !== null : false;
}
