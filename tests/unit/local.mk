if CUNIT
check_PROGRAMS += tests/unit/unit
TESTS += tests/unit/unit
endif
tests_unit_unit_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS) $(LIBZIP_CFLAGS)
tests_unit_unit_CFLAGS = $(LAYER_CFLAGS)
tests_unit_unit_LDADD = $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(CUNIT_LIBS) $(EXTERNAL_LIBS)
tests_unit_unit_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_unit_unit_SOURCES = \
	tests/unit/suites.def \
	tests/unit/unit.c tests/unit/unit.h \
	tests/unit/test_base.c \
	tests/unit/test_cpu.c
tests_unit_unit_SOURCES += tests/unit/test_tokenizer.c \
	tests/unit/test_config.c \
	tui/options.c \
	tests/unit/test_emit.c \
	tests/unit/test_options.c \
	tests/unit/fixture.c tests/unit/fixture.h \
	tests/unit/test_lines.c \
	tests/unit/test_model.c \
	tests/unit/test_plan.c \
	tests/unit/test_profile.c \
	tests/unit/test_stats.c \
	tests/unit/test_checkpoint.c \
	tests/unit/test_pickle.c \
	tests/unit/test_safetensors.c \
	tests/unit/test_tensor.c \
	tests/unit/test_torch.c
EXTRA_DIST += \
	tests/fixtures/torch-legacy-nested.bin \
	tests/fixtures/torch-legacy.bin \
	tests/fixtures/torch-zip-module.bin \
	tests/fixtures/torch-zip-nested.bin \
	tests/fixtures/torch-zip.bin \
	tests/tools/make_torch_fixtures.py
