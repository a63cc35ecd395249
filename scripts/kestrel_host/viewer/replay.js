// SPDX-License-Identifier: BSD-2-Clause
// The structures at any step: a value for each slot (a field of an object), from keyframes on.
// Written for Kestrel.

const KEYFRAME_BYTES = 48 << 20; // what all keyframes together may take
const KEYFRAME_STEPS = 512;  // closer than this is of no use

class Replay {
    constructor(trace)
    {
        const c = trace.columns;
        this.trace = trace;
        this.values = trace.header.values;
        this.objects = trace.header.objects;
        this.fields = trace.header.fields;
        this.slotObject = c['slot.object'];
        this.slotField = c['slot.field'];
        this.from = offsetsOf(c['step.count']);
        this.slot = c['change.slot'];
        this.value = c['change.value'];
        this.state = new Uint32Array(this.slotObject.length);
        this.at = -1;
        this.index();
        this.makeKeyframes();
    }

    // Which slots an object has, by the field's name; which objects there are of a kind.
    index()
    {
        this.slotsOf = new Map();
        this.ofKind = new Map();
        for (let slot = 0; slot < this.slotObject.length; slot++) {
            const object = this.objects[this.slotObject[slot]];
            let fields = this.slotsOf.get(object);
            if (!fields) {
                this.slotsOf.set(object, fields = new Map());
                const kind = object.split(':')[0];
                if (!this.ofKind.has(kind))
                    this.ofKind.set(kind, []);
                this.ofKind.get(kind).push(object);
            }
            fields.set(this.fields[this.slotField[slot]], slot);
        }
    }

    makeKeyframes()
    {
        const count = this.trace.steps.count, size = Math.max(4, this.state.byteLength);
        const most = Math.max(1, Math.floor(KEYFRAME_BYTES / size));
        this.every = Math.max(KEYFRAME_STEPS, Math.ceil(count / most));
        this.keyframes = [this.state.slice()];
        for (let step = 0; step < count; step++) {
            if (step > 0 && step % this.every === 0)
                this.keyframes.push(this.state.slice());
            this.apply(step);
        }
        this.at = count - 1;
    }

    apply(step)
    {
        for (let i = this.from[step]; i < this.from[step + 1]; i++)
            this.state[this.slot[i]] = this.value[i];
    }

    // seek: make the state that of just after a step; -1 is before the first one.
    seek(step)
    {
        if (step < this.at || step - this.at > this.every) {
            const frame = Math.max(0, Math.floor(step / this.every));
            this.state.set(this.keyframes[frame]);
            this.at = frame * this.every - 1;
        }
        while (this.at < step)
            this.apply(++this.at);
    }

    // get: a field's value now; null when there is none.
    get(object, field)
    {
        const slot = this.slotsOf.get(object)?.get(field);
        return slot === undefined ? null : this.values[this.state[slot]];
    }

    // exists: has the object any field now?
    exists(object)
    {
        const slots = this.slotsOf.get(object);
        if (slots)
            for (const slot of slots.values())
                if (this.state[slot] !== 0)
                    return true;
        return false;
    }

    // living: the objects of a kind that exist now, in order of their first appearance.
    living(kind)
    {
        return (this.ofKind.get(kind) ?? []).filter((object) => this.exists(object));
    }

    // fieldsOf: [name, value] of everything an object has now.
    fieldsOf(object)
    {
        const out = [];
        for (const [field, slot] of this.slotsOf.get(object) ?? [])
            if (this.state[slot] !== 0)
                out.push([field, this.values[this.state[slot]]]);
        return out;
    }

    // changes: what a step changes, as {object, field, before, after}; leaves the state after it.
    changes(step)
    {
        this.seek(step - 1);
        const before = new Map();
        for (let i = this.from[step]; i < this.from[step + 1]; i++)
            if (!before.has(this.slot[i]))
                before.set(this.slot[i], this.state[this.slot[i]]);
        this.seek(step);
        const out = [];
        for (const [slot, old] of before)
            if (this.state[slot] !== old)
                out.push({ object: this.objects[this.slotObject[slot]],
                    field: this.fields[this.slotField[slot]], before: this.values[old],
                    after: this.values[this.state[slot]] });
        return out;
    }
}
