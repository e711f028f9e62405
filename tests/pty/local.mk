if CUNIT
if VTERM
check_PROGRAMS += tests/pty/pty
TESTS += tests/pty/pty
endif
endif
tests_pty_pty_CPPFLAGS = $(tests_unit_unit_CPPFLAGS) $(VTERM_CFLAGS) -DUNIT_SUITES='"tests/pty/suites.def"'
tests_pty_pty_CFLAGS = $(LAYER_CFLAGS)
tests_pty_pty_LDADD = $(tests_unit_unit_LDADD) $(VTERM_LIBS) -lutil
tests_pty_pty_LDFLAGS = $(tests_unit_unit_LDFLAGS)
tests_pty_pty_SOURCES = \
	tests/unit/unit.c tests/unit/unit.h \
	tests/pty/session.c tests/pty/session.h \
	tests/pty/suites.def \
	tests/pty/test_ended.c \
	tests/pty/test_examples.c \
	tests/pty/test_poor.c \
	tests/pty/test_saved.c \
	tests/pty/test_script.c \
	tests/pty/test_terminal.c \
	tests/pty/test_training.c \
	tests/pty/test_workbench.c \
	tests/pty/vt.c tests/pty/vt.h
