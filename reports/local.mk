noinst_LIBRARIES += libreports.a
libreports_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libreports_a_CFLAGS = $(LAYER_CFLAGS)
libreports_a_SOURCES = \
	reports/baseline.c reports/baseline.h \
	reports/comparison.c reports/comparison.h \
	reports/comparison_annotations.c \
	reports/comparison_junit.c \
	reports/comparison_markdown.c \
	reports/comparison_report.c reports/comparison_report.h \
	reports/emit.c reports/emit.h \
	reports/emit_json.c \
	reports/emit_text.c \
	reports/escape.c reports/escape.h \
	reports/eval_report.c reports/eval_report.h \
	reports/format.c reports/format.h \
	reports/head.c reports/head.h \
	reports/heads_report.c reports/heads_report.h \
	reports/kernel_report.c reports/kernel_report.h \
	reports/machine_report.c reports/machine_report.h \
	reports/profile_report.c reports/profile_report.h \
	reports/sink.h \
	reports/text_report.c reports/text_report.h \
	reports/thresholds.c reports/thresholds.h \
	reports/train_report.c reports/train_report.h \
	reports/trial_report.c reports/trial_report.h
