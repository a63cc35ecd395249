// SPDX-License-Identifier: BSD-2-Clause
// Puts the page together: what is shown and chosen, and what to draw again after a change.
// Written for Kestrel.

class App {
    constructor(trace)
    {
        this.trace = trace;
        this.replay = new Replay(trace);
        this.loans = new Loans(trace, this.replay);
        this.theme = new Theme();
        this.view = new Viewport(trace);
        this.layout = new Layout(trace);
        this.step = 0;
        this.selectedSlice = -1;
        this.selectedLane = this.layout.trace.lanes[0] ?? null;
        this.followed = this.flow = this.drag = null;
        this.arrows = true;
        this.stale = { step: true, loans: true };
        this.painter = new LanePainter(this);
        this.overview = new Overview(this);
        this.panel = new Panel(this);
        this.player = new Player(this);
        this.search = new Search(this);
        this.structures = new Structures(this);
        this.mouse = new Mouse(this);
        this.keys = new Keys(this);
        this.pressed('others', this.layout.process === null);
        this.begin();
        this.about();
        this.watch();
        this.invalidate();
    }

    // begin: at the first loan; with events evenly spaced when little happens most of the time.
    begin()
    {
        const { time, count } = this.trace.steps, { length } = this.trace;
        let idle = 0;
        for (let i = 1; i < count; i++)
            if (time[i] - time[i - 1] > length / 100)
                idle += time[i] - time[i - 1];
        if (idle > length / 2)
            this.toggleEven();
        this.goTo(this.loans.all[0]?.from ?? 0, false);
    }

    about()
    {
        const { header, steps, lanes } = this.trace;
        document.title = `${header.program || 'trace'} – Kestrel trace`;
        document.getElementById('about').textContent = [header.program,
            plural(header.cpus, 'CPU'), plural(lanes.length, 'lane'),
            `${formatCount(steps.count)} steps`, formatSpan(this.trace.length)]
            .filter(Boolean).join(' · ');
        const lost = document.getElementById('lost');
        lost.hidden = !header.lost && !header.differences;
        lost.textContent = [header.lost ? `${formatCount(header.lost)} events lost` : '',
            header.differences ? `${plural(header.differences, 'difference')} in the replay` : '']
            .filter(Boolean).join(', ');
        document.getElementById('legend').replaceChildren(...legend(this.trace));
    }

    watch()
    {
        const click = (id, act) => document.getElementById(id).addEventListener('click', act);
        click('fit', () => this.fit());
        click('arrows', () => this.toggleArrows());
        click('busy', () => this.toggleBusy());
        click('even', () => this.toggleEven());
        click('others', () => this.toggleOthers());
        click('theme', () => this.toggleTheme());
        click('show-help', () => this.help());
        click('close-help', () => this.help());
        click('unfollow', () => this.unfollow());
        const retheme = () => {
            this.theme.read();
            this.invalidate();
        };
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', retheme);
        this.retheme = retheme;
        new ResizeObserver(() => this.invalidate()).observe(document.getElementById('lanes'));
    }

    // invalidate: draw with the next frame; `what` names the slow parts that have changed too.
    invalidate(...what)
    {
        for (const each of what)
            this.stale[each] = true;
        this.frame ??= requestAnimationFrame(() => this.draw());
    }

    draw()
    {
        this.frame = null;
        this.painter.draw(document.getElementById('lanes'));
        this.overview.draw(document.getElementById('overview'));
        if (this.stale.step) {
            this.player.draw();
            this.structures.draw();
            this.panel.drawEvent();
            this.search.show();
        }
        if (this.stale.loans)
            this.panel.drawLoans();
        else if (this.stale.step)
            this.panel.markLoans();
        this.stale = {};
        document.getElementById('hint').textContent = this.arrows && this.hiddenArrows ?
            `${formatCount(this.hiddenArrows)} flows: zoom in, or follow a thread, for arrows` : '';
    }

    // goTo: make a step the current one; with `reveal` its time is brought into view.
    goTo(step, reveal)
    {
        this.step = Math.max(0, Math.min(step, this.trace.steps.count - 1));
        this.selectedSlice = -1;
        this.flow = null;
        if (reveal && this.trace.steps.count)
            this.view.reveal(this.trace.steps.time[this.step]);
        this.invalidate('step', ...(this.loans.all.length > LISTED ? ['loans'] : []));
    }

    selectSlice(slice)
    {
        const lane = this.trace.laneOfSlice(slice);
        this.goTo(this.trace.slices.step[slice], false);
        this.selectedSlice = slice;
        this.selectedLane = lane;
        this.flow = this.flowOf(slice, lane);
        if (lane.pid === PID_USER || lane.pid === PID_THREAD)
            this.setFollowed(lane);
    }

    // The flow with a point on a slice's lane, at its beginning or within it.
    flowOf(slice, lane)
    {
        const { start, end } = this.trace.slices, points = this.trace.flowPoints;
        const found = this.trace.flowsOfLane[lane.index].find((point) =>
            points.time[point] >= start[slice] && points.time[point] <= end[slice]);
        return found === undefined ? null : this.trace.flows[points.flow[found]];
    }

    setFollowed(lane)
    {
        this.followed = lane ? follow(this.trace, this.loans, lane) : null;
        const chip = document.getElementById('following');
        chip.hidden = !lane;
        document.getElementById('following-name').textContent = lane ? lane.name : '';
        this.invalidate('step', 'loans');
    }

    followLane(lane)
    {
        this.selectedLane = lane;
        this.setFollowed(this.followed?.lane === lane ? null : lane);
        this.say(this.followed ? `following ${lane.name}` : 'following nothing');
    }

    followObject(object)
    {
        const lane = this.trace.laneOfObject.get(object);
        if (lane) {
            this.followLane(lane);
            this.showLane(lane);
        }
    }

    followChosen()
    {
        if (this.selectedLane)
            this.followLane(this.selectedLane);
    }

    unfollow()
    {
        this.selectedSlice = -1;
        this.flow = null;
        this.setFollowed(null);
        this.say('following nothing');
    }

    selectLane(lane)
    {
        this.selectedLane = lane;
        this.showLane(lane);
        this.say(lane.name);
    }

    showLane(lane)
    {
        const { view, layout } = this;
        this.layout.folded.delete(lane.pid);
        this.layout.keep = lane;
        layout.update(view);
        const { y, height } = layout.place.get(lane.index);
        if (y < view.scroll)
            view.scrollTo(y - 8);
        else if (y + height > view.scroll + view.height)
            view.scrollTo(y + height - view.height + 8);
        this.invalidate();
    }

    walk(direction)
    {
        const lanes = this.layout.walk(), at = lanes.indexOf(this.selectedLane);
        const lane = lanes[Math.max(0, Math.min(lanes.length - 1, at + direction))];
        if (lane)
            this.selectLane(lane);
    }

    // walkSlices: to the slice of the chosen lane before or behind the chosen one, or the playhead.
    walkSlices(direction)
    {
        const row = this.selectedLane?.rows[0];
        if (!row)
            return;
        const { start } = this.trace.slices, mine = this.selectedSlice;
        const time = this.trace.steps.time[this.step] ?? 0;
        let slice = mine >= row.first && mine < row.last ? mine + direction : direction > 0 ?
            upperBound(start, time, row.first, row.last) :
            lowerBound(start, time, row.first, row.last) - 1;
        slice = Math.max(row.first, Math.min(row.last - 1, slice));
        const { followed } = this;
        this.selectSlice(slice);
        if (!followed)
            this.setFollowed(null);
        this.view.reveal(start[slice]);
        const words = sliceWords(this, slice);
        this.say([`${words.title}, ${formatSpan(words.t1 - words.t0)}`,
            ...words.loans.map(loanSentence)].join('. '));
    }

    zoom(factor)
    {
        const { view, trace, step } = this, x = view.x(trace.steps.time[step] ?? 0);
        view.zoom(factor, x >= 0 && x <= view.width ? x : view.width / 2);
        this.invalidate();
    }

    pan(share)
    {
        this.view.pan(share * this.view.width);
        this.invalidate();
    }

    scroll(share)
    {
        this.view.scrollTo(this.view.scroll + share * this.view.height);
        this.invalidate();
    }

    fit()
    {
        this.view.fit();
        this.invalidate();
    }

    zoomToSlice(slice)
    {
        const { start, end } = this.trace.slices, margin = (end[slice] - start[slice]) * 0.3 + 200;
        this.view.show(start[slice] - margin, end[slice] + margin);
        this.invalidate();
    }

    zoomToSelected()
    {
        const { view, step } = this, { time } = this.trace.steps;
        if (this.selectedSlice >= 0)
            this.zoomToSlice(this.selectedSlice);
        else
            view.show(time[Math.max(0, step - 12)], time[Math.min(time.length - 1, step + 12)]);
        this.invalidate();
    }

    fold(pid)
    {
        const { folded } = this.layout;
        if (!folded.delete(pid))
            folded.add(pid);
        this.invalidate();
    }

    toggleArrows()
    {
        this.arrows = !this.arrows;
        this.pressed('arrows', this.arrows);
    }

    toggleBusy()
    {
        this.layout.onlyBusy = !this.layout.onlyBusy;
        this.pressed('busy', this.layout.onlyBusy);
    }

    // toggleEven: events as wide as each other, or time.
    toggleEven()
    {
        this.view.spaceEvenly(!this.view.even, this.trace.steps.time[this.step] ?? 0);
        this.pressed('even', this.view.even);
    }

    toggleOthers()
    {
        this.layout.process = this.layout.process === null ? this.structures.process : null;
        this.pressed('others', this.layout.process === null);
        this.invalidate('step');
    }

    chooseProcess(process)
    {
        if (this.layout.process !== null)
            this.layout.process = process;
        this.invalidate('step');
    }

    pressed(id, on)
    {
        document.getElementById(id).setAttribute('aria-pressed', String(on));
        this.invalidate();
    }

    toggleTheme()
    {
        Theme.toggle();
        this.retheme();
    }

    help()
    {
        const dialog = document.getElementById('help');
        if (dialog.open)
            dialog.close();
        else
            dialog.showModal();
    }

    // say: to screen readers only.
    say(text)
    {
        document.getElementById('live').textContent = text;
    }
}

async function load()
{
    const root = document.documentElement;
    try {
        const data = document.getElementById('data');
        const packed = unpack(await inflate(bytesOf(data.textContent)));
        data.remove();
        window.kestrel = new App(new Trace(packed));
        root.dataset.state = 'ready';
    } catch (error) {
        root.dataset.state = 'failed';
        document.getElementById('loading').textContent = `This page could not be shown: ${error}`;
        throw error;
    }
}

load();
