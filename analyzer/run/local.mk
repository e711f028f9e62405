libanalyzer_a_SOURCES += \
	analyzer/run/exec.c analyzer/run/exec.h \
	analyzer/run/graph.h \
	analyzer/run/graph_encoder.c \
	analyzer/run/op.h \
	analyzer/run/op_attention.c \
	analyzer/run/op_embed.c \
	analyzer/run/op_first.c \
	analyzer/run/op_layernorm.c \
	analyzer/run/op_linear.c \
	analyzer/run/part.h \
	analyzer/run/plan.c analyzer/run/plan.h \
	analyzer/run/predict.c analyzer/run/predict.h \
	analyzer/run/weights.c analyzer/run/weights.h
EXTRA_DIST += \
	analyzer/run/ops.def \
	analyzer/run/sites.def
