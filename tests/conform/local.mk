check_PROGRAMS += tests/conform/conform
tests_conform_conform_CFLAGS = $(AM_CFLAGS)
tests_conform_conform_LDADD = $(KERNELS_LIBS)
tests_conform_conform_SOURCES = \
	tests/conform/conform.c tests/conform/conform.h \
	tests/conform/guard.c tests/conform/numbers.c \
	tests/conform/formats.c tests/conform/formats.h \
	tests/conform/check_linear.c \
	tests/conform/check_attention.c \
	tests/conform/check_softmax.c \
	tests/conform/check_layernorm.c \
	tests/conform/check_activate.c \
	tests/conform/check_embed.c \
	tests/conform/check_transpose.c \
	tests/conform/check_activate_grad.c \
	tests/conform/check_layernorm_grad.c \
	tests/conform/check_attention_grad.c \
	tests/conform/check_embed_grad.c \
	tests/conform/check_sum_rows.c \
	tests/conform/check_dot_rows.c \
	tests/conform/check_add.c \
	tests/conform/check_square_sum.c \
	tests/conform/check_dropout.c \
	tests/conform/check_adamw.c \
	tests/conform/check_peak.c \
	tests/conform/check_read.c

TESTS += tests/conform/caps.sh
EXTRA_DIST += tests/conform/caps.sh
