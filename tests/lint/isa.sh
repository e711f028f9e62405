#!/bin/sh
# No instruction on ymm or zmm registers outside of the libraries of their instruction sets: the program starts on
# CPUs without them. And the other way round: a library without any was compiled without its flags.
. "${srcdir:-.}/tests/lint/common.sh"

[ -n "${ISA_OBJDIR:-}" ] || skip "the objects are found by make check"
command -v objdump >/dev/null || skip "objdump is not installed"
[ -z "${SANITIZED:-}" ] || skip "sanitizers bring their own code"
case ${ISA_CFLAGS:-} in
*-march=* | *-mavx*) skip "CFLAGS chooses the instruction set of all objects" ;;
esac

# wide_registers REGISTER FILE: how many lines of the disassembly name it
wide_registers()
{
    objdump -d --no-show-raw-insn "$2" | grep -c "%$1[0-9]" || true
}

check_isa()
{
    find "$ISA_OBJDIR" -name '*.o' | sort | while read -r object; do
        ymm=$(wide_registers ymm "$object")
        zmm=$(wide_registers zmm "$object")
        case $object in
        */libkernels_avx512*_a-*) [ "$zmm" -gt 0 ] || echo "$object: no zmm register, is AVX512_CFLAGS missing?" ;;
        */libkernels_avx2_a-* | */libkernels_avxvnni_a-*)
            [ "$ymm" -gt 0 ] || echo "$object: no ymm register, are the flags of its instruction set missing?"
            [ "$zmm" -eq 0 ] || echo "$object: $zmm uses of zmm registers"
            ;;
        *) [ "$((ymm + zmm))" -eq 0 ] || echo "$object: $((ymm + zmm)) uses of ymm or zmm registers" ;;
        esac
    done
}

lint check_isa
