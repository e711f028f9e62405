#!/bin/sh
# Functions over 70 lines and files over 500 need a line with the reason in long.allow, and no reason outlives its
# function.
. "${srcdir:-.}/tests/lint/common.sh"

# "path lines" or "path:function lines" of whatever is too long.
long_ones()
{
    source_files c h inc -- kernels analyzer reports tui tests | xargs awk '
        function close_file() { if (file != "" && lines > 500) print file, lines }
        FNR == 1 { close_file(); file = FILENAME; start = 0; name = "" }
        { lines = FNR }
        /^[A-Za-z_].*\(/ && !start {
            head = $0
            sub(/\(.*/, "", head)
            sub(/.*[ *]/, "", head)
            name = head
        }
        /^\{/ { start = FNR }
        /^\}/ {
            if (start && FNR - start + 1 > 70)
                print FILENAME ":" name, FNR - start + 1
            start = 0
        }
        END { close_file() }'
}

check_length()
{
    long_ones | while read -r what lines; do
        grep -q "^$what [^ ]" "$lint_dir"/long.allow ||
            echo "$what: $lines lines; split it, or give the reason in $lint_dir/long.allow"
    done
    grep -v '^#' "$lint_dir"/long.allow | while read -r what reason; do
        [ -n "$reason" ] || echo "$lint_dir/long.allow: $what has no reason"
        long_ones | grep -q "^$what " || echo "$lint_dir/long.allow: $what is not long (any more)"
    done
}

lint check_length
