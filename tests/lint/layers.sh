#!/bin/sh
# Layers go one way (kernels <- analyzer <- reports <- tui), include paths start at the root, each outside library
# has one owner, and what a layer must not do it does not do.
. "${srcdir:-.}/tests/lint/common.sh"

# "path:line:what is included", in the order of the files.
includes()
{
    source_files c h def inc -- kernels analyzer reports tui tests | xargs awk '
        /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
            sub(/^[ \t]*#[ \t]*include[ \t]*/, "")
            match($0, /^<[^>]*>|^"[^"]*"/)
            print FILENAME ":" FNR ":" substr($0, 1, RLENGTH)
        }'
}

check_direction()
{
    includes | awk -F: '
        function rank(path) {
            if (path ~ /^kernels\//) return 1
            if (path ~ /^analyzer\/base\//) return 2
            if (path ~ /^analyzer\//) return 3
            if (path ~ /^reports\//) return 4
            if (path ~ /^tui\//) return 5
            if (path ~ /^tests\//) return 6
            return 0
        }
        $3 !~ /^"/ { next }
        {
            target = $3
            gsub(/"/, "", target)
            if (!rank(target))
                print $1 ":" $2 ": #include \"" target "\" does not start at the root (kernels/ analyzer/ reports/ tui/)"
            else if ((getline line < target) < 0)
                print $1 ":" $2 ": #include \"" target "\": there is no such file"
            else if (rank(target) > rank($1))
                print $1 ":" $2 ": #include \"" target "\" goes up (kernels <- analyzer/base <- analyzer <- reports <- tui)"
            close(target)
        }'
}

# Rows: which headers, and the one file of the layers that may include them.
check_owners()
{
    while read -r header owner; do
        includes | awk -F: -v header="^<$header>\$" -v owner="$owner" '
            $3 ~ header && $1 != owner && $1 !~ /^tests\// {
                print $1 ":" $2 ": " $3 " belongs to " owner " alone"
            }'
    done <<'END'
(n?curses|ncurses.*|panel|term)[.]h tui/term.c
papi[.]h analyzer/measure/counters.c
libunwind.*[.]h analyzer/measure/stacks.c
sqlite3.*[.]h reports/store.c
END
}

check_kernel_headers()
{
    includes | awk -F: '
        $1 ~ /^kernels\// && $3 ~ /^<(stdio|stdlib|malloc|alloca|pthread|threads|errno|signal|omp|time)[.]h>$/ {
            print $1 ":" $2 ": " $3 " in kernels/, which only calculates"
        }'
}

# Out of memory in analyzer/base/str.c is the one failure that ends the program where it happens (see str.h).
check_calls()
{
    source_files c h inc -- kernels analyzer reports tui | xargs awk -f "$lint_dir"/code.awk | awk -F: '
        function forbid(names, sentence,   hit) {
            if (match(" " text, "[^A-Za-z0-9_](" names ")")) {
                hit = substr(" " text, RSTART + 1, RLENGTH - 1)
                print $1 ":" $2 ": " hit " " sentence
            }
        }
        {
            text = substr($0, length($1) + length($2) + 3) " "
            gsub(/[ \t]*\(/, "(", text)
            if ($1 != "tui/main.c")
                forbid("(exit|quick_exit)\\(", "is for tui/main.c alone; return a code and a sentence")
            if ($1 !~ /^tui\//)
                forbid("(v?printf|puts|putchar|perror)\\(|stdout[^A-Za-z0-9_]", "is for tui/ alone; return values and errors")
            if ($1 !~ /^tui\// && $1 != "analyzer/base/str.c")
                forbid("stderr[^A-Za-z0-9_]", "is for tui/ alone; return values and errors")
            if ($1 ~ /^kernels\//)
                forbid("(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|alloca|getenv|pthread_[a-z_]+)\\(",
                       "in kernels/, which only calculates")
        }'
}

check_layers()
{
    check_direction
    check_owners
    check_kernel_headers
    check_calls
}

lint check_layers
