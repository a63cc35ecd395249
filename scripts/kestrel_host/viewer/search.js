// SPDX-License-Identifier: BSD-2-Clause
// Search: through the sentences of all steps and the names of lanes and slices.
// Written for Kestrel.

const MOST_HITS = 100000;

// searchSteps: the steps whose sentence, source or type has a text in it, case aside; ascending.
function searchSteps(trace, wanted)
{
    const hits = [], { texts, textFrom } = trace;
    const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
    const types = trace.types.map((type) =>
        pattern.test(`${type.name} ${sourceOf(type)}`) && ((pattern.lastIndex = 0), true));
    const inText = [];
    pattern.lastIndex = 0;
    for (let match = pattern.exec(texts); match; match = pattern.exec(texts)) {
        const step = upperBound(textFrom, match.index, 0, trace.steps.count) - 1;
        inText.push(step);
        pattern.lastIndex = textFrom[step + 1];
    }
    if (!types.some(Boolean))
        return inText.slice(0, MOST_HITS);
    for (let step = 0, i = 0; step < trace.steps.count && hits.length < MOST_HITS; step++) {
        while (inText[i] < step)
            i++;
        if (inText[i] === step || types[trace.steps.type[step]])
            hits.push(step);
    }
    return hits;
}

class Search {
    constructor(app)
    {
        this.app = app;
        this.hits = [];
        this.lanes = [];
        this.input = document.getElementById('search');
        this.result = document.getElementById('search-result');
        this.input.addEventListener('input', () => this.schedule());
        document.getElementById('search-previous').addEventListener('click', () => this.move(-1));
        document.getElementById('search-next').addEventListener('click', () => this.move(1));
    }

    schedule()
    {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.run(), 120);
    }

    run()
    {
        const { app } = this, wanted = this.input.value.trim();
        clearTimeout(this.timer);
        this.done = wanted;
        this.hits = wanted ? searchSteps(app.trace, wanted) : [];
        const lower = wanted.toLowerCase();
        this.lanes = wanted ? app.trace.lanes.filter((lane) =>
            lane.name.toLowerCase().includes(lower)) : [];
        this.show();
    }

    show()
    {
        const { hits } = this, at = hits.indexOf(this.app.step);
        if (!this.done)
            this.result.textContent = '';
        else if (hits.length)
            this.result.textContent = (at >= 0 ? `${formatCount(at + 1)} of ` : '') +
                formatCount(hits.length) + (hits.length === MOST_HITS ? ' or more' : '');
        else
            this.result.textContent = this.lanes.length ?
                plural(this.lanes.length, 'lane') : 'nothing';
    }

    // move: to the next hit after the current step, or the one before it, around the ends.
    move(direction)
    {
        const { app, input } = this;
        if (input.value.trim() !== this.done)
            this.run();
        if (this.hits.length) {
            let i = direction > 0 ? upperBound(this.hits, app.step, 0, this.hits.length) :
                lowerBound(this.hits, app.step, 0, this.hits.length) - 1;
            i = (i + this.hits.length) % this.hits.length;
            app.goTo(this.hits[i], true);
        } else if (this.lanes.length) {
            app.selectLane(this.lanes[0]);
        }
        this.show();
    }
}
