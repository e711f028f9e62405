# make bench BENCHES="kernels linear" BENCH_JSON=FILE: builds and runs the groups (all without BENCHES) and writes the
# figures to FILE, too. make check builds it and does not run it.
check_PROGRAMS += tests/bench/bench
tests_bench_bench_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_FLAGS='"$(CFLAGS) $(OPENMP_CFLAGS)"'
tests_bench_bench_CFLAGS = $(LAYER_CFLAGS)
tests_bench_bench_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_bench_bench_LDADD = $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_bench_bench_SOURCES = \
	tests/bench/benches.def \
	tests/bench/bench.c tests/bench/bench.h \
	tests/bench/train_step.c tests/bench/train_step.h \
	tests/bench/recipe_race.c tests/bench/recipe_race.h \
	tests/bench/bench_forecast.c \
	tests/bench/bench_gradients.c \
	tests/bench/bench_half_heads.c \
	tests/bench/bench_heads.c \
	tests/bench/bench_kernels.c \
	tests/bench/bench_linear.c \
	tests/bench/bench_model.c \
	tests/bench/bench_reuse.c \
	tests/bench/bench_steps.c
if OPENBLAS
tests_bench_bench_CPPFLAGS += -DBENCH_OPENBLAS $(OPENBLAS_CFLAGS)
tests_bench_bench_LDADD += $(OPENBLAS_LIBS)
endif

# whole passes on demand, for those who time it beside other programs
check_PROGRAMS += tests/bench/worker
tests_bench_worker_CFLAGS = $(LAYER_CFLAGS)
tests_bench_worker_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_bench_worker_LDADD = $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_bench_worker_SOURCES = tests/bench/worker.c tests/bench/train_step.c tests/bench/train_step.h
TESTS += tests/bench/worker.sh
EXTRA_DIST += tests/bench/worker.sh

# the rows of a data set, batch by batch
check_PROGRAMS += tests/bench/sentences
tests_bench_sentences_CFLAGS = $(LAYER_CFLAGS)
tests_bench_sentences_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_bench_sentences_LDADD = $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_bench_sentences_SOURCES = tests/bench/sentences.c
TESTS += tests/bench/sentences.sh
EXTRA_DIST += tests/bench/sentences.sh

BENCH_JSON =
BENCHES =
.PHONY: bench
bench: tests/bench/bench tests/bench/worker
	tests/bench/bench $(BENCH_JSON:%=--json %) $(BENCHES)

# The same passes in other programs, where they are there: make peers PEERS="--case tiny:1x128 --seconds 5";
# steps of training: make peers PEERS=--train
EXTRA_DIST += \
	tests/bench/peers/bert.py \
	tests/bench/peers/export_onnx.py \
	tests/bench/peers/gemm_worker.c \
	tests/bench/peers/ort_sentences.mjs \
	tests/bench/peers/ort_worker.mjs \
	tests/bench/peers/peers.py \
	tests/bench/peers/sentences.py \
	tests/bench/peers/sentences_model.py \
	tests/bench/peers/torch_train_worker.py \
	tests/bench/peers/torch_worker.py
PEERS =
.PHONY: peers
peers: tests/bench/worker
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON3) $(srcdir)/tests/bench/peers/peers.py --build . $(PEERS)

# Sentences a second: make sentences SENTENCES="--data glue/SST-2/dev.tsv --vocab bert-base-uncased"
SENTENCES =
.PHONY: sentences
sentences: tests/bench/sentences
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON3) $(srcdir)/tests/bench/peers/sentences.py --build . $(SENTENCES)
