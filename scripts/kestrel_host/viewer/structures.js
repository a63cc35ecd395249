// SPDX-License-Identifier: BSD-2-Clause
// The drawing of a process at one instant: CPUs, groups with KSEs and queues, threads, mailboxes.
// Written for Kestrel.

const USER_STATES = [['running', 'running'], ['blocked', 'blocked in the kernel'],
    ['completed', 'completed'], ['uts', 'with the scheduler']];

// A group's queues: field of the trace, name in the kernel, what it holds.
const QUEUES = new Map([
    ['runq', ['kg_runq', 'threads that wait for a KSE']],
    ['iq', ['kg_iq', 'idle KSEs']],
    ['lq', ['kg_lq', 'KSEs that can be lent: the owner sleeps']],
    ['completed', ['kg_completed', 'user threads whose calls have ended, for the next upcall']],
]);

class Structures {
    constructor(app)
    {
        this.app = app;
        this.host = document.getElementById('drawing');
        this.choice = document.getElementById('process');
        this.process = null;
        this.choice.addEventListener('change', () => {
            this.process = this.choice.value;
            app.chooseProcess(this.process);
        });
        this.start();
        new ResizeObserver(() => this.connect()).observe(this.host);
        this.host.addEventListener('scroll', () => this.connect());
    }

    // The process that is shown first: the one with the most user threads and KSEs.
    start()
    {
        const { replay } = this.app, weight = new Map();
        for (const object of replay.ofKind.get('p') ?? [])
            weight.set(object, 0);
        for (const object of replay.ofKind.get('tm') ?? []) {
            const process = `p:${object.split(':')[1]}`;
            weight.set(process, (weight.get(process) ?? 0) + 1);
        }
        const order = [...weight].sort((a, b) => b[1] - a[1]);
        this.process = order[0]?.[0] ?? null;
        this.app.layout.process = order[0]?.[1] > 0 ? this.process : null;
        for (const [process] of order) {
            const comm = this.lastValue(process, 'comm');
            this.choice.append(h('option', { value: process },
                comm ? `${titleOf(process)} (${comm})` : titleOf(process)));
        }
    }

    // The last value that a field ever has; programs change their names when they begin.
    lastValue(object, field)
    {
        const { replay } = this.app, slot = replay.slotsOf.get(object)?.get(field);
        let value = null;
        for (let i = 0; slot !== undefined && i < replay.slot.length; i++)
            if (replay.slot[i] === slot && replay.value[i] !== 0)
                value = replay.values[replay.value[i]];
        return value;
    }

    draw()
    {
        const { app } = this, { replay, step } = app;
        this.changes = app.trace.steps.count > 0 ? replay.changes(step) : [];
        const changed = new Set();
        for (const { object, field } of this.changes)
            changed.add(QUEUES.has(field) ? null : object)
                .add(`${object}/${this.labelOf(field)}`);
        this.boxes = new Boxes(app, changed);
        this.host.replaceChildren(...this.columns());
        this.drawChanges();
        (this.host.querySelector('.kse.lent.changed') ?? this.host.querySelector('.kse.changed') ??
            this.host.querySelector('.kse.lent'))?.scrollIntoView({ block: 'nearest' });
        this.connect();
    }

    labelOf(field)
    {
        return QUEUES.get(field)?.[0] ?? (field === 'q' ? 'run queue' : field);
    }

    columns()
    {
        const { replay } = this.app, { boxes, process } = this;
        if (!process || !replay.exists(process))
            return [this.machine(), h('p', { class: 'nothing' },
                process ? `${titleOf(process)} does not exist at this instant.` :
                'This trace tells nothing about structures.')];
        const groups = replay.living('kg')
            .filter((group) => reference('p', replay.get(group, 'p')) === process);
        const kses = replay.living('ke');
        const threads = replay.living('td')
            .filter((thread) => reference('p', replay.get(thread, 'p')) === process);
        const onKse = new Set();
        for (const kse of kses)
            for (const field of ['thread', 'owner'])
                onKse.add(reference('td', replay.get(kse, field)));
        const users = replay.living('tm').filter((user) => `p:${user.split(':')[1]}` === process);
        return [this.machine(),
            h('div', { class: 'column process' }, this.title(process),
                groups.map((group) => this.group(group, kses))),
            h('div', { class: 'column' }, h('h3', {}, 'Without a KSE'),
                h('div', { class: 'chips' }, this.orEmpty(boxes.crowd(
                    threads.filter((thread) => !onKse.has(thread)), (t) => boxes.thread(t))))),
            h('div', { class: 'column users' }, h('h3', {}, 'User threads'),
                USER_STATES.map(([state, words]) => this.users(users, state, words)))];
    }

    orEmpty(list)
    {
        return list.filter(Boolean).length ? list : [h('span', { class: 'empty' }, 'none')];
    }

    machine()
    {
        const { replay } = this.app, { boxes } = this;
        return h('div', { class: 'column machine' }, h('h3', {}, 'Machine'),
            this.cpus().map((cpu) => boxes.cpu(cpu)),
            replay.exists('runq') ? boxes.queue('runq', 'run queue',
                'the system run queue: KSEs that wait for a CPU', replay.get('runq', 'q')) : null);
    }

    // All CPUs, the idle ones too, of which the steps may say nothing.
    cpus()
    {
        const { replay, trace } = this.app;
        const all = Array.from({ length: trace.header.cpus }, (_, number) => `cpu:${number}`);
        return [...new Set([...all, ...replay.living('cpu')])];
    }

    title(process)
    {
        const { replay } = this.app, { boxes } = this;
        const words = replay.fieldsOf(process).filter(([field]) => field !== 'comm')
            .map(([field, value]) => `${field} ${valueText(value)}`).join(' · ');
        return h('h3', { class: boxes.classes(process) },
            `${titleOf(process)} ${replay.get(process, 'comm') ?? ''} `, h('small', {}, words));
    }

    group(group, kses)
    {
        const { replay } = this.app, { boxes } = this;
        const mine = kses.filter((kse) => reference('kg', replay.get(kse, 'kg')) === group);
        const rest = replay.fieldsOf(group).filter(([f]) => !QUEUES.has(f) && f !== 'p')
            .map(([field, value]) => `${field} ${valueText(value)}`).join(' · ');
        return h('section', { class: boxes.classes(group, 'group'), 'data-object': group },
            h('header', {}, h('b', {}, titleOf(group)), h('small', {}, rest)),
            h('div', { class: 'kses' }, boxes.crowd(mine, (kse) => boxes.kse(kse))),
            h('div', { class: 'queues' }, [...QUEUES].map(([field, [label, words]]) =>
                boxes.queue(group, label, words, replay.get(group, field)))));
    }

    users(users, state, words)
    {
        const { replay } = this.app, { boxes } = this;
        const mine = users.filter((user) => (replay.get(user, 'state') ?? 'uts') === state);
        return h('div', { class: 'chips' }, h('span', { class: 'label' }, words),
            this.orEmpty(boxes.crowd(mine, (user) => boxes.user(user))));
    }

    // The changes of this step as a list of words.
    drawChanges()
    {
        const list = document.getElementById('changes');
        const words = this.changes.slice(0, 60).map(({ object, field, before, after }) =>
            h('li', {}, h('b', {}, shortOf(object)), ` ${this.labelOf(field)} `,
                h('s', {}, valueText(before)), ' → ', h('em', {}, valueText(after))));
        list.replaceChildren(...(words.length ? words : [h('li', {}, 'no structure changes')]));
    }

    // connect: lines from CPUs to their KSEs, from user threads to the threads that carry them.
    connect()
    {
        this.svg?.remove();
        const { replay, step } = this.app, host = this.host;
        if (!this.boxes || step < 0)
            return;
        replay.seek(step);
        const origin = host.getBoundingClientRect();
        const boxOf = new Map([...host.querySelectorAll('[data-object]')]
            .map((element) => [element.dataset.object, element.getBoundingClientRect()]));
        const paths = [];
        const link = (from, to, name) => {
            const a = boxOf.get(from), b = boxOf.get(to);
            if (a && b)
                paths.push(this.path(a, b, origin, name));
        };
        for (const cpu of replay.living('cpu'))
            link(cpu, reference('ke', replay.get(cpu, 'ke')), 'runs');
        for (const user of replay.living('tm'))
            if (['running', 'blocked'].includes(replay.get(user, 'state')))
                link(user, reference('td', replay.get(user, 'td')), 'carries');
        this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        this.svg.setAttribute('class', 'links');
        this.svg.setAttribute('aria-hidden', 'true');
        this.svg.style.width = `${host.scrollWidth}px`;
        this.svg.style.height = `${host.scrollHeight}px`;
        this.svg.append(...paths);
        host.append(this.svg);
    }

    path(a, b, origin, name)
    {
        const right = b.left > a.left;
        const dx = this.host.scrollLeft - origin.left, dy = this.host.scrollTop - origin.top;
        const x0 = (right ? a.right : a.left) + dx, x1 = (right ? b.left : b.right) + dx;
        const y0 = (a.top + a.bottom) / 2 + dy;
        const y1 = (right ? b.top + 14 : (b.top + b.bottom) / 2) + dy;
        const bow = (right ? 1 : -1) * Math.max(12, Math.abs(x1 - x0) / 2);
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        path.setAttribute('class', name);
        path.setAttribute('d', `M${x0},${y0} C${x0 + bow},${y0} ${x1 - bow},${y1} ${x1},${y1}`);
        return path;
    }
}
