// SPDX-License-Identifier: BSD-2-Clause
// Times, loans, flows and events in words.
// Written for Kestrel.

const UNITS = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];

// formatSpan: a duration with three or four digits that say something.
function formatSpan(ns)
{
    const [unit, name] = UNITS.find(([size]) => Math.abs(ns) >= size) ?? UNITS[3];
    const value = ns / unit;
    const digits = unit === 1 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
    return `${value.toFixed(digits)} ${name}`;
}

// formatTime: a time of the trace, exact to the nanosecond, in ms.
function formatTime(ns)
{
    const text = (Math.abs(ns) / 1e6).toFixed(6);
    return `${ns < 0 ? '−' : '+'}${text.slice(0, -3)} ${text.slice(-3)} ms`;
}

// formatTick: a time on the ruler, as exact as the distance of its marks.
function formatTick(ns, tick)
{
    const [unit, name] = UNITS.find(([size]) => Math.max(Math.abs(ns), tick) >= size) ?? UNITS[3];
    const digits = Math.max(0, Math.ceil(-Math.log10(tick / unit) - 1e-9));
    return `${(ns / unit).toFixed(Math.min(9, digits))} ${name}`;
}

function formatCount(n)
{
    return String(n).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

function sourceOf(type)
{
    if (!type?.file)
        return '';
    return `${type.file}:${type.line ?? '?'}` + (type.function ? ` in ${type.function}` : '');
}

function plural(n, word)
{
    return `${n} ${word}${n === 1 ? '' : 's'}`;
}

// loanSentence: who lent what to whom, when, and when it came back.
function loanSentence(loan)
{
    const carries = loan.user ? `, which carries ${titleOf(loan.user)},` : '';
    const back = loan.to < 0 ? 'had not come back when the trace ended.' :
        `came back at ${formatTime(loan.t1)}, ${formatSpan(loan.t1 - loan.t0)} later.`;
    return `${titleOf(loan.ke)}: lent by ${titleOf(loan.owner)} to ${titleOf(loan.borrower)}` +
        `${carries} at ${formatTime(loan.t0)}; ${back}`;
}

// roleOf: what an object has to do with a loan, for lists about that object.
function roleOf(loan, object)
{
    if (object === loan.owner)
        return 'lends';
    return object === loan.borrower || object === loan.user ? 'borrows' : 'is lent';
}

// stationOf: what a point of a flow is. The call may complete before its upcall comes, or after.
function stationOf(trace, point)
{
    const { phase, lane } = trace.flowPoints;
    if (phase[point] !== 1)
        return phase[point] === 0 ? 'call' : 'resumption';
    return trace.lanes[lane[point]].pid === PID_USER ? 'completion' : 'upcall';
}

const STATIONS = { call: 'blocks in the kernel', upcall: 'upcall: the scheduler gets the KSE',
    completion: 'the call has completed', resumption: 'resumes' };

// flowWords: the stations of a blocking call, as {text, step, time}.
function flowWords(trace, flow)
{
    const { time, lane, step } = trace.flowPoints;
    const words = [];
    for (let i = flow.from; i < flow.to; i++)
        words.push({ text: `${STATIONS[stationOf(trace, i)]} — ${trace.lanes[lane[i]].name}`,
            step: step[i], time: time[i] });
    return words;
}

// sliceWords: title, lines of what hover and panel say about a slice.
function sliceWords(app, slice)
{
    const { trace, loans } = app, { start, end, name, step } = trace.slices;
    const lane = trace.laneOfSlice(slice), category = trace.categoryOfSlice(slice);
    const t0 = start[slice], t1 = end[slice];
    const list = [];
    if (lane.pid === PID_KSE && category === CATEGORY.borrowed) {
        const loan = loanAt(loans.ofKse.get(lane.object), t0, t1);
        if (loan)
            list.push(loan);
    } else if (lane.pid === PID_THREAD || lane.pid === PID_USER) {
        list.push(...loans.during(loans.ofObject(lane.object), t0, t1)
            .filter((loan) => loan.t1 > t0 && loan.t0 < t1).slice(0, 3));
    }
    return { title: trace.names[name[slice]], lane, category, t0, t1, step: step[slice],
        args: trace.argsOfSlice(slice), loans: list };
}

function instantWords(app, instant)
{
    const { trace } = app, { lane, time, name, step, args } = trace.instants;
    return { title: trace.names[name[instant]], lane: trace.lanes[lane[instant]],
        category: CATEGORY.other, t0: time[instant], t1: time[instant], step: step[instant],
        args: trace.args[args[instant]], loans: [] };
}

// valueText: a field's value as the drawing shows it.
function valueText(value)
{
    if (value === null)
        return 'none';
    if (Array.isArray(value))
        return value.length ? value.map((each) => titleOf(String(each))).join(', ') : 'empty';
    return String(value);
}
