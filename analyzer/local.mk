noinst_LIBRARIES += libanalyzer.a
libanalyzer_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(LIBZIP_CFLAGS) $(UTF8PROC_CFLAGS) $(PAPI_CFLAGS) $(LIBUNWIND_CFLAGS)
libanalyzer_a_CFLAGS = $(LAYER_CFLAGS)
libanalyzer_a_SOURCES =

include analyzer/base/local.mk
include analyzer/model/local.mk
include analyzer/data/local.mk
include analyzer/run/local.mk
include analyzer/measure/local.mk
include analyzer/compress/local.mk
include analyzer/train/local.mk
