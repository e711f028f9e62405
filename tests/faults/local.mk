if !SANITIZED
TESTS += tests/faults/faults.sh
check_DATA += tests/faults/fail_alloc.so
endif
EXTRA_DIST += tests/faults/faults.sh tests/faults/fail_alloc.c
CLEANFILES += tests/faults/fail_alloc.so

tests/faults/fail_alloc.so: tests/faults/fail_alloc.c
	$(AM_V_CC)$(MKDIR_P) tests/faults && $(CC) -std=gnu11 $(WARN_CFLAGS) -O1 -fPIC -shared -o $@ $(srcdir)/tests/faults/fail_alloc.c

# every allocation of every command, which takes some minutes
faults: bertscope tests/faults/fail_alloc.so
	srcdir=$(srcdir) FAULTS=all $(SHELL) $(srcdir)/tests/faults/faults.sh
.PHONY: faults
