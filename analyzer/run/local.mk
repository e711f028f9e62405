libanalyzer_a_SOURCES += \
	analyzer/run/attention_maps.c analyzer/run/attention_maps.h \
	analyzer/run/exec.c analyzer/run/exec.h \
	analyzer/run/gradients.c analyzer/run/gradients.h \
	analyzer/run/graph.c analyzer/run/graph.h \
	analyzer/run/graph_encoder.c \
	analyzer/run/hidden.c analyzer/run/hidden.h \
	analyzer/run/linear_gradient.c analyzer/run/linear_gradient.h \
	analyzer/run/matmul.c analyzer/run/matmul.h \
	analyzer/run/op.h \
	analyzer/run/op_activate.c \
	analyzer/run/op_attention.c \
	analyzer/run/op_dropout.c \
	analyzer/run/op_embed.c \
	analyzer/run/op_first.c \
	analyzer/run/op_gather.c \
	analyzer/run/op_layernorm.c \
	analyzer/run/op_linear.c \
	analyzer/run/op_lookup.c \
	analyzer/run/panels.c analyzer/run/panels.h \
	analyzer/run/part.h \
	analyzer/run/plan.c analyzer/run/plan.h \
	analyzer/run/plan_builder.h \
	analyzer/run/plan_memory.c \
	analyzer/run/plan_schedule.c \
	analyzer/run/predict.c analyzer/run/predict.h \
	analyzer/run/rows.c analyzer/run/rows.h \
	analyzer/run/spread.c analyzer/run/spread.h \
	analyzer/run/weights.c analyzer/run/weights.h
EXTRA_DIST += \
	analyzer/run/ops.def \
	analyzer/run/sites.def
