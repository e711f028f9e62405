# files of tests/fuzz
fuzz_sources = \
	tests/fuzz/fuzz.def tests/fuzz/fuzz.h \
	tests/fuzz/targets.c \
	tests/fuzz/tensors.c tests/fuzz/tensors.h \
	tests/fuzz/fuzz_baseline.c \
	tests/fuzz/fuzz_config.c \
	tests/fuzz/fuzz_dataset.c \
	tests/fuzz/fuzz_document.c \
	tests/fuzz/fuzz_keys.c \
	tests/fuzz/fuzz_lines.c \
	tests/fuzz/fuzz_pickle.c \
	tests/fuzz/fuzz_recipe.c \
	tests/fuzz/fuzz_report.c \
	tests/fuzz/fuzz_resume.c \
	tests/fuzz/fuzz_safetensors.c \
	tests/fuzz/fuzz_script.c \
	tests/fuzz/fuzz_session.c \
	tests/fuzz/fuzz_sharded.c \
	tests/fuzz/fuzz_stored.c \
	tests/fuzz/fuzz_thresholds.c \
	tests/fuzz/fuzz_tokenizer.c \
	tests/fuzz/fuzz_torch_zip.c \
	tests/fuzz/fuzz_vocab.c \
	tests/fuzz/fuzz_vocab_build.c \
	tests/fuzz/text.c tests/fuzz/text.h \
	tests/unit/app_fixture.c tests/unit/app_fixture.h tests/unit/sampled_fixture.c tests/unit/sampled_fixture.h \
	tests/unit/counted_fixture.c tests/unit/counted_fixture.h

check_LIBRARIES += tests/fuzz/libfuzztargets.a
tests_fuzz_libfuzztargets_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(LIBZIP_CFLAGS)
tests_fuzz_libfuzztargets_a_CFLAGS = $(LAYER_CFLAGS)
tests_fuzz_libfuzztargets_a_SOURCES = $(fuzz_sources)
FUZZ_LIBS = tests/fuzz/libfuzztargets.a $(TUI_LIBS) $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS)

# every target over its saved corpus
check_PROGRAMS += tests/fuzz/driver
TESTS += tests/fuzz/driver
tests_fuzz_driver_CFLAGS = $(LAYER_CFLAGS)
tests_fuzz_driver_LDADD = $(FUZZ_LIBS) $(EXTERNAL_LIBS)
tests_fuzz_driver_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_fuzz_driver_SOURCES = tests/fuzz/driver.c
EXTRA_DIST += tests/fuzz/corpus

# the search for new inputs, with libFuzzer: make fuzz [FUZZ="pickle sharded"] [SECONDS=600]
EXTRA_DIST += tests/fuzz/libfuzzer.c tests/fuzz/search.sh tests/fuzz/dict
SECONDS = 60
if FUZZ
EXTRA_PROGRAMS += tests/fuzz/fuzz
tests_fuzz_fuzz_CFLAGS = $(LAYER_CFLAGS)
tests_fuzz_fuzz_LDADD = $(FUZZ_LIBS) $(EXTERNAL_LIBS)
tests_fuzz_fuzz_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_SOURCES = tests/fuzz/libfuzzer.c

fuzz: tests/fuzz/fuzz$(EXEEXT)
	srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/fuzz/search.sh tests/fuzz/fuzz $(SECONDS) $(FUZZ)
else
fuzz:
	@echo 'make fuzz needs ./configure --enable-fuzz CC=clang' >&2; exit 1
endif
.PHONY: fuzz
