if !SANITIZED
check_PROGRAMS += tests/noalloc/noalloc
TESTS += tests/noalloc/noalloc
endif
tests_noalloc_noalloc_CFLAGS = $(LAYER_CFLAGS)
tests_noalloc_noalloc_LDADD = $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_noalloc_noalloc_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_noalloc_noalloc_SOURCES = tests/noalloc/noalloc.c
