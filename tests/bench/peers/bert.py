"""BERT in plain torch, with the shapes of the presets and random weights: what the peers run."""
import math

import torch
from torch import nn

# layers, hidden, heads, feed-forward
SHAPES = {"tiny": (2, 128, 2, 512), "mini": (4, 256, 4, 1024), "small": (4, 512, 8, 2048),
          "medium": (8, 512, 8, 2048), "base": (12, 768, 12, 3072), "large": (24, 1024, 16, 4096)}
VOCABULARY, POSITIONS, TYPES, LABELS, EPS, DROPOUT = 30522, 512, 2, 2, 1e-12, 0.1


class Layer(nn.Module):
    def __init__(self, hidden, heads, ffn):
        super().__init__()
        self.heads, self.size = heads, hidden // heads
        self.query, self.key, self.value = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.after, self.up, self.down = nn.Linear(hidden, hidden), nn.Linear(hidden, ffn), nn.Linear(ffn, hidden)
        self.drop = nn.Dropout(DROPOUT)
        self.norm1, self.norm2 = nn.LayerNorm(hidden, eps=EPS), nn.LayerNorm(hidden, eps=EPS)

    def split(self, x):
        batch, seq = x.size(0), x.size(1)
        return x.view(batch, seq, self.heads, self.size).transpose(1, 2)

    def forward(self, x, mask=None):
        batch, seq, hidden = x.size(0), x.size(1), self.heads * self.size
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(self.size)
        scores = scores if mask is None else scores + mask
        context = torch.matmul(torch.softmax(scores, 3), v).transpose(1, 2).reshape(batch, seq, hidden)
        x = self.norm1(self.drop(self.after(context)) + x)
        return self.norm2(self.drop(self.down(nn.functional.gelu(self.up(x)))) + x)


class Bert(nn.Module):
    """Without a mask, where no sequence is padded. Drops nothing unless it is told to train."""

    def __init__(self, layers, hidden, heads, ffn):
        super().__init__()
        self.word, self.position = nn.Embedding(VOCABULARY, hidden), nn.Embedding(POSITIONS, hidden)
        self.segment, self.norm = nn.Embedding(TYPES, hidden), nn.LayerNorm(hidden, eps=EPS)
        self.drop = nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList(Layer(hidden, heads, ffn) for _ in range(layers))
        self.pooler = nn.Linear(hidden, hidden)
        self.register_buffer("positions", torch.arange(POSITIONS).unsqueeze(0))

    def forward(self, ids, types, mask=None):
        x = self.word(ids) + self.position(self.positions[:, :ids.size(1)]) + self.segment(types)
        x = self.drop(self.norm(x))
        for layer in self.layers:
            x = layer(x, mask)
        return torch.tanh(self.pooler(x[:, 0]))


class Classifier(nn.Module):
    """For batches that are padded; mask is 1 where there is a token."""

    def __init__(self, layers, hidden, heads, ffn):
        super().__init__()
        self.bert, self.classifier = Bert(layers, hidden, heads, ffn), nn.Linear(hidden, LABELS)

    def forward(self, ids, types, mask):
        return self.classifier(self.bert(ids, types, (1 - mask[:, None, None, :].to(torch.float32)) * -10000))


def model(shape, kind=Bert):
    torch.manual_seed(1)
    bert = kind(*SHAPES[shape])
    for parameter in bert.parameters():
        if parameter.dim() == 2:
            nn.init.normal_(parameter, 0, 0.02)
    return bert.eval()


def inputs(batch, seq):
    torch.manual_seed(2)
    ids = torch.randint(0, VOCABULARY, (batch, seq))
    return ids, torch.zeros_like(ids)
