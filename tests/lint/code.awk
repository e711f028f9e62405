# C without comments, and with the insides of strings and characters left out: "path:line:text".
FNR == 1 { in_comment = 0 }
{
    rest = $0
    out = ""
    while (rest != "") {
        if (in_comment) {
            end = index(rest, "*/")
            if (!end)
                break
            rest = substr(rest, end + 2)
            in_comment = 0
            out = out " "
        } else if (match(rest, /\/\*|\/\/|"|'/)) {
            mark = substr(rest, RSTART, RLENGTH)
            out = out substr(rest, 1, RSTART - 1)
            rest = substr(rest, RSTART + RLENGTH)
            if (mark == "//")
                break
            if (mark == "/*") {
                in_comment = 1
                continue
            }
            out = out mark mark
            literal = mark == "\"" ? "^([^\"\\\\]|\\\\.)*\"" : "^([^'\\\\]|\\\\.)*'"
            if (!match(rest, literal))
                break
            rest = substr(rest, RLENGTH + 1)
        } else {
            out = out rest
            break
        }
    }
    print FILENAME ":" FNR ":" out
}
