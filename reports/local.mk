noinst_LIBRARIES += libreports.a
libreports_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS)
libreports_a_CFLAGS = $(LAYER_CFLAGS)
libreports_a_SOURCES = \
	reports/baseline.c reports/baseline.h \
	reports/both.c reports/both.h \
	reports/comparison.c reports/comparison.h \
	reports/comparison_annotations.c \
	reports/comparison_junit.c \
	reports/comparison_markdown.c \
	reports/comparison_report.c reports/comparison_report.h \
	reports/emit.c reports/emit.h \
	reports/emit_csv.c \
	reports/emit_html.c \
	reports/emit_json.c \
	reports/emit_markdown.c \
	reports/emit_text.c \
	reports/escape.c reports/escape.h \
	reports/eval_report.c reports/eval_report.h \
	reports/explain_text.c reports/explain_text.h \
	reports/example_table.c reports/example_table.h \
	reports/facts.c reports/facts.h \
	reports/figure.c reports/figure.h \
	reports/figure_bars.c \
	reports/figure_curve.c \
	reports/figure_flame.c \
	reports/figure_lengths.c \
	reports/figure_map.c \
	reports/figure_roof.c \
	reports/figure_scatter.c \
	reports/flame.c reports/flame.h \
	reports/format.c reports/format.h \
	reports/head.c reports/head.h \
	reports/heads_read.c reports/heads_read.h \
	reports/heads_report.c reports/heads_report.h \
	reports/html.c reports/html.h \
	reports/html_style.c \
	reports/history_report.c reports/history_report.h \
	reports/kernel_report.c reports/kernel_report.h \
	reports/machine_report.c reports/machine_report.h \
	reports/parse.c reports/parse.h \
	reports/profile_read.c reports/profile_read.h \
	reports/profile_report.c reports/profile_report.h \
	reports/render.c reports/render.h \
	reports/report.c reports/report.h \
	reports/report_read.c \
	reports/counters_read.c reports/counters_read.h \
	reports/counters_report.c reports/counters_report.h \
	reports/samples_read.c reports/samples_read.h \
	reports/samples_report.c reports/samples_report.h \
	reports/section_counters.c \
	reports/section_evaluation.c \
	reports/section_examples.c \
	reports/section_heads.c \
	reports/section_model.c \
	reports/section_profile.c \
	reports/section_provenance.c \
	reports/section_samples.c \
	reports/section_sensitivity.c \
	reports/section_trials.c \
	reports/search_report.c reports/search_report.h \
	reports/sensitivity_report.c reports/sensitivity_report.h \
	reports/sink.h \
	reports/store.c reports/store.h \
	reports/store_document.c reports/store_document.h \
	reports/text_report.c reports/text_report.h \
	reports/thresholds.c reports/thresholds.h \
	reports/train_report.c reports/train_report.h \
	reports/trial_table.c reports/trial_table.h \
	reports/trial_report.c reports/trial_report.h \
	reports/when.c reports/when.h
EXTRA_DIST += \
	reports/quantities.def \
	reports/sections.def \
	reports/sinks.def
