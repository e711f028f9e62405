#!/bin/sh
# static.sh [FILE...]: cppcheck and clang-tidy over these sources, or all of the four layers, with the flags of make. Every line is a fault.
. "${srcdir:-.}/tests/lint/common.sh"

for tool in cppcheck clang-tidy; do
    command -v $tool >/dev/null || skip "$tool is not installed (script/install check)"
done
[ -n "${LINT_CPPFLAGS:-}" ] || skip "static analysis needs the flags that make passes on; run make lint-static"
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -f -- $(source_files c -- kernels analyzer reports tui)

# The instruction set of a kernel is the end of its name.
isa_flags()
{
    case $1 in
    *_avx2.c) echo "$ISA_AVX2" ;;
    *_avxvnni.c) echo "$ISA_AVXVNNI" ;;
    *_avx512.c) echo "$ISA_AVX512" ;;
    *_avx512vnni.c) echo "$ISA_AVX512VNNI" ;;
    *_avx512bf16.c) echo "$ISA_AVX512BF16" ;;
    *_amx.c) echo "$ISA_AMX" ;;
    esac
}

check_static()
{
    # str_out_of_memory does not return, which it cannot see
    cppcheck -q --std=c11 --enable=warning,portability,performance --inline-suppr --suppressions-list=tests/static/suppressions \
        -I. -D__x86_64__ -Dstr_out_of_memory=abort --template='{file}:{line}: {id}: {message}' "$@" 2>&1
    for file; do
        [ "$file" != analyzer/model/demo.c ] || continue # one assembler directive, whose paths make gives
        # shellcheck disable=SC2046,SC2086 # lists of words
        clang-tidy --quiet ${TIDY:-} "$file" -- -std=gnu11 $LINT_CPPFLAGS $LINT_OPENMP $(isa_flags "$file") 2>/dev/null |
            sed -n "s|^$PWD/||; /: \\(error\\|warning\\): /p" || :
    done
}

found=$(check_static "$@")
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
echo "$# files, nothing found"
