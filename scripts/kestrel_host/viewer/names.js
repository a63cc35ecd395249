// SPDX-License-Identifier: BSD-2-Clause
// What names mean: the category (and so the colour) of a slice, the object behind a lane.
// Written for Kestrel.

const CATEGORIES = [
    ['run', 'running'],
    ['borrowed', 'borrowed KSE'],
    ['uts', 'UTS'],
    ['queue', 'ready, waits'],
    ['sleep', 'blocked'],
    ['lock', 'lock wait'],
    ['suspended', 'suspended'],
    ['lends', 'lends its KSE'],
    ['completed', 'completed'],
    ['idle', 'idle'],
    ['syscall', 'system call'],
    ['trap', 'trap'],
    ['upcall', 'upcall'],
    ['other', 'other'],
];
const CATEGORY = Object.fromEntries(CATEGORIES.map(([name], number) => [name, number]));

// The first pattern that fits decides; anything unknown is "other" and shown all the same.
const PATTERNS = [
    [/\(borrowed/, 'borrowed'], [/^idle/, 'idle'], [/^uts\b/i, 'uts'], [/^upcall/, 'upcall'],
    [/^(run queue|runq|ready|can run)/i, 'queue'], [/^(sleep|blocked|wait)/, 'sleep'],
    [/^lock/, 'lock'], [/^suspend/, 'suspended'],
    [/^(stand-?in|KSE lent|lends|lent|loan)/, 'lends'],
    [/^completed/, 'completed'], [/^syscall/, 'syscall'], [/^(trap|interrupt|irq|ast)/, 'trap'],
    [/^running/, 'run'], [/^inhibited/, 'sleep'],
];

function categoryOf(pid, name)
{
    for (const [pattern, category] of PATTERNS)
        if (pattern.test(name))
            return CATEGORY[category];
    return pid === PID_CPU || pid === PID_KSE ? CATEGORY.run : CATEGORY.other;
}

// objectOfLane: the name that the steps use for what a lane shows.
function objectOfLane(pid, tid, name)
{
    if (pid === PID_CPU)
        return `cpu:${tid - 1}`;
    if (pid === PID_KSE)
        return `ke:${tid}`;
    if (pid === PID_THREAD)
        return `td:${tid}`;
    const user = /(0x[0-9a-f]+).*\[(\d+)\]/.exec(name);
    return user ? `tm:${user[2]}:${user[1]}` : `lane:${pid}:${tid}`;
}

// processOfLane: "p:7" of a lane named "KSE 16 ksetest[7]"; null when the name tells of none.
function processOfLane(name)
{
    const process = /\[(\d+)\]$/.exec(name);
    return process ? `p:${process[1]}` : null;
}

// kindOf: "td" of "td:12".
function kindOf(object)
{
    return object.slice(0, object.indexOf(':'));
}

// reference: an object's name, from a field that may say "td:12", 12 or "12"; null for nothing.
function reference(kind, value)
{
    if (value === null || value === undefined || value === '' || value === -1)
        return null;
    const text = String(value);
    return text.includes(':') ? text : `${kind}:${text}`;
}

// numberIn: 16 of 16, "16" or "ke:16"; null of anything else.
function numberIn(value)
{
    const digits = /^(?:\w+:)?(\d+)$/.exec(String(value));
    return digits ? Number(digits[1]) : null;
}

// titleOf: an object in words.
function titleOf(object)
{
    const [kind, ...rest] = object.split(':');
    switch (kind) {
    case 'p': return `process ${rest[0]}`;
    case 'kg': return `group ${rest[0]}`;
    case 'ke': return `KSE ${rest[0]}`;
    case 'td': return `thread ${rest[0]}`;
    case 'tm': return `user thread ${rest[1]}`;
    case 'km': return `mailbox ${rest[1]}`;
    case 'cpu': return `CPU ${rest[0]}`;
    case 'runq': return 'system run queue';
    default: return object;
    }
}
