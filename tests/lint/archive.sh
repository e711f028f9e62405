#!/bin/sh
# Every file that git tracks is in the source archive: a Makefile names it, or a folder that it is in.
. "${srcdir:-.}/tests/lint/common.sh"

[ -e .git ] || skip "not a git checkout"
tracked=$(git ls-files 2>/dev/null) || skip "git does not list its files here"

# What automake adds by itself, and what only a checkout needs.
own='^(\.gitignore|Makefile\.am|configure\.ac|README\.md|.*/local\.mk)$'

check_archive()
{
    makefiles=$(source_files mk -- analyzer kernels reports tui tests script doc)
    # shellcheck disable=SC2086 # a list of words
    echo "$tracked" | grep -Ev "$own" | awk '
        reading == "names" && /^\t@/ { next } # a command
        reading == "names" { for (i = 1; i <= NF; i++) named[$i]; next }
        {
            path = $0
            while (!(path in named) && sub("/[^/]*$", "", path))
                ;
            if (!(path in named))
                print $0 ": no Makefile names it, so the archive lacks it"
        }' reading=names Makefile.am $makefiles reading=paths -
}

lint check_archive
