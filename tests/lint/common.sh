# shellcheck shell=sh
# What the lint checks share. A check is a function whose every printed line is a fault: `lint check_name`.
# Run by `make check` with srcdir set; by hand from the top of the source tree.
set -eu
export LC_ALL=C
cd "${srcdir:-.}"
lint_dir=tests/lint

skip()
{
    echo "skipped: $1"
    exit 77
}

# source_files EXTENSION... -- FOLDER...: sorted paths below the folders that exist.
source_files()
{
    names=
    while [ "$1" != -- ]; do
        names="$names -o -name *.$1"
        shift
    done
    shift
    folders=
    for folder; do
        [ ! -d "$folder" ] || folders="$folders $folder"
    done
    set -f
    # shellcheck disable=SC2086 # lists of words
    [ -z "$folders" ] || find $folders -type f \( ${names# -o } \) | sort
    set +f
}

# code_lines FILE...: "path:line:text" of every line, without comments and the insides of strings.
code_lines()
{
    [ $# -eq 0 ] || awk -f "$lint_dir"/code.awk "$@"
}

lint()
{
    found=$(set -e; "$1")
    if [ -n "$found" ]; then
        printf '%s\n' "$found"
        exit 1
    fi
    exit 0
}
