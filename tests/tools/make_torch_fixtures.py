#!/usr/bin/env python3
"""Writes tests/fixtures/torch-*.bin with torch.save, for tests/unit/test_torch.c, which knows what is in them.

Usage: make_torch_fixtures.py DIRECTORY    (needs python3 with torch; the files in the tree were made with 1.13)
"""
import sys
from collections import OrderedDict

import torch


def state():
    base = torch.arange(12, dtype=torch.float32)
    weight = base.reshape(3, 4)
    s = OrderedDict()
    s["weight"] = torch.nn.Parameter(weight)
    s["transposed"] = weight.t()  # shares the storage, strides 1 and 4
    s["row"] = weight[1]  # shares it too, from element 4
    s["column"] = weight[:, 2]  # stride 4
    s["cube"] = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4).permute(2, 0, 1)
    s["half"] = torch.arange(-4, 4, dtype=torch.float16) / 8
    s["bfloat"] = torch.arange(-4, 4, dtype=torch.bfloat16) * 2
    s["ids"] = torch.arange(5).expand((1, -1))
    s["mask"] = torch.tensor([[True, False], [False, True]])
    s["scalar"] = torch.tensor(2.5)
    s["empty"] = torch.zeros(0, 3)
    s._metadata = OrderedDict([("", {"version": 1})])
    return s


def main(directory):
    checkpoint = {"epoch": 3, "loss": 0.25, "note": None, "device": torch.device("cpu"), "size": torch.Size([1, 2]),
                  "type": torch.float16, "rates": [0.1, (1, -2, 1 << 70)], "model_state_dict": state()}
    for form, new in (("zip", True), ("legacy", False)):
        torch.save(state(), f"{directory}/torch-{form}.bin", _use_new_zipfile_serialization=new)
        torch.save(checkpoint, f"{directory}/torch-{form}-nested.bin", _use_new_zipfile_serialization=new)
    torch.save(torch.nn.Linear(2, 2), f"{directory}/torch-zip-module.bin")


if __name__ == "__main__":
    main(sys.argv[1])
