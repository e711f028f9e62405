"""export_onnx.py SHAPE FILE: the model as a plain ONNX graph, for ONNX Runtime to optimize."""
import sys
import warnings

import torch

import bert

warnings.filterwarnings("ignore")
shape, path = sys.argv[1:]
torch.onnx.export(bert.model(shape), bert.inputs(2, 16), path, opset_version=14, input_names=["ids", "types"],
                  output_names=["pooled"], dynamic_axes={name: {0: "batch", 1: "seq"} for name in ("ids", "types")})
