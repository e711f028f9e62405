# Several writers of one history, some of them killed. make check runs it small, make store-stress as long as it takes:
# make store-stress STRESS="1000 1000" (entries of each writer, ms between kills)
if SQLITE
check_PROGRAMS += tests/store/stress tests/store/full_disk
TESTS += tests/store/stress tests/store/full_disk
endif
tests_store_stress_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_store_stress_CFLAGS = $(LAYER_CFLAGS)
tests_store_stress_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_store_stress_LDADD = $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_store_stress_SOURCES = tests/store/stress.c
# a history without room for one more entry
tests_store_full_disk_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_store_full_disk_CFLAGS = $(LAYER_CFLAGS)
tests_store_full_disk_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_store_full_disk_LDADD = $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(EXTERNAL_LIBS)
tests_store_full_disk_SOURCES = tests/store/full_disk.c
STRESS = 1000 50
.PHONY: store-stress
store-stress: tests/store/stress
	tests/store/stress $(STRESS)
