// SPDX-License-Identifier: BSD-2-Clause
// The strip above the lanes: the whole trace as a histogram of steps, loans, and the part shown.
// Written for Kestrel.

class Overview {
    constructor(app)
    {
        this.app = app;
        this.counts = new Uint32Array(0);
    }

    histogram(width)
    {
        const { trace, view, loans } = this.app, { time, count } = trace.steps;
        this.counts = new Uint32Array(Math.max(1, width));
        this.top = 1;
        this.even = view.even;
        for (let i = 0; i < count; i++) {
            const bin = Math.min(width - 1, Math.floor(view.warp(time[i]) / view.most * width));
            this.top = Math.max(this.top, ++this.counts[bin]);
        }
        this.lent = new Uint8Array(this.counts.length);
        for (const { t0, t1 } of loans.all) {
            const x = Math.floor(view.warp(t0) / view.most * width);
            this.lent.fill(1, x, Math.max(x + 1, Math.round(view.warp(t1) / view.most * width)));
        }
    }

    x(time)
    {
        const { view } = this.app;
        return LABELS + view.warp(time) / view.most * (this.width - LABELS);
    }

    // at: the place along the trace (u of the viewport) under a pixel.
    at(x)
    {
        return (x - LABELS) / (this.width - LABELS) * this.app.view.most;
    }

    draw(canvas)
    {
        const { trace, view, theme, step } = this.app;
        const { c, width, height } = prepareCanvas(canvas);
        this.width = width;
        if (this.counts.length !== Math.max(1, width - LABELS) || this.even !== view.even)
            this.histogram(width - LABELS);
        c.fillStyle = theme.muted;
        c.font = FONT;
        c.textBaseline = 'middle';
        c.fillText('whole trace', 10, height / 2);
        c.fillStyle = theme['is-other'] ?? theme.muted;
        c.globalAlpha = 0.55;
        for (let i = 0; i < this.counts.length; i++)
            if (this.counts[i] > 0) {
                const bar = Math.max(2, Math.sqrt(this.counts[i] / this.top) * (height - 10));
                c.fillRect(LABELS + i, height - 3 - bar, 1, bar);
            }
        c.globalAlpha = 1;
        c.fillStyle = theme.loan;
        for (let i = 0; i < this.lent.length; i++)
            if (this.lent[i])
                c.fillRect(LABELS + i, 2, 1, 3);
        const x0 = Math.max(LABELS, this.x(view.t0)), x1 = Math.min(width, this.x(view.t1));
        c.fillStyle = theme.accent;
        c.globalAlpha = 0.14;
        c.fillRect(x0, 0, Math.max(2, x1 - x0), height);
        c.globalAlpha = 1;
        c.strokeStyle = theme.accent;
        c.lineWidth = 1.5;
        c.strokeRect(x0 + 0.75, 0.75, Math.max(2, x1 - x0 - 1.5), height - 1.5);
        c.fillRect(this.x(trace.steps.time[step] ?? 0) - 0.75, 0, 1.5, height);
    }
}
