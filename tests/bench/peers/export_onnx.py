"""export_onnx.py SHAPE f32|int8 FILE: the model as a plain ONNX graph, for ONNX Runtime to optimize."""
import os
import sys
import warnings

import torch

import bert

warnings.filterwarnings("ignore")


def export(model, inputs, names, output, path):
    torch.onnx.export(model, inputs, path, opset_version=14, input_names=names, output_names=[output],
                      dynamic_axes={name: {0: "batch", 1: "seq"} for name in names})


def quantize(source, path):
    """Every product with a weight, as dynamic quantization does it by default: inputs to u8 with a scale and a zero point for
    each tensor when they come, weights to s8 with a scale for each tensor now. ONNX Runtime makes one operation of it."""
    import numpy
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(source)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes, quantized = [], set()
    for node in model.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights:
            nodes.append(node)
            continue
        x, w, y = node.input[0], node.input[1], node.output[0]
        values = numpy_helper.to_array(weights[w])
        scale = numpy.float32(numpy.abs(values).max() / 127)
        model.graph.initializer.remove(weights[w])
        for name, value in ((w + ".q", numpy.rint(values / scale).astype(numpy.int8)), (w + ".scale", numpy.array(scale)),
                            (w + ".zero", numpy.array(0, numpy.int8))):
            model.graph.initializer.append(numpy_helper.from_array(value, name))
        if x not in quantized:
            quantized.add(x)
            nodes.append(helper.make_node("DynamicQuantizeLinear", [x], [x + ".q", x + ".scale", x + ".zero"]))
        nodes += [helper.make_node("MatMulInteger", [x + ".q", w + ".q", x + ".zero", w + ".zero"], [y + ".sum"]),
                  helper.make_node("Cast", [y + ".sum"], [y + ".float"], to=onnx.TensorProto.FLOAT),
                  helper.make_node("Mul", [x + ".scale", w + ".scale"], [y + ".scale"]),
                  helper.make_node("Mul", [y + ".float", y + ".scale"], [y])]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)


def main():
    shape, form, path = sys.argv[1:]
    plain = path if form == "f32" else path + ".f32"
    export(bert.model(shape), bert.inputs(2, 16), ["ids", "types"], "pooled", plain)
    if form == "int8":
        quantize(plain, path)
        os.remove(plain)


if __name__ == "__main__":
    main()
