libanalyzer_a_SOURCES += \
	analyzer/data/correlation.c analyzer/data/correlation.h \
	analyzer/data/lines.c analyzer/data/lines.h \
	analyzer/data/metric.c analyzer/data/metric.h \
	analyzer/data/metric_accuracy.c \
	analyzer/data/metric_f1.c \
	analyzer/data/metric_mcc.c \
	analyzer/data/metric_pearson.c \
	analyzer/data/metric_spearman.c
EXTRA_DIST += \
	analyzer/data/metrics.def
