"""sentences_model.py SHAPE VOCAB FOLDER: one classifier with random weights, as a directory that bertscope opens (VOCAB holds
vocab.txt or tokenizer.json) and as ONNX graphs in f32 and int8, for batches that are padded."""
import json
import os
import shutil
import struct
import sys
import warnings

import torch

import bert
import export_onnx

warnings.filterwarnings("ignore")
NAMES = {"bert.word": "bert.embeddings.word_embeddings", "bert.position": "bert.embeddings.position_embeddings",
         "bert.segment": "bert.embeddings.token_type_embeddings", "bert.norm": "bert.embeddings.LayerNorm",
         "bert.pooler": "bert.pooler.dense", "classifier": "classifier"}
LAYER_NAMES = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
               "after": "attention.output.dense", "norm1": "attention.output.LayerNorm", "up": "intermediate.dense",
               "down": "output.dense", "norm2": "output.LayerNorm"}


def published_name(name):
    module, _, kind = name.rpartition(".")
    if module.startswith("bert.layers."):
        _, _, layer, part = module.split(".")
        return "bert.encoder.layer.%s.%s.%s" % (layer, LAYER_NAMES[part], kind)
    return "%s.%s" % (NAMES[module], kind)


def save_safetensors(model, path):
    header, at = {}, 0
    for name, parameter in model.named_parameters():
        end = at + 4 * parameter.numel()
        header[published_name(name)] = {"dtype": "F32", "shape": list(parameter.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for parameter in model.parameters():
            f.write(parameter.detach().numpy().tobytes())


def main():
    shape, vocab, folder = sys.argv[1:]
    layers, hidden, heads, ffn = bert.SHAPES[shape]
    model = bert.model(shape, bert.Classifier)
    os.makedirs(folder, exist_ok=True)
    for name in ("vocab.txt", "tokenizer.json"):
        if os.path.exists(os.path.join(vocab, name)):
            shutil.copy(os.path.join(vocab, name), folder)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as f:
        json.dump({"model_type": "bert", "architectures": ["BertForSequenceClassification"], "hidden_act": "gelu",
                   "vocab_size": bert.VOCABULARY, "hidden_size": hidden, "num_hidden_layers": layers,
                   "num_attention_heads": heads, "intermediate_size": ffn, "max_position_embeddings": bert.POSITIONS,
                   "type_vocab_size": bert.TYPES, "layer_norm_eps": bert.EPS,
                   "id2label": {str(i): "LABEL_%d" % i for i in range(bert.LABELS)}}, f)
    save_safetensors(model, os.path.join(folder, "model.safetensors"))
    plain = os.path.join(folder, "f32.onnx")
    ids, types = bert.inputs(2, 16)
    export_onnx.export(model, (ids, types, torch.ones_like(ids)), ["ids", "types", "mask"], "logits", plain)
    export_onnx.quantize(plain, os.path.join(folder, "int8.onnx"))


if __name__ == "__main__":
    main()
