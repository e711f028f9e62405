if CUNIT
check_PROGRAMS += tests/golden/golden
TESTS += tests/golden/golden
endif
tests_golden_golden_CPPFLAGS = $(tests_unit_unit_CPPFLAGS) -DUNIT_SUITES='"tests/golden/suites.def"'
tests_golden_golden_CFLAGS = $(LAYER_CFLAGS)
tests_golden_golden_LDADD = $(tests_unit_unit_LDADD)
tests_golden_golden_LDFLAGS = $(tests_unit_unit_LDFLAGS)
tests_golden_golden_SOURCES = \
	tests/unit/unit.c tests/unit/unit.h \
	tests/golden/suites.def \
	tests/golden/golden.c tests/golden/golden.h \
	tests/golden/backward.c tests/golden/backward.h \
	tests/golden/reference.c tests/golden/reference.h \
	tests/golden/test_forward.c tests/golden/test_formats.c \
	tests/golden/test_reference.c \
	tests/golden/test_gradients.c tests/golden/test_differences.c tests/golden/test_losses.c \
	tests/golden/test_heads.c \
	tests/golden/test_published.c \
	tests/golden/test_variants.c

EXTRA_DIST += tests/tools/make_golden.py \
	tests/tools/golden_pass.py \
	tests/tools/golden_backward.py \
	tests/tools/golden_losses.py \
	tests/tools/torch_gradients.py \
	tests/golden/losses.safetensors \
	tests/golden/bert/config.json \
	tests/golden/bert/golden.safetensors \
	tests/golden/bert/gradients.safetensors \
	tests/golden/bert/model.safetensors \
	tests/golden/bert/vocab.txt \
	tests/golden/distilbert/config.json \
	tests/golden/distilbert/golden.safetensors \
	tests/golden/distilbert/gradients.safetensors \
	tests/golden/distilbert/model.safetensors \
	tests/golden/distilbert/vocab.txt

# Writes the golden files anew. Only over a clean tree, so that git diff shows what that changed.
PYTHON3 = python3
.PHONY: golden
golden:
	@test -z "$$(cd $(srcdir) && git status --porcelain)" || { \
	    echo "make golden: the tree has changes; commit them first, so that git diff shows what is new" >&2; exit 1; }
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON3) $(srcdir)/tests/tools/make_golden.py $(srcdir)/tests/golden
	@cd $(srcdir) && git status --short tests/golden
