// SPDX-License-Identifier: BSD-2-Clause
// Colours of the canvases, taken from the style sheet, so that light and dark are told once.
// Written for Kestrel.

const SHADES = 5; // steps of transparency for pixels that are only partly busy
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';

class Theme {
    constructor()
    {
        this.probe = document.createElement('span');
        this.probe.hidden = true;
        document.body.append(this.probe);
        this.read();
    }

    colour(name)
    {
        this.probe.style.color = `var(--${name})`;
        return getComputedStyle(this.probe).color;
    }

    read()
    {
        for (const name of ['page', 'panel', 'line', 'text', 'muted', 'accent', 'slice-text',
            'flow-upcall', 'flow-completion', 'flow-resumption', 'loan', 'shade', 'band'])
            this[name] = this.colour(name);
        this.fill = CATEGORIES.map(([name]) => this.colour(`is-${name}`));
        this.shades = this.fill.map((fill) => Array.from({ length: SHADES + 1 }, (_, level) =>
            fill.replace('rgb(', 'rgba(')
                .replace(')', `, ${(0.25 + 0.75 * level / SHADES).toFixed(3)})`)));
        this.hatch = this.makeHatch();
    }

    // Diagonal lines over whatever runs on a borrowed KSE, for those who cannot tell its colour.
    makeHatch()
    {
        const tile = document.createElement('canvas');
        tile.width = tile.height = 8;
        const c = tile.getContext('2d');
        c.strokeStyle = this['slice-text'];
        c.globalAlpha = 0.22;
        c.lineWidth = 1.5;
        for (const x of [-8, 0, 8]) {
            c.beginPath();
            c.moveTo(x, 8);
            c.lineTo(x + 8, 0);
            c.stroke();
        }
        return c.createPattern(tile, 'repeat');
    }

    static current()
    {
        return document.documentElement.dataset.theme ??
            (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    }

    static toggle()
    {
        document.documentElement.dataset.theme = Theme.current() === 'dark' ? 'light' : 'dark';
    }
}

// A canvas of the size of its box, in device pixels, cleared; drawing is in CSS pixels.
function prepareCanvas(canvas)
{
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    const across = Math.round(width * ratio), down = Math.round(height * ratio);
    if (canvas.width !== across || canvas.height !== down)
        [canvas.width, canvas.height] = [across, down];
    const c = canvas.getContext('2d');
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    return { c, width, height };
}
