#!/bin/sh
# walkthrough.sh BERTSCOPE SCRIPT: plays the script at two sizes and prints doc/walkthrough.md: its lines, and the screens where it
# captures them.
set -eu
bertscope=$(realpath "$1") script=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for size in 80x24 120x40; do
    mkdir "$tmp/$size"
    (cd "$tmp/$size" && XDG_STATE_HOME=$tmp/$size/state "$bertscope" demo --script "$script" --size $size </dev/null >/dev/null)
done

# Lines of the script as a block of code; behind each "capture FILE" the file, once for each size.
cat <<END
# A session, screen by screen

\`doc/walkthrough.script\` starts from the built-in model, takes the eight least important heads out, makes the linear layers int8, looks at
the rows whose answer changed, searches under 60% of the time, compares what was found with what was made by hand, and leaves with a model
that any loader opens. \`bertscope demo --script doc/walkthrough.script\` plays it. The times below are those of one machine.
Written by \`make walkthrough\`; the tests play the same script.
END
awk -v tmp="$tmp" '
    function show(size, file, line) {
        print "\n" size ":\n\n```text"
        while ((getline line <(tmp "/" size "/" file)) > 0)
            print line
        print "```"
    }
    NR <= 3 { next }
    /^# / { sub(/^# /, ""); print "\n" $0; code = 0; next }
    NF && !/^capture / { print (code++ ? "" : "\n") "    " $0 }
    /^capture / { show("80x24", $2); show("120x40", $2); code = 0 }
' "$script"
