// SPDX-License-Identifier: BSD-2-Clause
// The trace as the page uses it: lanes with rows of slices, instants, flows, steps and their texts.
// Written for Kestrel.

const PID_CPU = 1, PID_KSE = 2, PID_THREAD = 3, PID_USER = 4;

class Trace {
    constructor({ header, columns, texts })
    {
        this.header = header;
        this.length = header.length;
        this.names = header.names;
        this.types = header.types;
        this.args = header.args.map((text) => JSON.parse(text));
        this.columns = columns;
        this.makeLanes();
        this.makeSlices();
        this.makeInstants();
        this.makeFlows();
        this.makeSteps(texts);
    }

    makeLanes()
    {
        this.lanes = this.header.lanes.map(([pid, tid, name], index) => (
            { index, pid, tid, name, rows: [], instants: [0, 0],
                object: objectOfLane(pid, tid, name), process: processOfLane(name) }));
        this.laneOf = new Map(this.lanes.map((lane) => [lane.pid * 2 ** 40 + lane.tid, lane]));
        this.laneOfObject = new Map(this.lanes.map((lane) => [lane.object, lane]));
        const groups = new Map();
        for (const lane of this.lanes) {
            if (!groups.has(lane.pid))
                groups.set(lane.pid, { pid: lane.pid,
                    name: this.header.groups[lane.pid] ?? `process ${lane.pid}`, lanes: [] });
            groups.get(lane.pid).lanes.push(lane);
        }
        this.groups = [...groups.values()];
    }

    lane(pid, tid)
    {
        return this.laneOf.get(pid * 2 ** 40 + tid);
    }

    // Slices lie row by row (one depth of one lane); in a row they ascend and do not overlap.
    makeSlices()
    {
        const c = this.columns, count = c['slice.start'].length;
        const start = new Float64Array(count), end = new Float64Array(count);
        const busy = new Float64Array(count + 1);
        this.rows = this.header.rows.map(([lane, depth, first, n]) => (
            { lane, depth, first, last: first + n }));
        for (const row of this.rows) {
            let at = 0;
            for (let i = row.first; i < row.last; i++) {
                start[i] = at += c['slice.start'][i];
                end[i] = at + c['slice.duration'][i];
                busy[i + 1] = busy[i] + c['slice.duration'][i];
            }
            this.lanes[row.lane].rows.push(row);
        }
        this.rowFirsts = Uint32Array.from(this.rows, (row) => row.first);
        this.slices = { count, start, end, busy, name: c['slice.name'], args: c['slice.args'],
            step: c['slice.step'] };
        this.categories = {};
        for (const { pid } of this.groups)
            this.categories[pid] = Uint8Array.from(this.names, (n) => categoryOf(pid, n));
    }

    makeInstants()
    {
        const c = this.columns, lanes = c['instant.lane'];
        this.instants = { count: lanes.length, lane: lanes, time: c['instant.time'],
            name: c['instant.name'], args: c['instant.args'], step: c['instant.step'] };
        for (const lane of this.lanes)
            lane.instants = [lowerBound(lanes, lane.index, 0, lanes.length),
                upperBound(lanes, lane.index, 0, lanes.length)];
    }

    // A flow is a run of points [from, to) in the flow columns.
    makeFlows()
    {
        const c = this.columns, id = c['flow.id'];
        this.flowPoints = { time: c['flow.time'], phase: c['flow.phase'], lane: c['flow.lane'],
            step: c['flow.step'], flow: new Uint32Array(id.length) };
        this.flows = [];
        for (let from = 0; from < id.length;) {
            let to = from;
            while (to < id.length && id[to] === id[from])
                this.flowPoints.flow[to++] = this.flows.length;
            this.flows.push({ index: this.flows.length, from, to, t0: c['flow.time'][from],
                t1: c['flow.time'][to - 1] });
            from = to;
        }
        // The flows that touch a lane, to find those of a slice.
        this.flowsOfLane = this.lanes.map(() => []);
        for (let i = 0; i < id.length; i++)
            this.flowsOfLane[this.flowPoints.lane[i]].push(i);
    }

    makeSteps(texts)
    {
        const c = this.columns;
        this.steps = { count: c['step.time'].length, time: summed(c['step.time']),
            cpu: c['step.cpu'], thread: c['step.thread'], type: c['step.type'] };
        this.texts = texts;
        this.textFrom = new Uint32Array(this.steps.count + 1);
        for (let i = 0, at = 0; i < this.steps.count; i++) {
            this.textFrom[i] = at;
            const end = texts.indexOf('\n', at);
            at = (end < 0 ? texts.length : end) + 1;
            this.textFrom[i + 1] = at;
        }
    }

    text(step)
    {
        return this.texts.slice(this.textFrom[step], this.textFrom[step + 1] - 1);
    }

    type(step)
    {
        return this.types[this.steps.type[step]];
    }

    // The last step at or before a time; the first one when there is none before.
    stepAt(time)
    {
        return Math.max(0, upperBound(this.steps.time, time, 0, this.steps.count) - 1);
    }

    rowOfSlice(slice)
    {
        return this.rows[upperBound(this.rowFirsts, slice, 0, this.rowFirsts.length) - 1];
    }

    laneOfSlice(slice)
    {
        return this.lanes[this.rowOfSlice(slice).lane];
    }

    categoryOfSlice(slice)
    {
        return this.categories[this.laneOfSlice(slice).pid][this.slices.name[slice]];
    }

    // The slice of a row that covers a time, or -1.
    sliceAt(row, time)
    {
        const i = upperBound(this.slices.start, time, row.first, row.last) - 1;
        return i >= row.first && this.slices.end[i] > time ? i : -1;
    }

    // [first, last) of the slices of a row that overlap [t0, t1].
    slicesIn(row, t0, t1)
    {
        return [upperBound(this.slices.end, t0, row.first, row.last),
            lowerBound(this.slices.start, t1, row.first, row.last)];
    }

    argsOfSlice(slice)
    {
        return this.args[this.slices.args[slice]];
    }
}
