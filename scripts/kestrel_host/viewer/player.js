// SPDX-License-Identifier: BSD-2-Clause
// The player: from step to step, forwards, backwards and by itself.
// Written for Kestrel.

class Player {
    constructor(app)
    {
        this.app = app;
        this.timer = 0;
        const id = (name) => document.getElementById(name);
        this.slider = id('position');
        this.counter = id('counter');
        this.sentence = id('sentence');
        this.source = id('source');
        this.lending = id('lending');
        this.button = id('play');
        this.speed = id('speed');
        this.slider.max = Math.max(0, app.trace.steps.count - 1);
        this.slider.addEventListener('input', () => app.goTo(Number(this.slider.value), true));
        for (const [name, act] of [['first', () => app.goTo(0, true)],
            ['previous', () => this.move(-1)], ['play', () => this.toggle()],
            ['next', () => this.move(1)], ['last', () => app.goTo(app.trace.steps.count - 1, true)],
            ['loan-before', () => this.loan(-1)], ['loan-after', () => this.loan(1)]])
            id(name).addEventListener('click', act);
        this.speed.addEventListener('change', () => this.timer && this.start());
    }

    // move: to the next or previous step; with `mine` only those of what is followed.
    move(direction, mine = false)
    {
        const { app } = this, last = app.trace.steps.count - 1;
        let step = app.step + direction;
        if (mine && app.followed)
            while (step >= 0 && step <= last && !isOfFollowed(app, step))
                step += direction;
        if (step < 0 || step > last) {
            this.stop();
            return;
        }
        app.goTo(step, true);
    }

    loan(direction)
    {
        const loan = this.app.loans.next(this.app.step, direction);
        if (loan)
            this.app.goTo(loan.from, true);
    }

    toggle()
    {
        if (this.timer)
            this.stop();
        else
            this.start();
    }

    start()
    {
        this.stop();
        this.timer = setInterval(() => this.move(1), 1000 / Number(this.speed.value));
        this.show();
    }

    stop()
    {
        clearInterval(this.timer);
        this.timer = 0;
        this.show();
    }

    show()
    {
        this.button.setAttribute('aria-pressed', String(this.timer !== 0));
        this.button.setAttribute('aria-label', this.timer ? 'Pause' : 'Play');
    }

    draw()
    {
        const { trace, step } = this.app;
        if (trace.steps.count === 0) {
            this.sentence.textContent = 'This trace has no events.';
            return;
        }
        const time = formatTime(trace.steps.time[step]);
        this.slider.value = step;
        this.slider.setAttribute('aria-valuetext', `step ${step + 1}, ${time}`);
        this.counter.textContent = `${formatCount(step + 1)} / ${formatCount(trace.steps.count)}`;
        document.getElementById('when').textContent =
            `${time}  CPU ${trace.steps.cpu[step]}`;
        this.sentence.textContent = trace.text(step);
        this.source.textContent = sourceOf(trace.type(step));
        this.lending.textContent = this.app.loans.at(step).map((loan) =>
            (loan.from === step ? 'Lent now. ' : loan.to === step ? 'Back now. ' : '') +
            loanSentence(loan)).join(' ');
    }
}
