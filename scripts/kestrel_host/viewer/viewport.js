// SPDX-License-Identifier: BSD-2-Clause
// Which part of the trace the lanes show, across `width` pixels; time, or events, evenly spaced.
// Written for Kestrel.

// The lanes are linear in u: time in ns, or the number of the step (with the way to the next one as
// its fraction), which makes room where much happens. [u0, u1] is shown; [t0, t1] are its times.
class Viewport {
    constructor(trace)
    {
        this.length = trace.length;
        this.times = trace.steps.time;
        this.even = false;
        this.width = 800;
        this.height = 400;
        this.scroll = 0;
        this.content = 0;    // height of all lanes
        this.fit();
    }

    get most()
    {
        return this.even ? Math.max(1, this.times.length - 1) : this.length;
    }

    get least()
    {
        return this.even ? 4 : 100;
    }

    // warp: u of a time. Before the first step and behind the last one, time counts in both.
    warp(t)
    {
        const { times } = this, last = times.length - 1;
        if (!this.even || last < 1)
            return t;
        if (t < times[0])
            return (t - times[0]) / this.length * last;
        if (t >= times[last])
            return last + (t - times[last]) / this.length * last;
        const i = upperBound(times, t, 0, last + 1) - 1;
        return i + (t - times[i]) / (times[i + 1] - times[i]);
    }

    unwarp(u)
    {
        const { times } = this, last = times.length - 1;
        if (!this.even || last < 1)
            return u;
        if (u < 0)
            return times[0] + u / last * this.length;
        if (u >= last)
            return times[last] + (u - last) / last * this.length;
        const i = Math.floor(u);
        return times[i] + (u - i) * (times[i + 1] - times[i]);
    }

    set(u0, u1)
    {
        [this.u0, this.u1] = [u0, u1];
        [this.t0, this.t1] = [this.unwarp(u0), this.unwarp(u1)];
    }

    fit()
    {
        this.set(-this.most * 0.01, this.most * 1.01);
    }

    // spaceEvenly: events or time, around the same middle.
    spaceEvenly(even, time)
    {
        const share = (this.u1 - this.u0) / this.most;
        this.even = even;
        if (share >= 0.98) {
            this.fit();
            return;
        }
        const middle = this.warp(time), half = this.most * share / 2;
        this.showRange(middle - half, middle + half);
    }

    x(time)
    {
        return (this.warp(time) - this.u0) / (this.u1 - this.u0) * this.width;
    }

    // xOfStep: the same for a time at which a step began, without a search where events are even.
    xOfStep(time, step)
    {
        const { times } = this;
        if (!this.even || times[step] !== time || times[step + 1] === time)
            return this.x(time);
        return (step - this.u0) / (this.u1 - this.u0) * this.width;
    }

    // bounds: the times at which the pixels begin, for one drawing.
    bounds()
    {
        return Float64Array.from({ length: Math.ceil(this.width) + 3 }, (_, x) => this.time(x));
    }

    time(x)
    {
        return this.unwarp(this.u0 + x / this.width * (this.u1 - this.u0));
    }

    // showRange: a range of u, kept within the trace and its margins.
    showRange(u0, u1)
    {
        const { most, least } = this;
        const span = Math.min(most * 1.1 + least, Math.max(least, u1 - u0));
        const margin = Math.max(most * 0.05, span * 0.4);
        const from = Math.max(-margin, Math.min((u0 + u1) / 2 - span / 2, most + margin - span));
        this.set(from, from + span);
    }

    // show: a range of times.
    show(t0, t1)
    {
        this.showRange(this.warp(t0), this.warp(t1));
    }

    // zoom: by a factor below one closer, keeping what is under x where it is.
    zoom(factor, x = this.width / 2)
    {
        const left = x / this.width, at = this.u0 + left * (this.u1 - this.u0);
        const span = Math.min(this.most * 1.1 + this.least,
            Math.max(this.least, (this.u1 - this.u0) * factor));
        this.showRange(at - span * left, at + span * (1 - left));
    }

    pan(pixels)
    {
        const by = pixels / this.width * (this.u1 - this.u0);
        this.showRange(this.u0 + by, this.u1 + by);
    }

    centre(u)
    {
        const half = (this.u1 - this.u0) / 2;
        this.showRange(u - half, u + half);
    }

    scrollTo(y)
    {
        this.scroll = Math.max(0, Math.min(y, this.content - this.height));
    }

    // reveal: move, without zooming, as little as shows a time well.
    reveal(time)
    {
        const u = this.warp(time), edge = (this.u1 - this.u0) * 0.12;
        if (u < this.u0 + edge || u > this.u1 - edge)
            this.centre(u);
    }
}
