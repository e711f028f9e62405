// ort_worker.mjs FOLDER MODEL.onnx BATCH SEQ THREADS: the line protocol of tests/bench/worker.c, for ONNX Runtime.
// FOLDER is where npm put onnxruntime-node.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';

const [folder, path, batch, seq, threads] = process.argv.slice(2);
const ort = createRequire(folder + '/')('onnxruntime-node');
const shape = [Number(batch), Number(seq)];
const count = shape[0] * shape[1];
const session = await ort.InferenceSession.create(path, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
});
const ids = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7919) % 30522));
const feeds = {
    ids: new ort.Tensor('int64', ids, shape),
    types: new ort.Tensor('int64', new BigInt64Array(count), shape),
};
for (let i = 0; i < 3; i++)
    await session.run(feeds);
console.log('ready onnxruntime-node');
for await (const line of createInterface({ input: process.stdin })) {
    const times = [];
    for (let i = 0; i < Number(line); i++) {
        const start = performance.now();
        await session.run(feeds);
        times.push((performance.now() - start).toFixed(4));
    }
    console.log(times.join(' '));
}
