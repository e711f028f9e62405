# Checks of the source itself. They read the source tree, wherever the build is.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
lint_checks = \
	tests/lint/archive.sh \
	tests/lint/hardening.sh \
	tests/lint/headers.sh \
	tests/lint/isa.sh \
	tests/lint/layers.sh \
	tests/lint/length.sh \
	tests/lint/map.sh \
	tests/lint/tables.sh \
	tests/lint/words.sh
TESTS += $(lint_checks)
EXTRA_DIST += $(lint_checks) .shellcheckrc \
	tests/lint/code.awk \
	tests/lint/common.sh \
	tests/lint/long.allow \
	tests/lint/map.awk

LINT_CPPFLAGS = -include $(abs_builddir)/config.h -I. -I$(abs_builddir) $(JANSSON_CFLAGS) $(LIBZIP_CFLAGS) \
	$(UTF8PROC_CFLAGS) $(NCURSES_CFLAGS) $(CUNIT_CFLAGS) $(VTERM_CFLAGS)
AM_TESTS_ENVIRONMENT += CC='$(CC)'; LINT_CPPFLAGS='$(LINT_CPPFLAGS)'; export CC LINT_CPPFLAGS;
AM_TESTS_ENVIRONMENT += ISA_OBJDIR='$(abs_builddir)'; ISA_CFLAGS='$(CFLAGS)'; export ISA_OBJDIR ISA_CFLAGS;
AM_TESTS_ENVIRONMENT += HARDENING='$(HARDENING)'; export HARDENING;
if SANITIZED
AM_TESTS_ENVIRONMENT += SANITIZED=yes; export SANITIZED;
endif
