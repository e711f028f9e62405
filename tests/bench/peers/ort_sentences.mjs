// ort_sentences.mjs FOLDER MODEL.onnx THREADS: for each line of token ids (as tests/bench/sentences prints a batch) one line:
// the time in ms and the logits of all rows. Rows are padded to the longest of the batch; making the tensors is not timed.
// FOLDER is where npm put onnxruntime-node.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';

const [folder, path, threads] = process.argv.slice(2);
const ort = createRequire(folder + '/')('onnxruntime-node');
const session = await ort.InferenceSession.create(path, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
});

function padded(rows) {
    const longest = Math.max(...rows.map(row => row.length));
    const shape = [rows.length, longest];
    const ids = new BigInt64Array(rows.length * longest), mask = new BigInt64Array(rows.length * longest);
    rows.forEach((row, i) => row.forEach((id, j) => {
        ids[i * longest + j] = BigInt(id);
        mask[i * longest + j] = 1n;
    }));
    return {
        ids: new ort.Tensor('int64', ids, shape),
        types: new ort.Tensor('int64', new BigInt64Array(ids.length), shape),
        mask: new ort.Tensor('int64', mask, shape),
    };
}

console.log('ready onnxruntime-node');
for await (const line of createInterface({ input: process.stdin })) {
    const feeds = padded(line.split(';').map(row => row.split(' ').map(Number)));
    const start = performance.now();
    const { logits } = await session.run(feeds);
    const ms = performance.now() - start;
    console.log(ms.toFixed(4) + ' ' + Array.from(logits.data, x => x.toPrecision(9)).join(' '));
}
