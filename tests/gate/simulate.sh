#!/bin/sh
# The verdicts of bertscope check on runs made of recorded rounds; see tests/gate/gate.c.
noise=${srcdir:-.}/tests/gate
exec tests/gate/gate simulate 200 "$noise/noise-1a.json" "$noise/noise-1b.json" "$noise/noise-2a.json" "$noise/noise-2b.json"
