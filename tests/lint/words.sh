#!/bin/sh
# Paths of somebody's machine and marks of unfinished work do not belong into the project.
. "${srcdir:-.}/tests/lint/common.sh"

check_words()
{
    {
        source_files c h def inc mk m4 sh awk py json txt html md allow -- kernels analyzer reports tui tests
        find script .ci -type f 2>/dev/null
        ls ./*.md Makefile.am configure.ac
    } | xargs awk '
        # written so that this file does not contain them
        BEGIN {
            place = "(^|[^A-Za-z0-9_.])/(hom[e]|wor[k]|roo[t]|Use[r]s)/"
            mark = "(^|[^A-Za-z0-9_])(TOD[O]|FIXM[E]|XX[X]|HAC[K])([^A-Za-z0-9_]|$)"
        }
        $0 ~ place { print FILENAME ":" FNR ": a path of one machine: " $0 }
        $0 ~ mark { print FILENAME ":" FNR ": a mark of unfinished work: " $0 }'
}

lint check_words
