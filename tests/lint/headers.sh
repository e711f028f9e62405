#!/bin/sh
# Every header compiles alone, and twice in a row. CC, LINT_CPPFLAGS and builddir come from make.
. "${srcdir:-.}/tests/lint/common.sh"

[ -n "${CC:-}" ] || skip "headers need the compiler that make check passes on; run make check"

check_headers()
{
    unit=$(mktemp "${TMPDIR:-/tmp}/bertscope-headers-XXXXXX")
    trap 'rm -f "$unit"' EXIT
    source_files h -- kernels analyzer reports tui tests | while read -r header; do
        printf '#include "%s"\n#include "%s"\nextern int none;\n' "$header" "$header" >"$unit"
        # shellcheck disable=SC2086 # lists of options
        $CC -x c -std=gnu11 -fsyntax-only -Wall -Wextra -Werror $LINT_CPPFLAGS "$unit" 2>&1 ||
            echo "$header: does not compile alone"
    done
}

lint check_headers
