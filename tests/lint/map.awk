# "line path" of every file that a Markdown map names; see map.sh.
function expand(name,   open, shut, head, tail, part, n, i, inside) {
    if ((open = index(name, "{")) && (shut = index(name, "}")) > open)
        n = split(substr(name, open + 1, shut - open - 1), part, /,/)
    else if ((open = index(name, "[")) && (shut = index(name, "]")) > open)
        n = split(substr(name, open + 1, shut - open - 1), part, "")
    else {
        found(name)
        return
    }
    head = substr(name, 1, open - 1)
    tail = substr(name, shut + 1)
    for (i = 1; i <= n; i++)
        expand_later[++later] = head part[i] tail
}
function found(name) {
    gsub(/^[,.]+|[,.]+$/, "", name)
    if (name !~ /\.(c|h|def|inc|m4|mk|sh|awk|py|1)$/)
        return
    if (name ~ /\//)
        print FNR, name
    else if (folder != "")
        print FNR, folder name
}
{
    text = $0
    gsub(/<[^>]*>/, " ", text)
    gsub(/[^A-Za-z0-9_.\/{},\[\]-]/, " ", text)
    words = split(text, word, / +/)
    for (w = 1; w <= words; w++) {
        if (word[w] ~ /^(kernels|analyzer|reports|tui|tests|script)(\/[a-z_]+)*\/?$/ &&
            (word[w] ~ /\/$/ || $0 ~ /^#/)) {
            folder = word[w]
            sub(/\/?$/, "/", folder)
            continue
        }
        later = 0
        expand(word[w])
        for (l = 1; l <= later; l++)
            expand(expand_later[l])
    }
}
