check_DATA =
include tests/unit/local.mk
include tests/browser/local.mk
include tests/cli/local.mk
include tests/conform/local.mk
include tests/golden/local.mk
include tests/faults/local.mk
include tests/memcheck/local.mk
include tests/noalloc/local.mk
include tests/pty/local.mk
include tests/fuzz/local.mk
include tests/gate/local.mk
include tests/session/local.mk
include tests/races/local.mk
include tests/static/local.mk
include tests/store/local.mk
include tests/bench/local.mk
include tests/lint/local.mk

# Everything that make check runs, built and not run.
.PHONY: check-programs
check-programs: $(check_PROGRAMS) $(check_LIBRARIES)
