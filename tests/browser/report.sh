#!/bin/sh
# Reports of bert-base, of the demo and of a model with hostile names: parsed, compared with their JSON, and opened in Chromium, light,
# dark, narrow and printed. BERTSCOPE_KEEP=FOLDER keeps the pages and their pictures.
bertscope=${BERTSCOPE:-./bertscope}
here=${srcdir:-.}/tests/browser

if ! command -v python3 >/dev/null; then
    echo "skipped: no python3, which reads the pages"
    exit 77
fi
tmp=${BERTSCOPE_KEEP:-$(mktemp -d)} || exit 99
[ -n "${BERTSCOPE_KEEP:-}" ] || trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/report.py" "$bertscope" "$tmp"
