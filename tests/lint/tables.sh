#!/bin/sh
# A thing that comes in kinds is one file and one row: they must agree, and automake must know every file.
. "${srcdir:-.}/tests/lint/common.sh"

# Table, and the file that a row with arguments $1 $2 ... stands for. Several rows may share a file.
tables()
{
    cat <<'END'
kernels/kernels.def kernels/$1_$2_$3.c
analyzer/model/formats.def analyzer/model/format_$1.c
analyzer/model/archs.def analyzer/model/arch_$1.c
analyzer/run/ops.def analyzer/run/op_$1.c
tui/commands.def tui/cmd_$1.c
tui/screens.def tui/screen_$1.c
tests/unit/suites.def tests/unit/test_$1.c
tests/bench/benches.def tests/bench/bench_$1.c
tests/fuzz/fuzz.def tests/fuzz/fuzz_$1.c
END
}

# Tables whose rows are only words and numbers.
plain_tables()
{
    cat <<'END'
kernels/cpu.def
kernels/formats.def
kernels/ops.def
analyzer/model/components.def
analyzer/model/dtypes.def
analyzer/model/roles.def
END
}

# row_files TABLE PATTERN: "row's line number" and the file it stands for.
row_files()
{
    awk -v pattern="$2" '
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
    tables | while read -r table pattern; do
        glob=$(echo "$pattern" | sed 's/\$[0-9]/*/g')
        if [ ! -f "$table" ]; then
            for file in $glob; do
                [ ! -f "$file" ] || echo "$file: there is no $table to hold its row"
            done
            continue
        fi
        row_files "$table" "$pattern" | while read -r line file; do
            [ -f "$file" ] || echo "$table:$line: the row's file $file is not there"
        done
        for file in $glob; do
            [ ! -f "$file" ] || row_files "$table" "$pattern" | grep -q " $file\$" ||
                echo "$file: has no row in $table"
        done
    done
}

check_every_table_is_known()
{
    source_files def -- kernels analyzer reports tui tests | while read -r table; do
        { tables; plain_tables; } | grep -q "^$table\\( \\|\$\\)" ||
            echo "$table: tell tests/lint/tables.sh which file a row stands for (or that there is none)"
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
    check_every_table_is_known
    check_automake_lines
}

lint check_tables
