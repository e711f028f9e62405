#!/bin/sh
# ARCHITECTURE.md is a true map: it names every file of the four layers, and every file it names exists.
#
# A name is a path from the root, or a bare file name after the last folder ("analyzer/run/") that was named;
# "plan.[ch]" and "op_{embed,linear}.c" stand for several files.
. "${srcdir:-.}/tests/lint/common.sh"

map=ARCHITECTURE.md
[ -s $map ] || skip "$map is empty"

check_map()
{
    files=$(mktemp "${TMPDIR:-/tmp}/bertscope-map-XXXXXX")
    trap 'rm -f "$files"' EXIT
    awk -f "$lint_dir"/map.awk "$map" >"$files"
    while read -r line file; do
        [ -f "$file" ] || echo "$map:$line: $file is not there"
    done <"$files"
    source_files c h def inc m4 1 -- kernels analyzer reports tui | while read -r file; do
        grep -q " $file\$" "$files" || echo "$file: $map does not name it"
    done
}

lint check_map
