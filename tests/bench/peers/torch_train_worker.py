"""torch_train_worker.py SHAPE BATCH SEQ THREADS equal|spread: the line protocol of tests/bench/worker.c, for training steps of
torch in f32: forward with dropout of 0.1, cross entropy, backward, clipping of the gradient's norm to 1, AdamW.

With `spread` the sequences have the lengths of `worker --lengths spread`, and are padded to the longest with a mask, as
one does in torch."""
import sys
import time

import torch
from torch import nn

import bert

shape, batch, seq, threads, lengths = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
torch.set_num_threads(threads)
model, inputs = bert.model(shape).train(), bert.inputs(batch, seq)
classifier = nn.Linear(bert.SHAPES[shape][1], bert.LABELS)
target = torch.arange(batch) % bert.LABELS
parameters = [*model.parameters(), *classifier.parameters()]
optimizer = torch.optim.AdamW(parameters, lr=2e-5, weight_decay=0.01)
loss_of = nn.CrossEntropyLoss()
mask = None
if lengths == "spread":
    length = torch.tensor([seq - i * (seq * 3 // 4) // batch for i in range(batch)])
    mask = torch.where(torch.arange(seq)[None] < length[:, None], 0.0, float("-inf"))[:, None, None]


def step():
    optimizer.zero_grad(set_to_none=True)
    loss_of(classifier(model.drop(model(*inputs, mask))), target).backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()


for _ in range(3):
    step()
print("ready torch", torch.__version__, "train", lengths, flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        step()
        times.append("%.4f" % ((time.perf_counter() - start) * 1e3))
    print(" ".join(times), flush=True)
