// SPDX-License-Identifier: BSD-2-Clause
// The keyboard: every key with what it does, which is also what the help shows.
// Written for Kestrel.

const KEYS = [
    ['Step through the run', [
        ['→ .', 'next event', ['ArrowRight', '.', 'n'], (app) => app.player.move(1)],
        ['← ,', 'previous event', ['ArrowLeft', ',', 'p'], (app) => app.player.move(-1)],
        ['space', 'play and pause', [' '], (app) => app.player.toggle()],
        ['Shift →  Shift ←', 'next, previous event of what is followed', []],
        ['l  Shift L', 'next, previous loan of a KSE', ['l'], (app) => app.player.loan(1)],
        ['Home  End', 'first, last event', ['Home'], (app) => app.goTo(0, true)],
    ]],
    ['Look around', [
        ['w s  + −', 'zoom in and out', ['w', '+', '='], (app) => app.zoom(1 / 1.5)],
        ['a d', 'pan left and right', ['a'], (app) => app.pan(-0.2)],
        ['0', 'the whole trace', ['0'], (app) => app.fit()],
        ['z', 'zoom to the chosen slice or the playhead', ['z'], (app) => app.zoomToSelected()],
        ['PgUp  PgDn', 'scroll the lanes', ['PageUp'], (app) => app.scroll(-0.8)],
        ['r', 'arrows on and off', ['r'], (app) => app.toggleArrows()],
        ['x', 'events evenly spaced, or time', ['x'], (app) => app.toggleEven()],
        ['e', 'hide lanes that are empty in view', ['e'], (app) => app.toggleBusy()],
        ['o', 'lanes of other processes', ['o'], (app) => app.toggleOthers()],
    ]],
    ['Choose', [
        ['↓ ↑', 'next, previous lane', ['ArrowDown'], (app) => app.walk(1)],
        ['[ ]', 'previous, next slice of the lane', ['['], (app) => app.walkSlices(-1)],
        ['f  Enter', 'follow the lane; again: no more', ['f', 'Enter'],
            (app) => app.followChosen()],
        ['Esc', 'follow nothing', ['Escape'], (app) => app.unfollow()],
        ['/', 'search; Enter next, Shift Enter previous', ['/'], (app) => app.search.input.focus()],
    ]],
    ['This page', [
        ['t', 'light or dark', ['t'], (app) => app.toggleTheme()],
        ['?', 'this help', ['?'], (app) => app.help()],
    ]],
];

// The second key of a pair, which the list above shows with the first.
const MORE_KEYS = {
    s: (app) => app.zoom(1.5), '-': (app) => app.zoom(1.5), d: (app) => app.pan(0.2),
    L: (app) => app.player.loan(-1), End: (app) => app.goTo(app.trace.steps.count - 1, true),
    PageDown: (app) => app.scroll(0.8), ArrowUp: (app) => app.walk(-1),
    ']': (app) => app.walkSlices(1),
    'shift ArrowRight': (app) => app.player.move(1, true),
    'shift ArrowLeft': (app) => app.player.move(-1, true),
};

class Keys {
    constructor(app)
    {
        this.app = app;
        this.actions = new Map(Object.entries(MORE_KEYS));
        for (const [, keys] of KEYS)
            for (const [, , names, act] of keys)
                for (const name of names)
                    this.actions.set(name, act);
        addEventListener('keydown', (event) => this.pressed(event));
        this.fillHelp();
    }

    pressed(event)
    {
        const { target, key } = event, { app } = this;
        if (event.ctrlKey || event.metaKey || event.altKey)
            return;
        if (document.getElementById('help').open) {
            if (key === '?')
                app.help();
            return;
        }
        if (target === app.search.input) {
            this.searching(event);
            return;
        }
        // A control with the focus keeps the keys that mean something to it.
        if (target instanceof HTMLButtonElement && (key === ' ' || key === 'Enter') ||
            target instanceof HTMLSelectElement || target instanceof HTMLInputElement &&
            /^(Arrow|Home|End|Page)/.test(key))
            return;
        // So does what scrolls.
        if (target.closest('#drawing, #side') && /^(ArrowUp|ArrowDown|Home|End|Page)/.test(key))
            return;
        const act = (event.shiftKey && this.actions.get(`shift ${key}`)) || this.actions.get(key);
        if (act) {
            event.preventDefault();
            app.panel.hover(null);
            act(app);
        }
    }

    searching(event)
    {
        const { app } = this;
        if (event.key === 'Enter') {
            event.preventDefault();
            app.search.move(event.shiftKey ? -1 : 1);
        } else if (event.key === 'Escape') {
            document.getElementById('lanes').focus();
        }
    }

    fillHelp()
    {
        const list = document.getElementById('help-keys');
        list.replaceChildren(...KEYS.map(([title, keys]) => h('section', {}, h('h3', {}, title),
            h('dl', {}, keys.map(([names, words]) =>
                [h('dt', {}, names.split(/ +/).map((name) => h('kbd', {}, name))),
                    h('dd', {}, words)])))));
        document.getElementById('help-colours').replaceChildren(...legend(this.app.trace),
            h('span', {}, '▾ an event that has no length'));
    }
}

// legend: a swatch and words for each category that occurs and each kind of arrow.
function legend(trace)
{
    const occurs = new Set();
    for (const row of trace.rows)
        for (let i = row.first; i < row.last; i++)
            occurs.add(trace.categories[trace.lanes[row.lane].pid][trace.slices.name[i]]);
    const categories = CATEGORIES.filter((_, number) => occurs.has(number));
    const arrows = [['loan', 'loan, and back'], ['flow-upcall', 'to upcall'],
        ['flow-completion', 'to completion'], ['flow-resumption', 'to resumption']];
    return [...categories.map(([name, words]) => h('span', {},
        h('i', { class: `swatch is-${name}` }), words)),
        ...arrows.map(([name, words]) => h('span', {},
        h('i', { class: 'swatch line', style: `background: var(--${name})` }), words))];
}
