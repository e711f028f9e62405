# Sessions without hands, long ones and killed ones. make check runs them small; as long as it takes:
# make session-stress SESSION_EDITS=10000 SESSION_KILLS=50
check_PROGRAMS += tests/session/stress
TESTS += tests/session/stress
tests_session_stress_CFLAGS = $(LAYER_CFLAGS)
tests_session_stress_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_session_stress_LDADD = $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_session_stress_SOURCES = tests/session/stress.c
SESSION_EDITS = 10000
SESSION_KILLS = 50
.PHONY: session-stress
session-stress: tests/session/stress
	tests/session/stress $(SESSION_EDITS) $(SESSION_KILLS)

TESTS += tests/session/walkthrough.sh
EXTRA_DIST += tests/session/walkthrough.sh tests/tools/walkthrough.sh doc/walkthrough.script doc/walkthrough.md

# Writes the page anew, with the screens of this machine.
.PHONY: walkthrough
walkthrough: bertscope$(EXEEXT)
	$(srcdir)/tests/tools/walkthrough.sh ./bertscope$(EXEEXT) $(srcdir)/doc/walkthrough.script >$(srcdir)/doc/walkthrough.md.new
	mv $(srcdir)/doc/walkthrough.md.new $(srcdir)/doc/walkthrough.md
