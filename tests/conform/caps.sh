#!/bin/sh
# Conformance once for each cap, so that a machine with everything also tests what smaller ones run.
set -u
status=0
for cap in scalar avx2 f16c avxvnni avx512 avx512vnni avx512bf16 amx_int8 all; do
    BERTSCOPE_CPU=$cap tests/conform/conform || status=1
done
exit $status
