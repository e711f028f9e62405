# make bench BENCHES="kernels linear": builds and runs the groups (all without BENCHES). Threads that wait sleep, so
# that contenders which brought their own threads do not disturb each other.
EXTRA_PROGRAMS += tests/bench/bench
tests_bench_bench_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_bench_CFLAGS = $(LAYER_CFLAGS)
tests_bench_bench_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_bench_bench_LDADD = $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_bench_bench_SOURCES = \
	tests/bench/benches.def \
	tests/bench/bench.c tests/bench/bench.h \
	tests/bench/bench_kernels.c \
	tests/bench/bench_linear.c
if OPENBLAS
tests_bench_bench_CPPFLAGS += -DBENCH_OPENBLAS $(OPENBLAS_CFLAGS)
tests_bench_bench_LDADD += $(OPENBLAS_LIBS)
endif
CLEANFILES += tests/bench/bench

# whole passes on demand, for those who time it beside other programs
check_PROGRAMS += tests/bench/worker
tests_bench_worker_CFLAGS = $(LAYER_CFLAGS)
tests_bench_worker_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_bench_worker_LDADD = $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_bench_worker_SOURCES = tests/bench/worker.c
TESTS += tests/bench/worker.sh
EXTRA_DIST += tests/bench/worker.sh

.PHONY: bench
bench: tests/bench/bench tests/bench/worker
	OMP_WAIT_POLICY=passive tests/bench/bench $(BENCHES)
