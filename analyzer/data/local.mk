libanalyzer_a_SOURCES += \
	analyzer/data/answer.c analyzer/data/answer.h \
	analyzer/data/batches.c analyzer/data/batches.h \
	analyzer/data/correlation.c analyzer/data/correlation.h \
	analyzer/data/dataset.c analyzer/data/dataset.h \
	analyzer/data/demo_text.c analyzer/data/demo_text.h \
	analyzer/data/encoded.c analyzer/data/encoded.h \
	analyzer/data/fields.c analyzer/data/fields.h \
	analyzer/data/label_map.c analyzer/data/label_map.h \
	analyzer/data/lines.c analyzer/data/lines.h \
	analyzer/data/masking.c analyzer/data/masking.h \
	analyzer/data/metric.c analyzer/data/metric.h \
	analyzer/data/metric_accuracy.c \
	analyzer/data/metric_f1.c \
	analyzer/data/metric_mcc.c \
	analyzer/data/metric_pearson.c \
	analyzer/data/metric_spearman.c \
	analyzer/data/task.c analyzer/data/task.h
EXTRA_DIST += \
	analyzer/data/demo_rules.def \
	analyzer/data/demo_symbols.def \
	analyzer/data/demo_words.def \
	analyzer/data/metrics.def \
	analyzer/data/tasks.def
