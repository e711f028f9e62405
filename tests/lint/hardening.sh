#!/bin/sh
# The program is linked so that addresses are random and tables of functions cannot be overwritten, and it cannot reach a network.
. "${srcdir:-.}/tests/lint/common.sh"

[ -n "${ISA_OBJDIR:-}" ] || skip "the program is found by make check"
[ -z "${SANITIZED:-}" ] || skip "sanitizers bring their own code"
[ -n "${HARDENING:-}" ] || skip "configured with --disable-hardening"
command -v readelf >/dev/null || skip "readelf is not installed"
program=$ISA_OBJDIR/bertscope

# wanted NAME WORD COMMAND...: the output has the word if the hardening of that name was found by configure.
wanted()
{
    name=$1
    word=$2
    shift 2
    case " $HARDENING " in
    *" $name "*) "$@" | grep -qw -- "$word" || echo "$program: no $word, although configure found $name" ;;
    esac
}

check_hardening()
{
    wanted pie DYN readelf -hW "$program"
    wanted relro GNU_RELRO readelf -lW "$program"
    wanted relro NOW readelf -dW "$program"
    wanted stack-protector __stack_chk_fail readelf -sW "$program"
    readelf -lW "$program" | grep GNU_STACK | grep -q RWE && echo "$program: its stack can be executed"
    readelf -sW "$program" | awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }' |
        grep -xE 'socket|connect|bind|listen|accept|getaddrinfo|gethostbyname|setuid|seteuid|setgid' |
        sed "s|^|$program: calls |"
    return 0
}

lint check_hardening
