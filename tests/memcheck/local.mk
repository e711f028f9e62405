# Bytes that were never written, and leaks: valgrind over commands and suites; MEMCHECK="stored pickle" = these suites only
EXTRA_DIST += tests/memcheck/memcheck.sh tests/memcheck/suppressions
valgrind: bertscope$(EXEEXT) tests/unit/unit$(EXEEXT)
	srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/memcheck/memcheck.sh $(MEMCHECK)
.PHONY: valgrind
