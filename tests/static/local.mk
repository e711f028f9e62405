# Static analysis, which takes a quarter of an hour for everything: make lint-static [STATIC="tui/app.c kernels/round.c"]
EXTRA_DIST += tests/static/static.sh tests/static/suppressions .clang-tidy
lint-static:
	srcdir=$(srcdir) TIDY='$(TIDY)' LINT_CPPFLAGS='$(LINT_CPPFLAGS) $(SQLITE_CFLAGS) $(PAPI_CFLAGS) $(LIBUNWIND_CFLAGS)' LINT_OPENMP='$(OPENMP_CFLAGS)' \
	ISA_AVX2='$(AVX2_CFLAGS)' ISA_AVXVNNI='$(AVXVNNI_CFLAGS)' ISA_AVX512='$(AVX512_CFLAGS)' ISA_AVX512VNNI='$(AVX512VNNI_CFLAGS)' \
	ISA_AVX512BF16='$(AVX512BF16_CFLAGS)' ISA_AMX='$(AMX_CFLAGS)' $(SHELL) $(srcdir)/tests/static/static.sh $(STATIC)
.PHONY: lint-static
