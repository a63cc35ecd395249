// SPDX-License-Identifier: BSD-2-Clause
// The pieces of the drawing of structures: chips and boxes for each kind of object.
// Written for Kestrel.

const CROWD = 40; // chips of one list that are drawn; the rest is counted

// h: an element with attributes, listeners (onclick) and children, of which null is left out.
function h(tag, attributes, ...children)
{
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false)
            continue;
        if (key.startsWith('on'))
            element.addEventListener(key.slice(2), value);
        else
            element.setAttribute(key, value === true ? '' : value);
    }
    element.append(...children.flat(Infinity)
        .filter((child) => child !== null && child !== undefined));
    return element;
}

// Draws the objects of one instant; `changed` holds the names of those that have just changed.
class Boxes {
    constructor(app, changed)
    {
        this.app = app;
        this.replay = app.replay;
        this.changed = changed;
    }

    get(object, field)
    {
        return this.replay.get(object, field);
    }

    classes(object, ...more)
    {
        const followed = this.app.followed?.object === object;
        return [...more, this.changed.has(object) ? 'changed' : '', followed ? 'followed' : '']
            .filter(Boolean).join(' ');
    }

    // chip: a button that follows the object's lane, where it has one.
    chip(object, category, title, ...lines)
    {
        const fields = this.replay.fieldsOf(object)
            .map(([field, value]) => `${field}: ${valueText(value)}`);
        return h('button', { type: 'button', class: this.classes(object, 'chip', `is-${category}`),
            'data-object': object, title: `${titleOf(object)}\n${fields.join('\n')}`,
            onclick: () => this.app.followObject(object) },
            h('b', {}, title), ...lines.filter(Boolean).map((line) => h('small', {}, line)));
    }

    // reference: an object's name in a queue or a field; not the object itself.
    reference(object)
    {
        return h('button', { type: 'button', class: this.classes(object, 'reference'),
            onclick: () => this.app.followObject(object) }, shortOf(object));
    }

    // mailboxIn: the object behind a field that may say "tm:7:0x806e080" or only the address.
    mailboxIn(kind, value, process)
    {
        const object = reference(kind, value);
        return object && object.split(':').length < 3 ?
            `${kind}:${process?.slice(2)}:${value}` : object;
    }

    processOf(object)
    {
        const own = reference('p', this.get(object, 'p'));
        return own ?? reference('p', this.get(reference('kg', this.get(object, 'kg')) ?? '', 'p'));
    }

    threadCategory(object, lending)
    {
        if (lending)
            return 'lends';
        const state = this.get(object, 'state');
        const inhibitors = String(this.get(object, 'inhibitors') ?? '');
        if (state === 'running')
            return this.get(object, 'role') === 'borrower' ? 'borrowed' : 'run';
        if (state === 'runq' || state === 'can_run')
            return 'queue';
        if (/lock/.test(inhibitors) || this.get(object, 'lock'))
            return 'lock';
        if (/susp/.test(inhibitors))
            return 'suspended';
        if (/loan/.test(inhibitors))
            return 'lends';
        return state === 'inhibited' ? 'sleep' : 'idle';
    }

    // A kernel thread: state, what it waits for, whom it carries.
    thread(object, lending = false)
    {
        const waits = this.get(object, 'wmesg') ?? this.get(object, 'lock');
        const what = [this.get(object, 'role'), waits ? `waits: ${waits}` :
            lending ? 'waits for its KSE' : this.get(object, 'state')];
        const user = this.mailboxIn('tm', this.get(object, 'mailbox'), this.processOf(object));
        return this.chip(object, this.threadCategory(object, lending), titleOf(object),
            what.filter(Boolean).join(', '), user ? `carries ${shortOf(user)}` : null);
    }

    // A user thread, by the state of its mailbox.
    user(object)
    {
        const category = { running: 'run', blocked: 'sleep', completed: 'completed' }
            [this.get(object, 'state')] ?? 'idle';
        const call = category === 'idle' ? null : this.get(object, 'call');
        const carrier = reference('td', this.get(object, 'td'));
        return this.chip(object, category, shortOf(object), call ? `in ${call}` : null,
            carrier && category !== 'completed' && category !== 'idle' ? `on ${titleOf(carrier)}` :
            null);
    }

    crowd(objects, draw)
    {
        const first = objects.filter((object) => this.changed.has(object));
        const shown = objects.length <= CROWD ? objects :
            [...first, ...objects.filter((object) => !first.includes(object))].slice(0, CROWD);
        const rest = objects.length - shown.length;
        return [...shown.map(draw),
            rest > 0 ? h('span', { class: 'rest' }, `and ${rest} more`) : null];
    }

    // queue: a named list of references, in order; empty ones are shown as such.
    queue(owner, label, explanation, list)
    {
        if (list === null)
            return null;
        const objects = [].concat(list).map(String);
        return h('div', { class: this.classes(`${owner}/${label}`, 'queue'), title: explanation },
            h('span', { class: 'label' }, label),
            objects.length ? this.crowd(objects, (object) => this.reference(object)) :
            h('span', { class: 'empty' }, 'empty'));
    }

    // A KSE with the thread on it; while it is lent, owner, arrow and borrower.
    kse(object)
    {
        const thread = reference('td', this.get(object, 'thread'));
        const owner = reference('td', this.get(object, 'owner'));
        const lent = owner && thread && owner !== thread;
        const state = this.get(object, 'state'), cpu = this.get(object, 'cpu');
        const inside = lent ?
            [this.thread(owner, true),
                h('span', { class: 'lends', role: 'img', 'aria-label': 'lends to' }, 'lends to'),
                this.thread(thread)] :
            thread ? [this.thread(thread)] :
            [h('span', { class: 'empty' }, 'no thread'),
                owner ? h('span', { class: 'label' }, 'owner') : null,
                owner ? this.thread(owner) : null];
        return h('section', { class: this.classes(object, 'box', 'kse', lent ? 'lent' : ''),
            'data-object': object, 'aria-label': `${titleOf(object)}${lent ? ', lent' : ''}` },
            h('header', {}, this.name(object),
                h('span', { class: 'tag' }, lent ? 'lent' : state ?? ''),
                cpu === null ? null : h('span', { class: 'where' }, `CPU ${cpu}`)),
            h('div', { class: 'inside' }, inside), this.mailbox(object));
    }

    name(object)
    {
        return h('button', { type: 'button', class: 'name',
            onclick: () => this.app.followObject(object) }, titleOf(object));
    }

    mailbox(kse)
    {
        const given = this.mailboxIn('km', this.get(kse, 'mailbox'), this.processOf(kse));
        const object = given && this.replay.exists(given) ? given :
            this.replay.living('km').find((each) => reference('ke', this.get(each, 'ke')) === kse);
        if (!object)
            return null;
        const current = reference('tm', this.get(object, 'current'));
        return h('div', { class: this.classes(object, 'mailbox'), 'data-object': object },
            h('div', { class: 'queue', title: 'km_curthread: the user thread on this KSE' },
                h('span', { class: 'label' }, 'current'),
                current ? this.reference(current) : h('span', { class: 'empty' }, 'none (UTS)')),
            this.queue(object, 'completed', 'km_completed: whose calls have ended',
                this.get(object, 'completed')));
    }

    cpu(object)
    {
        const thread = reference('td', this.get(object, 'td'));
        const kse = reference('ke', this.get(object, 'ke'));
        return h('section', { class: this.classes(object, 'box', 'cpu'), 'data-object': object },
            this.name(object),
            h('div', { class: 'queue' }, thread ? this.reference(thread) :
                h('span', { class: 'empty' }, 'idle'), kse ? this.reference(kse) : null));
    }
}

// shortOf: an object's name where there is little room.
function shortOf(object)
{
    return kindOf(object) === 'tm' ? object.split(':')[2].replace(/^0x0*/, '0x') :
        titleOf(object).replace('thread ', 'td ');
}
