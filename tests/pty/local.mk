if CUNIT
if VTERM
check_PROGRAMS += tests/pty/pty
TESTS += tests/pty/pty
endif
endif
# counters of a processor that is not there
if PAPI
if !SANITIZED
check_DATA += tests/pty/fake_papi.so
endif
endif
EXTRA_DIST += tests/pty/fake_papi.c
CLEANFILES += tests/pty/fake_papi.so

tests/pty/fake_papi.so: tests/pty/fake_papi.c
	$(AM_V_CC)$(MKDIR_P) tests/pty && $(CC) -std=gnu11 $(WARN_CFLAGS) $(PAPI_CFLAGS) -O1 -fPIC -shared -o $@ $(srcdir)/tests/pty/fake_papi.c

tests_pty_pty_CPPFLAGS = $(tests_unit_unit_CPPFLAGS) $(VTERM_CFLAGS) -DUNIT_SUITES='"tests/pty/suites.def"'
tests_pty_pty_CFLAGS = $(LAYER_CFLAGS)
tests_pty_pty_LDADD = $(tests_unit_unit_LDADD) $(VTERM_LIBS) -lutil
tests_pty_pty_LDFLAGS = $(tests_unit_unit_LDFLAGS)
tests_pty_pty_SOURCES = \
	tests/unit/unit.c tests/unit/unit.h \
	tests/pty/session.c tests/pty/session.h \
	tests/pty/suites.def \
	tests/pty/test_counters.c \
	tests/pty/test_ended.c \
	tests/pty/test_examples.c \
	tests/pty/test_poor.c \
	tests/pty/test_saved.c \
	tests/pty/test_script.c \
	tests/pty/test_terminal.c \
	tests/pty/test_training.c \
	tests/pty/test_workbench.c \
	tests/pty/vt.c tests/pty/vt.h
