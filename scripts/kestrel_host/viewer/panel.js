// SPDX-License-Identifier: BSD-2-Clause
// The panel at the side: the chosen event, its flow, the loans of what is followed; and the hover.
// Written for Kestrel.

const LISTED = 200; // loans and stations that are listed; the rest is counted

class Panel {
    constructor(app)
    {
        this.app = app;
        this.event = document.getElementById('event');
        this.loans = document.getElementById('loans');
        this.loansTitle = document.getElementById('loans-title');
        this.tip = document.getElementById('tip');
    }

    // A button that goes to a step.
    jump(step, ...content)
    {
        return h('button', { type: 'button', class: 'jump', 'data-step': step,
            onclick: () => this.app.goTo(step, true) }, ...content);
    }

    swatch(category)
    {
        return h('i', { class: `swatch is-${CATEGORIES[category][0]}`, 'aria-hidden': 'true' });
    }

    drawEvent()
    {
        const { app } = this, { trace, selectedSlice } = app;
        const children = selectedSlice >= 0 ? this.slice(selectedSlice) : [];
        this.event.hidden = children.length === 0;
        if (app.flow)
            children.push(h('h4', {}, 'From the call to its end'), h('ol', { class: 'stations' },
                flowWords(trace, app.flow).map(({ text, step, time }) =>
                h('li', {}, this.jump(step, h('time', {}, formatTime(time)), text)))));
        this.event.replaceChildren(...children.filter(Boolean));
    }

    slice(slice)
    {
        const words = sliceWords(this.app, slice);
        return [h('h3', {}, this.swatch(words.category), words.title),
            h('p', { class: 'muted' }, `${words.lane.name} · ${formatTime(words.t0)} · ` +
            formatSpan(words.t1 - words.t0)),
            this.sentence(words.step), this.rest(words.args),
            ...words.loans.map((loan) => h('p', { class: 'loan' }, loanSentence(loan)))];
    }

    sentence(step)
    {
        const { trace } = this.app;
        return h('div', { class: 'sentence' }, h('p', {}, trace.text(step)),
            h('code', {}, sourceOf(trace.type(step))));
    }

    rest(args)
    {
        const words = Object.entries(args).map(([key, value]) =>
            `${key} ${typeof value === 'string' ? titleOf(value) : JSON.stringify(value)}`);
        return words.length ? h('p', { class: 'muted' }, words.join(' · ')) : null;
    }

    // The loans of what is followed, or of all KSEs.
    drawLoans()
    {
        const { app } = this, object = app.followed?.object ?? null;
        const list = object ? app.loans.ofObject(object) : app.loans.all;
        this.loansTitle.textContent = object ? `Loans: ${titleOf(object)}` : 'All loans of KSEs';
        const from = Math.max(0, Math.min(list.length - LISTED,
            list.findIndex((loan) => loan.to < 0 || loan.to >= app.step) - LISTED / 2));
        const shown = list.slice(from, from + LISTED);
        const rest = list.length - shown.length;
        this.loans.replaceChildren(...shown.map((loan) => this.loan(loan, object)),
            ...(list.length === 0 ? [h('li', { class: 'muted' }, 'none')] : []),
            ...(rest > 0 ? [h('li', { class: 'muted' }, `and ${formatCount(rest)} more`)] : []));
        this.markLoans();
    }

    loan(loan, object)
    {
        const item = h('li', {}, this.jump(loan.from,
            object ? h('span', { class: 'tag' }, roleOf(loan, object)) : null, loanSentence(loan)));
        item.loan = loan;
        return item;
    }

    // The loans that stand at the current step are marked; they, or the one before, are in view.
    markLoans()
    {
        const { step } = this.app;
        let first = null, before = null;
        for (const item of this.loans.children) {
            const { loan } = item;
            const now = loan ? loan.from <= step && (loan.to < 0 || step < loan.to) : false;
            item.classList.toggle('now', now);
            if (now)
                first ??= item;
            if (loan && loan.from <= step)
                before = item;
        }
        first ??= before;
        if (first) {
            const box = this.loans.parentElement;
            const top = first.offsetTop - box.offsetTop;
            if (top < box.scrollTop || top + first.offsetHeight > box.scrollTop + box.clientHeight)
                box.scrollTop = top - box.clientHeight / 3;
        }
    }

    // hover: the box beside the pointer; null takes it away.
    hover(words, x, y)
    {
        const { tip } = this;
        tip.hidden = !words;
        if (!words)
            return;
        const duration = words.t1 > words.t0 ? ` · ${formatSpan(words.t1 - words.t0)}` : '';
        tip.replaceChildren(h('h3', {}, this.swatch(words.category), words.title),
            h('p', { class: 'muted' }, `${words.lane.name} · ${formatTime(words.t0)}${duration}`),
            this.sentence(words.step),
            ...words.loans.map((loan) => h('p', { class: 'loan' }, loanSentence(loan))));
        const left = x + 18 + tip.offsetWidth > innerWidth ? x - tip.offsetWidth - 14 : x + 18;
        const top = y + 16 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 12 : y + 16;
        tip.style.left = `${Math.max(4, left)}px`;
        tip.style.top = `${Math.max(4, top)}px`;
    }
}
