// SPDX-License-Identifier: BSD-2-Clause
// What lies over the lanes: instants, arrows of flows and loans, the playhead, the ruler.
// Written for Kestrel.

const MANY = 40; // arrows on the screen beyond which only those of what is followed are drawn
const FLOW_COLOURS = { upcall: 'flow-upcall', completion: 'flow-completion',
    resumption: 'flow-resumption' };

function drawMarks(app, c, rows)
{
    for (const row of rows)
        if (row.lane)
            drawInstants(app, c, row);
    if (app.arrows) {
        drawLoans(app, c);
        drawFlows(app, c);
    }
    drawSelection(app, c);
}

function drawInstants(app, c, row)
{
    const { trace, view, theme, followed } = app, { time } = trace.instants;
    const [from, to] = row.lane.instants;
    const y = row.y + GAP / 2;
    c.fillStyle = theme.text;
    c.globalAlpha = !followed || followed.pieces.has(row.lane.index) ? 0.85 : 0.15;
    let i = lowerBound(time, view.t0, from, to), last = -10;
    while (i < to && time[i] <= view.t1) {
        const x = view.xOfStep(time[i], trace.instants.step[i]);
        i = lowerBound(time, view.time(x + 2), i + 1, to);
        if (x - last < 7) {
            last = x;
            c.fillRect(x - 0.5, y - 2, 1, 5);
            continue;
        }
        last = x;
        c.beginPath();
        c.moveTo(x - 3.5, y - 2);
        c.lineTo(x + 3.5, y - 2);
        c.lineTo(x, y + 4);
        c.fill();
    }
    c.globalAlpha = 1;
}

// arrow: from one point of the lanes to another, bowed, with a head.
function drawArrow(c, x0, y0, x1, y1, colour, width)
{
    const bow = Math.min(60, Math.max(14, Math.abs(x1 - x0) / 2));
    c.strokeStyle = c.fillStyle = colour;
    c.lineWidth = width;
    c.beginPath();
    c.moveTo(x0, y0);
    c.bezierCurveTo(x0 + bow, y0, x1 - bow, y1, x1, y1);
    c.stroke();
    c.beginPath();
    c.moveTo(x1 + 1, y1);
    c.lineTo(x1 - 6, y1 - 3.5);
    c.lineTo(x1 - 6, y1 + 3.5);
    c.fill();
}

// The legs of a flow as point numbers, and what they lead to.
function legsOf(trace, flow)
{
    const legs = [];
    for (let i = flow.from; i + 1 < flow.to; i++)
        legs.push({ from: i, to: i + 1, kind: stationOf(trace, i + 1) });
    return legs;
}

function flowConcerns(app, flow)
{
    const { trace, followed } = app, { lane, time } = trace.flowPoints;
    if (app.flow === flow)
        return true;
    const list = followed?.pieces.get(lane[flow.from]);
    return list ? pieceAt(list, time[flow.from]) !== null &&
        (followed.lane.index === lane[flow.from] || followed.lane.pid !== PID_USER) : false;
}

function isInView(view, time)
{
    return time >= view.t0 && time <= view.t1;
}

// flowsToDraw: the flows in view; of too many, only those of what is followed.
function flowsToDraw(app)
{
    const { trace, view } = app, all = [], concerned = [];
    let count = 0;
    for (const flow of trace.flows) {
        if (flow.t1 < view.t0 || flow.t0 > view.t1)
            continue;
        const strong = concerned.length < MANY && flowConcerns(app, flow);
        if (strong)
            concerned.push({ flow, strong });
        if (++count <= MANY)
            all.push({ flow, strong });
    }
    return count <= MANY ? { list: all, hidden: 0 } :
        { list: concerned, hidden: count - concerned.length };
}

function drawFlows(app, c)
{
    const { trace, view, layout, theme } = app, { time, lane } = trace.flowPoints;
    const { list, hidden } = flowsToDraw(app);
    app.hiddenArrows = hidden;
    const faint = app.followed || app.flow ? 0.12 : 0.75;
    for (const { flow, strong } of list) {
        for (const leg of legsOf(trace, flow)) {
            if (!strong && !isInView(view, time[leg.from]) && !isInView(view, time[leg.to]))
                continue;
            c.globalAlpha = strong ? 1 : faint;
            const y = [leg.from, leg.to].map((point) =>
                layout.middleOf(trace.lanes[lane[point]]));
            drawArrow(c, view.x(time[leg.from]), y[0], view.x(time[leg.to]), y[1],
                theme[FLOW_COLOURS[leg.kind]], strong && (app.followed || app.flow) ? 2 : 1.25);
        }
    }
    c.globalAlpha = 1;
}

// A loan: down from the owner's lane to the borrower's where it begins, back where it ends.
function drawLoans(app, c)
{
    const { trace, view, layout, theme, followed, loans } = app;
    const object = followed?.object;
    const mine = (loan) => object !== undefined && (loan.ke === object || loan.owner === object ||
        loan.borrower === object || loan.user === object);
    const all = [], concerned = [];
    let count = 0;
    for (const loan of loans.all) {
        if (loan.t1 < view.t0 || loan.t0 > view.t1)
            continue;
        if (++count <= MANY)
            all.push(loan);
        if (concerned.length < MANY && mine(loan))
            concerned.push(loan);
    }
    for (const loan of count <= MANY ? all : concerned) {
        const from = trace.laneOfObject.get(loan.owner), to = trace.laneOfObject.get(loan.borrower);
        if (!from || !to)
            continue;
        c.globalAlpha = !followed || mine(loan) ? 0.9 : 0.12;
        const a = layout.middleOf(from), b = layout.middleOf(to);
        drawLoanEnd(c, view.x(loan.t0), a, b, theme.loan);
        if (loan.to >= 0)
            drawLoanEnd(c, view.x(loan.t1), b, a, theme.loan);
    }
    c.globalAlpha = 1;
}

function drawLoanEnd(c, x, from, to, colour)
{
    const head = to > from ? -6 : 6;
    c.strokeStyle = c.fillStyle = colour;
    c.lineWidth = 1.5;
    c.setLineDash([4, 2]);
    c.beginPath();
    c.moveTo(x, from);
    c.lineTo(x, to);
    c.stroke();
    c.setLineDash([]);
    c.beginPath();
    c.moveTo(x, to);
    c.lineTo(x - 3.5, to + head);
    c.lineTo(x + 3.5, to + head);
    c.fill();
    c.beginPath();
    c.arc(x, from, 2.5, 0, 7);
    c.fill();
}

function drawSelection(app, c)
{
    const { view, theme, drag } = app;
    if (drag?.kind !== 'select')
        return;
    c.fillStyle = theme.accent;
    c.globalAlpha = 0.15;
    c.fillRect(Math.min(drag.x0, drag.x1), view.scroll, Math.abs(drag.x1 - drag.x0), view.height);
    c.globalAlpha = 1;
}

// ticksOf: where the ruler is marked, at round times or steps at least 90 pixels apart.
function ticksOf(view)
{
    const least = Math.max(view.even ? 1 : 0,
        (view.u1 - view.u0) * (view.even ? 150 : 90) / Math.max(view.width, 1));
    const power = 10 ** Math.floor(Math.log10(least));
    const tick = [1, 2, 5, 10].map((m) => m * power).find((each) => each >= least);
    const ticks = [];
    for (let u = Math.ceil(Math.max(0, view.u0) / tick) * tick; u <= view.u1; u += tick) {
        const words = view.even ? `#${formatCount(u + 1)}  ${formatTime(view.unwarp(u))}` :
            formatTick(u, tick);
        if (!view.even || u <= view.most)
            ticks.push({ x: (u - view.u0) / (view.u1 - view.u0) * view.width, words });
    }
    return ticks;
}

// drawGrid: the ruler's marks, continued under the slices.
function drawGrid(app, c)
{
    const { view, theme } = app;
    c.fillStyle = theme.line;
    c.globalAlpha = 0.6;
    for (const { x } of ticksOf(view))
        c.fillRect(Math.round(LABELS + x), view.scroll, 1, view.height);
    c.globalAlpha = 1;
}

function drawRuler(app, c, width, height)
{
    const { view, theme, trace, step } = app;
    c.save();
    c.beginPath();
    c.rect(LABELS, 0, width - LABELS, height);
    c.clip();
    c.textBaseline = 'middle';
    for (const { x, words } of ticksOf(view)) {
        c.fillStyle = theme.line;
        c.fillRect(Math.round(LABELS + x), RULER - 6, 1, 6);
        c.fillStyle = theme.muted;
        c.fillText(words, Math.round(LABELS + x) + 4, RULER / 2);
    }
    const x = Math.round(LABELS + view.x(trace.steps.time[step] ?? 0));
    c.fillStyle = theme.accent;
    c.fillRect(x - 0.75, 12, 1.5, height);
    c.beginPath();
    c.moveTo(x - 6, 3);
    c.lineTo(x + 6, 3);
    c.lineTo(x + 6, 10);
    c.lineTo(x, 17);
    c.lineTo(x - 6, 10);
    c.fill();
    c.restore();
    c.fillStyle = theme.line;
    c.fillRect(0, RULER - 1, width, 1);
    c.fillStyle = theme.muted;
    c.fillText(`${formatSpan(Math.max(0, Math.min(view.t1, trace.length) -
        Math.max(view.t0, 0)))} shown`, 10, RULER / 2);
}
