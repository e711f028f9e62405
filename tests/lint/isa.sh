#!/bin/sh
# No instruction on ymm, zmm or tmm registers outside of the libraries of their instruction sets: the program starts on
# CPUs without them. And the other way round: a library without any was compiled without its flags. Rows of AMX multiply
# tiles, each with the instruction of its format; those that emulate it for the tests have none.
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

# multiplies INSTRUCTION FILE: whether the disassembly has it
multiplies()
{
    objdump -d --no-show-raw-insn "$2" | grep "[[:space:]]$1[[:space:]]" >/dev/null
}

check_object()
{
    case $1 in
    */libkernels_amx_a-*_int8_*) multiplies tdpbusd "$1" || echo "$1: no tdpbusd, is AMX_CFLAGS missing?" ;;
    */libkernels_amx_a-*_bf16_*) multiplies tdpbf16ps "$1" || echo "$1: no tdpbf16ps, is AMX_CFLAGS missing?" ;;
    */libkernels_amx_emulated_a-linear_*) [ "$2" -gt 0 ] || echo "$1: no zmm register, is AVX512VNNI_CFLAGS missing?" ;;
    */libkernels_amx_emulated_a-*) ;;
    */libkernels_avx512*_a-*) [ "$2" -gt 0 ] || echo "$1: no zmm register, is AVX512_CFLAGS missing?" ;;
    */libkernels_avx2_a-* | */libkernels_avxvnni_a-*)
        [ "$3" -gt 0 ] || echo "$1: no ymm register, are the flags of its instruction set missing?"
        [ "$2" -eq 0 ] || echo "$1: $2 uses of zmm registers"
        ;;
    *) [ "$(($2 + $3))" -eq 0 ] || echo "$1: $(($2 + $3)) uses of ymm or zmm registers" ;;
    esac
    case $1 in
    */libkernels_amx_a-*) ;;
    *) [ "$4" -eq 0 ] || echo "$1: $4 uses of tmm registers" ;;
    esac
}

check_isa()
{
    find "$ISA_OBJDIR" -name '*.o' | sort | while read -r object; do
        check_object "$object" "$(wide_registers zmm "$object")" "$(wide_registers ymm "$object")" \
            "$(wide_registers tmm "$object")"
    done
}

lint check_isa
