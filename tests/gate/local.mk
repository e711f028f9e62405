# How often bertscope check is right. make check simulates runs from recorded rounds; make gate also measures: GATE_RUNS runs with
# nothing changed and as many with one component that takes 5% longer, some seven seconds each.
check_PROGRAMS += tests/gate/gate tests/gate/slow
tests_gate_gate_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_gate_gate_CFLAGS = $(LAYER_CFLAGS)
tests_gate_gate_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_gate_gate_LDADD = $(TUI_LIBS) $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(NCURSES_LIBS) $(EXTERNAL_LIBS)
tests_gate_gate_SOURCES = tests/gate/gate.c tests/gate/gate.h tests/gate/rules.c tests/gate/simulate.c
tests_gate_slow_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_gate_slow_CFLAGS = $(LAYER_CFLAGS)
tests_gate_slow_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_gate_slow_LDADD = $(tests_gate_gate_LDADD)
tests_gate_slow_SOURCES = tests/gate/slow.c
GATE_NOISE = \
	tests/gate/noise-1a.json tests/gate/noise-1b.json \
	tests/gate/noise-2a.json tests/gate/noise-2b.json
TESTS += tests/gate/simulate.sh tests/gate/workers.sh
EXTRA_DIST += tests/gate/simulate.sh tests/gate/workers.sh $(GATE_NOISE)
GATE_RUNS = 40
.PHONY: gate
gate: tests/gate/gate tests/gate/slow
	tests/gate/gate simulate 1000 $(GATE_NOISE:%=$(srcdir)/%)
	tests/gate/gate real $(GATE_RUNS) tests/gate/slow
