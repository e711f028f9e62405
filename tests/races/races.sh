#!/bin/sh
# Unit suites whose subjects have threads, under the thread sanitizer; `make races` in a build made by clang with --enable-sanitize=thread.
# Not among them: sampled, because the sanitizer delays signals, so that no sample is where the thread was interrupted.
# Archer (part of LLVM's OpenMP runtime) tells the sanitizer which parallel regions follow each other.
unit=${UNIT:-./tests/unit/unit}
archer=${ARCHER:-$(ls /usr/lib/llvm-*/lib/libarcher.so 2>/dev/null | tail -n 1)}
suites=${SUITES:-engine train_session workbench plan schedule weights backward profile counted trial session}
[ -n "$archer" ] || { echo "skipped: there is no libarcher.so (Debian: libomp-dev)"; exit 77; }
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for suite in $suites; do
    OMP_TOOL_LIBRARIES=$archer TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=0 exitcode=66 suppressions=${srcdir:-.}/tests/races/suppressions" \
        nice "$unit" "$suite" >"$log" 2>&1
    code=$?
    races=$(grep -c 'WARNING: ThreadSanitizer' "$log")
    echo "$suite: exit $code, $races reports"
    if [ $code -ne 0 ] || [ "$races" -gt 0 ]; then
        failed=$((failed + 1))
        cat "$log"
    fi
done
[ $failed -eq 0 ]
