// SPDX-License-Identifier: BSD-2-Clause
// The pointer on the lanes, the overview and the bar between lanes and structures.
// Written for Kestrel.

const CLICK = 4; // pixels that a click may move

class Mouse {
    constructor(app)
    {
        this.app = app;
        this.canvas = document.getElementById('lanes');
        this.overview = document.getElementById('overview');
        const on = (type, act, options) => this.canvas.addEventListener(type, act, options);
        on('wheel', (event) => this.wheel(event), { passive: false });
        on('pointerdown', (event) => this.down(event));
        on('pointermove', (event) => this.moved(event));
        on('pointerup', (event) => this.up(event));
        on('pointercancel', () => this.cancel());
        on('pointerleave', () => app.panel.hover(null));
        on('dblclick', (event) => this.double(event));
        this.watchOverview();
        this.watchSplitter();
    }

    // at: the pointer in the lanes' coordinates: x from their left, y in their content.
    at(event)
    {
        const box = this.canvas.getBoundingClientRect();
        return { x: event.clientX - box.left - LABELS,
            top: event.clientY - box.top,
            y: event.clientY - box.top - RULER + this.app.view.scroll };
    }

    wheel(event)
    {
        const { view } = this.app, { x } = this.at(event);
        const unit = event.deltaMode === 1 ? 16 : 1;
        event.preventDefault();
        this.app.panel.hover(null);
        if (x < 0 || event.altKey)
            view.scrollTo(view.scroll + event.deltaY * unit);
        else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
            view.pan((event.deltaX || event.deltaY) * unit);
        else
            view.zoom(Math.exp(Math.max(-150, Math.min(150, event.deltaY * unit)) * 0.003), x);
        this.app.invalidate();
    }

    down(event)
    {
        if (event.button !== 0)
            return;
        const { x, top } = this.at(event), { view } = this.app;
        const kind = x >= 0 && (event.shiftKey || top < RULER) ? 'select' : 'pan';
        this.app.drag = { kind, x0: x, x1: x, clientX: event.clientX, clientY: event.clientY,
            u0: view.u0, u1: view.u1, scroll: view.scroll, far: 0 };
        this.canvas.setPointerCapture(event.pointerId);
    }

    moved(event)
    {
        const { app } = this, { drag, view } = app, { x } = this.at(event);
        if (!drag) {
            this.hover(event);
            return;
        }
        const dx = event.clientX - drag.clientX, dy = event.clientY - drag.clientY;
        drag.far = Math.max(drag.far, Math.abs(dx), Math.abs(dy));
        if (drag.far < CLICK)
            return;
        app.panel.hover(null);
        drag.x1 = x;
        if (drag.kind === 'pan') {
            view.showRange(drag.u0, drag.u1);
            view.pan(-dx);
            view.scrollTo(drag.scroll - dy);
            this.canvas.style.cursor = 'grabbing';
        }
        app.invalidate();
    }

    up(event)
    {
        const { app } = this, { drag, view } = app;
        app.drag = null;
        this.canvas.style.cursor = '';
        if (!drag)
            return;
        if (drag.far < CLICK)
            this.click(event);
        else if (drag.kind === 'select' && Math.abs(drag.x1 - drag.x0) > CLICK)
            view.show(view.time(Math.min(drag.x0, drag.x1)), view.time(Math.max(drag.x0, drag.x1)));
        app.invalidate();
    }

    cancel()
    {
        this.app.drag = null;
        this.app.invalidate();
    }

    // What lies under the pointer: a row, and of a lane a slice or an instant.
    find(event)
    {
        const { app } = this, { trace, view, layout } = app, { x, y, top } = this.at(event);
        const row = top >= RULER ? layout.rowAt(y) : undefined;
        if (!row?.lane || x < 0)
            return { row, x, top, slice: -1, instant: -1 };
        const slices = row.lane.rows[Math.min(layout.depthAt(row, y), row.lane.rows.length - 1)];
        let slice = slices ? trace.sliceAt(slices, view.time(x)) : -1;
        if (slice < 0 && slices)
            slice = this.near(slices, x);
        return { row, x, top, slice, instant: this.instant(row.lane, x) };
    }

    // A slice that is too narrow to be hit, but within two pixels.
    near(row, x)
    {
        const { trace, view } = this.app;
        const [first, last] = trace.slicesIn(row, view.time(x - 2), view.time(x + 2));
        return first < last ? first : -1;
    }

    instant(lane, x)
    {
        const { view, trace } = this.app, [from, to] = lane.instants;
        const i = lowerBound(trace.instants.time, view.time(x - 4), from, to);
        return i < to && trace.instants.time[i] <= view.time(x + 4) ? i : -1;
    }

    hover(event)
    {
        const { app } = this, found = this.find(event);
        const inside = found.slice >= 0 || found.instant >= 0;
        this.canvas.style.cursor = inside || found.row && found.x < 0 ? 'pointer' : '';
        const words = found.instant >= 0 ? instantWords(app, found.instant) :
            found.slice >= 0 ? sliceWords(app, found.slice) : null;
        app.panel.hover(words, event.clientX, event.clientY);
    }

    click(event)
    {
        const { app } = this, found = this.find(event);
        app.panel.hover(null);
        if (found.row?.group && (found.x < 0 || found.slice < 0))
            app.fold(found.row.group.pid);
        else if (found.row?.lane && found.x < 0)
            app.followLane(found.row.lane);
        else if (found.instant >= 0)
            app.goTo(app.trace.instants.step[found.instant], false);
        else if (found.slice >= 0)
            app.selectSlice(found.slice);
        else
            app.goTo(app.trace.stepAt(app.view.time(found.x)), false);
    }

    double(event)
    {
        const { slice } = this.find(event);
        if (slice >= 0)
            this.app.zoomToSlice(slice);
    }

    watchOverview()
    {
        const { app } = this;
        const move = (event) => {
            const box = this.overview.getBoundingClientRect();
            app.view.centre(app.overview.at(event.clientX - box.left));
            app.invalidate();
        };
        this.overview.addEventListener('pointerdown', (event) => {
            this.overview.setPointerCapture(event.pointerId);
            move(event);
        });
        this.overview.addEventListener('pointermove', (event) => event.buttons && move(event));
        this.overview.addEventListener('wheel', (event) => {
            event.preventDefault();
            app.view.zoom(Math.exp(event.deltaY * 0.003));
            app.invalidate();
        }, { passive: false });
    }

    watchSplitter()
    {
        const splitter = document.getElementById('splitter'), { app } = this;
        const set = (height) => {
            const most = innerHeight - 220;
            const now = Math.max(120, Math.min(most, height));
            document.documentElement.style.setProperty('--below', `${now}px`);
            splitter.setAttribute('aria-valuenow', String(Math.round(now / innerHeight * 100)));
            app.invalidate();
        };
        const height = () => document.getElementById('below').offsetHeight;
        splitter.addEventListener('pointerdown', (event) =>
            splitter.setPointerCapture(event.pointerId));
        splitter.addEventListener('pointermove', (event) =>
            event.buttons && set(innerHeight - event.clientY));
        splitter.addEventListener('keydown', (event) => {
            const by = { ArrowUp: 24, ArrowDown: -24 }[event.key];
            if (by) {
                event.preventDefault();
                event.stopPropagation();
                set(height() + by);
            }
        });
    }
}
