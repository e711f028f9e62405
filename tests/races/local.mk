# Data races: the thread sanitizer over suites that have threads
EXTRA_DIST += tests/races/races.sh tests/races/suppressions
if TSAN
races: tests/unit/unit$(EXEEXT)
	srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/races/races.sh
else
races:
	@echo 'make races needs ./configure --enable-sanitize=thread CC=clang (script/test --tsan)' >&2; exit 1
endif
.PHONY: races
