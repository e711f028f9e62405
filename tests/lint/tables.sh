#!/bin/sh
# A thing that comes in kinds is one file and one row: they must agree, and automake must know every file.
. "${srcdir:-.}/tests/lint/common.sh"

# Tables of things that come in kinds. Such a table opens with a comment "MACRO(arg, ...): one row per x_<arg>.c",
# which is what is checked here; several rows may share a file. Other tables have rows without files.
kinds()
{
    cat <<'END'
analyzer/data/metrics.def
analyzer/model/archs.def
analyzer/model/formats.def
analyzer/model/stored.def
analyzer/run/ops.def
analyzer/train/losses.def
kernels/kernels.def
reports/sections.def
reports/sinks.def
tests/bench/benches.def
tests/fuzz/fuzz.def
tests/golden/suites.def
tests/unit/suites.def
tui/commands.def
tui/screens.def
END
}

# pattern TABLE: the file name of a row with $1 $2 ... for its arguments; nothing if rows have no files.
pattern()
{
    awk '
        { text = text " " $0 }
        /\*\// { exit }
        END {
            if (!match(text, /\/\* [A-Z_0-9]+\([^)]*\)/))
                exit
            names = substr(text, RSTART, RLENGTH - 1)
            sub(/.*\(/, "", names)
            if (!match(text, /one row per [A-Za-z_0-9<>]+\.c/))
                exit
            file = substr(text, RSTART + 12, RLENGTH - 12)
            n = split(names, name, /, */)
            for (i = 1; i <= n; i++)
                gsub("<" name[i] ">", "$" i, file)
            print file
        }' "$1"
}

# row_files TABLE PATTERN: line number of each row and the path that it stands for.
row_files()
{
    awk -v pattern="$(dirname "$1")/$2" '
        /^[A-Z_0-9]+\(/ {
            rest = $0
            sub(/^[A-Z_0-9]+\(/, "", rest)
            sub(/\).*/, "", rest)
            n = split(rest, arg, /,/)
            file = pattern
            for (i = 1; i <= n; i++) {
                gsub(/[ \t"]/, "", arg[i])
                gsub("[$]" i, tolower(arg[i]), file)
            }
            print FNR, file
        }' "$1"
}

check_rows()
{
    source_files def -- kernels analyzer reports tui tests | while read -r table; do
        pattern=$(pattern "$table")
        if [ -z "$pattern" ]; then
            ! kinds | grep -qx "$table" ||
                echo "$table:1: the opening comment must say \"MACRO(arg, ...): one row per x_<arg>.c\""
            continue
        fi
        row_files "$table" "$pattern" | while read -r line file; do
            [ -f "$file" ] || echo "$table:$line: the row's file $file is not there"
        done
        for file in "$(dirname "$table")"/$(echo "$pattern" | sed 's/\$[0-9]/*/g'); do
            [ ! -f "$file" ] || row_files "$table" "$pattern" | grep -q " $file\$" ||
                echo "$file: has no row in $table"
        done
    done
}

check_automake_lines()
{
    listed=$(cat Makefile.am ./*/local.mk ./*/*/local.mk | sed 's/#.*//' | tr -s ' \t\134' '\n')
    source_files c h def inc sh awk py m4 allow -- kernels analyzer reports tui tests script | while read -r file; do
        printf '%s\n' "$listed" | grep -Fqx "$file" ||
            echo "$file: no line in Makefile.am or a local.mk names it, so it is neither built nor shipped"
    done
}

check_tables()
{
    check_rows
    check_automake_lines
}

lint check_tables
