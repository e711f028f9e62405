"""torch_worker.py SHAPE BATCH SEQ THREADS f32|bf16: the line protocol of tests/bench/worker.c, for torch."""
import sys
import time

import torch

import bert

shape, batch, seq, threads, form = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
torch.set_num_threads(threads)
model, inputs = bert.model(shape), bert.inputs(batch, seq)
if form == "bf16":
    model = model.to(torch.bfloat16)
with torch.inference_mode():
    for _ in range(3):
        model(*inputs)
    print("ready torch", torch.__version__, form, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            model(*inputs)
            times.append("%.4f" % ((time.perf_counter() - start) * 1e3))
        print(" ".join(times), flush=True)
