// SPDX-License-Identifier: BSD-2-Clause
// Where each lane lies: groups that fold, lanes as high as their slices are nested.
// Written for Kestrel.

const LABELS = 184;  // pixels left of the lanes
const RULER = 26;  // pixels above them
const HEAD = 22, SLICE = 17, NESTED = 9, GAP = 4;

class Layout {
    constructor(trace)
    {
        this.trace = trace;
        this.folded = new Set();
        this.onlyBusy = true;
        this.process = null;    // when not null, the lanes of other processes are hidden
        this.rows = [];
    }

    // update: places everything; `t0` and `t1` matter when only busy lanes are wanted.
    update(view)
    {
        let y = 0;
        this.rows = [];
        this.place = new Map();
        for (const group of this.trace.groups) {
            const lanes = group.lanes.filter((lane) => this.wanted(lane, view));
            this.rows.push({ group, y, height: HEAD, shown: lanes.length });
            const head = { y, height: HEAD };
            y += HEAD;
            for (const lane of group.lanes)
                this.place.set(lane.index, { ...head, hidden: true });
            if (this.folded.has(group.pid))
                continue;
            for (const lane of lanes) {
                const height = this.heightOf(lane);
                this.rows.push({ lane, y, height });
                this.place.set(lane.index, { y, height });
                y += height;
            }
            y += 6;
        }
        view.content = y;
        view.scrollTo(view.scroll);
    }

    heightOf(lane)
    {
        return SLICE + NESTED * Math.max(0, Math.min(lane.rows.length, 4) - 1) + GAP;
    }

    // wanted: CPUs always; of other lanes, those of the process, with something in view.
    wanted(lane, view)
    {
        if (lane.pid === PID_CPU || this.keep === lane)
            return true;
        if (this.process !== null && lane.process !== null && lane.process !== this.process)
            return false;
        return !this.onlyBusy || this.busy(lane, view);
    }

    busy(lane, view)
    {
        return lane.rows.some((row) => {
            const [first, last] = this.trace.slicesIn(row, view.t0, view.t1);
            return first < last;
        });
    }

    // The row (group head or lane) under a height in the content, or undefined.
    rowAt(y)
    {
        return this.rows.find((row) => y >= row.y && y < row.y + row.height);
    }

    // The depth of slices under a height of a lane's row.
    depthAt(row, y)
    {
        const inside = y - row.y;
        return inside < SLICE ? 0 : 1 + Math.floor((inside - SLICE) / NESTED);
    }

    // The middle of a lane's outermost slices; of its group's head when it is not shown.
    middleOf(lane)
    {
        const place = this.place.get(lane.index);
        return place.y + (place.hidden ? HEAD : SLICE) / 2 + 1;
    }

    // The lanes that can be walked through, in their order.
    walk()
    {
        return this.rows.filter((row) => row.lane).map((row) => row.lane);
    }
}
