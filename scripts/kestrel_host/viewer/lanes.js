// SPDX-License-Identifier: BSD-2-Clause
// Draws the swim lanes: slices, binned where many share a pixel, labels, group heads.
// Written for Kestrel.

const SAMPLES = 12; // slices that are looked at for the colour of one pixel

class LanePainter {
    constructor(app)
    {
        this.app = app;
        this.widths = new Map();
    }

    draw(canvas)
    {
        const { app } = this, { view, layout, theme } = app;
        const { c, width, height } = prepareCanvas(canvas);
        this.c = c;
        c.font = FONT;
        c.textBaseline = 'middle';
        view.width = width - LABELS;
        view.height = height - RULER;
        layout.update(view);
        this.bounds = view.bounds();
        c.save();
        c.beginPath();
        c.rect(0, RULER, width, height - RULER);
        c.clip();
        c.translate(0, RULER - view.scroll);
        const visible = layout.rows.filter((row) => row.y + row.height > view.scroll &&
            row.y < view.scroll + view.height);
        visible.forEach((row) => this.background(row, width));
        drawGrid(app, c);
        c.save();
        c.beginPath();
        c.rect(LABELS, view.scroll, view.width, view.height);
        c.clip();
        c.translate(LABELS, 0);
        visible.forEach((row) => row.lane && this.lane(row));
        drawMarks(app, c, visible);
        c.restore();
        visible.forEach((row) => this.label(row));
        c.restore();
        c.fillStyle = theme.line;
        c.fillRect(LABELS - 1, 0, 1, height);
        drawRuler(app, c, width, height);
    }

    background(row, width)
    {
        const { c } = this, { theme, selectedLane } = this.app;
        if (row.group) {
            c.fillStyle = theme.band;
            c.fillRect(0, row.y, width, row.height);
        } else if (row.lane === selectedLane) {
            c.fillStyle = theme.shade;
            c.fillRect(0, row.y, width, row.height);
        }
        if (row.lane) {
            c.fillStyle = theme.line;
            c.fillRect(LABELS, Math.round(row.y + (GAP + SLICE) / 2), width, 1);
        }
    }

    label(row)
    {
        const { c } = this, { theme, layout, followed } = this.app;
        if (row.group) {
            const mark = layout.folded.has(row.group.pid) ? '▸' : '▾';
            const all = row.group.lanes.length;
            c.fillStyle = theme.text;
            c.font = `600 ${FONT}`;
            c.fillText(`${mark} ${row.group.name}`, 10, row.y + row.height / 2);
            c.font = FONT;
            c.fillStyle = theme.muted;
            c.textAlign = 'right';
            c.fillText(row.shown === all ? `${all}` : `${row.shown} / ${all}`, LABELS - 12,
                row.y + row.height / 2);
            c.textAlign = 'left';
            return;
        }
        const piece = !followed || followed.pieces.has(row.lane.index);
        c.globalAlpha = piece ? 1 : 0.4;
        c.fillStyle = followed?.lane === row.lane ? theme.accent : theme.text;
        c.font = followed?.lane === row.lane ? `600 ${FONT}` : FONT;
        c.fillText(this.fitted(row.lane.name, LABELS - 30), 22, row.y + GAP / 2 + SLICE / 2);
        c.font = FONT;
        c.globalAlpha = 1;
    }

    // lane: all of it; or, when something is followed, all dimmed and the pieces bright.
    lane(row)
    {
        const { c } = this, { followed, view } = this.app;
        if (!followed) {
            this.rowsOf(row);
            return;
        }
        c.globalAlpha = 0.16;
        this.rowsOf(row);
        c.globalAlpha = 1;
        const pieces = followed.pieces.get(row.lane.index);
        if (!pieces)
            return;
        for (let i = pieceAfter(pieces, view.t0); i < pieces.length;) {
            const [t0] = pieces[i];
            if (t0 > view.t1)
                break;
            // Pieces that end within a pixel of each other are drawn as one.
            let t1 = pieces[i][1];
            const next = pieceAfter(pieces, view.time(view.x(t1) + 1), i + 1);
            if (next > i + 1)
                [, t1] = pieces[next - 1];
            this.rowsOf(row, Math.max(t0, view.t0), Math.min(t1, view.t1));
            i = Math.max(next, i + 1);
        }
    }

    // rowsOf: what of a lane lies between two times.
    rowsOf(row, t0 = this.app.view.t0, t1 = this.app.view.t1)
    {
        for (const slices of row.lane.rows.slice(0, 4)) {
            const y = row.y + GAP / 2 +
                (slices.depth > 0 ? SLICE + NESTED * (slices.depth - 1) : 0);
            this.slices(slices, row.lane.pid, y, (slices.depth > 0 ? NESTED : SLICE) - 1, t0, t1);
        }
    }

    slices(row, pid, y, height, t0, t1)
    {
        const { trace, view } = this.app, { start, end, step } = trace.slices;
        const [first, last] = trace.slicesIn(row, t0, t1);
        for (let i = first; i < last;) {
            const x0 = t0 > start[i] ? view.x(t0) : view.xOfStep(start[i], step[i]);
            const x = Math.max(0, Math.floor(x0));
            if (end[i] < this.bounds[x + 1]) {
                i = this.pixel(i, last, pid, x, y, height);
                continue;
            }
            this.flush();
            this.slice(i, pid, x0, view.x(Math.min(t1, end[i])), y, height);
            i++;
        }
        this.flush();
    }

    // pixel: everything from a slice on that begins in this pixel, as one bar: the longest one's
    // colour, the more solid the busier. Returns the first slice behind it.
    pixel(i, last, pid, x, y, height)
    {
        const { bounds } = this, { trace, theme } = this.app;
        const { start, end, busy, name } = trace.slices;
        const t1 = bounds[x + 1];
        let next = i + 1;
        if (next < last && start[next] < t1)
            next = lowerBound(start, t1, next, last);
        const stride = Math.max(1, Math.floor((next - i) / SAMPLES));
        let longest = i;
        for (let k = i; k < next; k += stride)
            if (end[k] - start[k] > end[longest] - start[longest])
                longest = k;
        const share = Math.min(1, (busy[next] - busy[i]) / (t1 - bounds[x]));
        const level = Math.ceil(share * SHADES);
        const style = theme.shades[trace.categories[pid][name[longest]]][level];
        if (this.bar?.style !== style || this.bar.end !== x) {
            this.flush();
            this.bar = { style, x, end: x, y, height };
        }
        this.bar.end = x + 1;
        return next;
    }

    // flush: draw the pixels of one colour side by side that have been gathered.
    flush()
    {
        const { c, bar } = this;
        if (!bar)
            return;
        c.fillStyle = bar.style;
        c.fillRect(bar.x, bar.y, bar.end - bar.x, bar.height);
        this.bar = null;
    }

    slice(i, pid, x0, x1, y, height)
    {
        const { c } = this, { trace, view, theme } = this.app;
        const category = trace.categories[pid][trace.slices.name[i]];
        const left = Math.max(x0, -2), right = Math.min(x1, view.width + 2);
        const width = Math.max(1, right - left - (right - left > 3 ? 0.75 : 0));
        c.fillStyle = theme.fill[category];
        if (width > 6) {
            c.beginPath();
            c.roundRect(left, y, width, height, 2.5);
            c.fill();
        } else {
            c.fillRect(left, y, width, height);
        }
        if (category === CATEGORY.borrowed && width > 3) {
            c.fillStyle = theme.hatch;
            c.fillRect(left, y, width, height);
        }
        const from = Math.max(left, 0);
        if (right - from > 26 && height > 10) {
            c.fillStyle = theme['slice-text'];
            c.fillText(this.fitted(this.labelOf(i, category), right - from - 9), from + 4.5,
                y + height / 2 + 0.5);
        }
        if (i === this.app.selectedSlice) {
            c.strokeStyle = theme.text;
            c.lineWidth = 2;
            c.strokeRect(left + 1, y + 1, width - 2, height - 2);
        }
    }

    // labelOf: a slice's name; on a borrowed KSE also of whom.
    labelOf(i, category)
    {
        const { trace, loans } = this.app, name = trace.names[trace.slices.name[i]];
        if (category !== CATEGORY.borrowed)
            return name;
        const lane = trace.laneOfSlice(i);
        const loan = loanAt(loans.ofKse.get(lane.object), trace.slices.start[i],
            trace.slices.end[i]);
        return loan ? `${name.replace('(borrowed)', '')}borrows from ${titleOf(loan.owner)}` : name;
    }

    // fitted: a text cut to a width.
    fitted(text, width)
    {
        let full = this.widths.get(text);
        if (full === undefined) {
            if (this.widths.size > 20000)
                this.widths.clear();
            this.widths.set(text, full = this.c.measureText(text).width);
        }
        if (full <= width)
            return text;
        const letters = Math.floor(text.length * (width - 8) / full);
        return letters > 1 ? `${text.slice(0, letters)}…` : '';
    }
}

// pieceAfter: the first of ascending pieces, from one on, that ends after a time.
function pieceAfter(pieces, time, from = 0)
{
    let to = pieces.length;
    while (from < to) {
        const middle = (from + to) >>> 1;
        if (pieces[middle][1] <= time)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

// loanAt: of loans in order of time, the one that overlaps [t0, t1] the longest; null when none.
function loanAt(list, t0, t1)
{
    let best = null, longest = -1;
    if (!list)
        return null;
    let from = 0, to = list.length;
    while (from < to) {
        const middle = (from + to) >>> 1;
        if (list[middle].t1 < t0)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < list.length && list[from].t0 <= t1; from++) {
        const both = Math.min(t1, list[from].t1) - Math.max(t0, list[from].t0);
        if (both > longest)
            [best, longest] = [list[from], both];
    }
    return best;
}
