libanalyzer_a_SOURCES += \
	analyzer/compress/apply.c analyzer/compress/apply.h \
	analyzer/compress/changed_rows.c analyzer/compress/changed_rows.h \
	analyzer/compress/codebook.c analyzer/compress/codebook.h \
	analyzer/compress/calibrate.c analyzer/compress/calibrate.h \
	analyzer/compress/eigen.c analyzer/compress/eigen.h \
	analyzer/compress/expand.c analyzer/compress/expand.h \
	analyzer/compress/export.c analyzer/compress/export.h \
	analyzer/compress/forecast.c analyzer/compress/forecast.h \
	analyzer/compress/frontier.c analyzer/compress/frontier.h \
	analyzer/compress/gates.c analyzer/compress/gates.h \
	analyzer/compress/importance.c analyzer/compress/importance.h \
	analyzer/compress/latency.c analyzer/compress/latency.h \
	analyzer/compress/leave_out.c analyzer/compress/leave_out.h \
	analyzer/compress/least.c analyzer/compress/least.h \
	analyzer/compress/magnitudes.c analyzer/compress/magnitudes.h \
	analyzer/compress/mask.c analyzer/compress/mask.h \
	analyzer/compress/memo.c analyzer/compress/memo.h \
	analyzer/compress/method.c analyzer/compress/method.h \
	analyzer/compress/method_bf16.c \
	analyzer/compress/method_decouple.c \
	analyzer/compress/method_f16.c \
	analyzer/compress/method_int4.c \
	analyzer/compress/method_int8.c \
	analyzer/compress/method_int8_static.c \
	analyzer/compress/method_kmeans.c \
	analyzer/compress/method_low_rank.c \
	analyzer/compress/method_prune_elements.c \
	analyzer/compress/method_prune_heads.c \
	analyzer/compress/method_prune_layers.c \
	analyzer/compress/method_prune_neurons.c \
	analyzer/compress/method_prune_vocab.c \
	analyzer/compress/method_refit.c \
	analyzer/compress/method_search.c \
	analyzer/compress/method_share.c \
	analyzer/compress/method_ternary.c \
	analyzer/compress/original.c analyzer/compress/original.h \
	analyzer/compress/part_table.c analyzer/compress/part_table.h \
	analyzer/compress/pick.c analyzer/compress/pick.h \
	analyzer/compress/quantize.c analyzer/compress/quantize.h \
	analyzer/compress/recipe.c analyzer/compress/recipe.h \
	analyzer/compress/recipe_diff.c \
	analyzer/compress/ridge.c analyzer/compress/ridge.h \
	analyzer/compress/search.c analyzer/compress/search.h \
	analyzer/compress/sensitivity.c analyzer/compress/sensitivity.h \
	analyzer/compress/step.c \
	analyzer/compress/structure.c analyzer/compress/structure.h \
	analyzer/compress/trial.c analyzer/compress/trial.h \
	analyzer/compress/tune.c analyzer/compress/tune.h \
	analyzer/compress/units.c analyzer/compress/units.h
EXTRA_DIST += analyzer/compress/methods.def
