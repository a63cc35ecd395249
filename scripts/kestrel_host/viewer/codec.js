// SPDX-License-Identifier: BSD-2-Clause
// Unpacks the trace that is embedded in the page: base64, gzip, a JSON header, columns of numbers.
// Written for Kestrel; the other half is pack.py.

// bytesOf: the bytes that a base64 text stands for.
function bytesOf(text)
{
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++)
        bytes[i] = binary.charCodeAt(i);
    return bytes;
}

// inflate: gunzipped, through the browser's own decompressor.
async function inflate(bytes)
{
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).arrayBuffer();
}

const COLUMN_TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array };

// unpack: the header, the columns by name, and the steps' texts as one string with line ends.
function unpack(buffer)
{
    const length = new DataView(buffer).getUint32(0, true);
    const decoder = new TextDecoder();
    const header = JSON.parse(decoder.decode(new Uint8Array(buffer, 8, length)));
    const base = 8 + length;
    const columns = {};
    for (const [name, type, offset, count] of header.columns)
        columns[name] = new COLUMN_TYPES[type](buffer, base + offset, count);
    const [offset, size] = header.texts;
    return { header, columns, texts: decoder.decode(new Uint8Array(buffer, base + offset, size)) };
}

// summed: the running sum of a column of differences, as 64-bit floats (exact below 2^53).
function summed(column)
{
    const out = new Float64Array(column.length);
    let sum = 0;
    for (let i = 0; i < column.length; i++)
        out[i] = sum += column[i];
    return out;
}

// offsetsOf: where each run begins, from the runs' lengths; one more entry than runs.
function offsetsOf(counts)
{
    const out = new Uint32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++)
        out[i + 1] = out[i] + counts[i];
    return out;
}

// lowerBound: the first i in [from, to) with column[i] >= value, or `to`; the column ascends.
function lowerBound(column, value, from, to)
{
    while (from < to) {
        const middle = (from + to) >>> 1;
        if (column[middle] < value)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

// upperBound: the first i in [from, to) with column[i] > value, or `to`.
function upperBound(column, value, from, to)
{
    while (from < to) {
        const middle = (from + to) >>> 1;
        if (column[middle] <= value)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}
