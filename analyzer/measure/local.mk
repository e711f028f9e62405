libanalyzer_a_SOURCES += \
	analyzer/measure/ablation.c analyzer/measure/ablation.h \
	analyzer/measure/ablation_run.c \
	analyzer/measure/call_tree.c analyzer/measure/call_tree.h \
	analyzer/measure/ceilings.c analyzer/measure/ceilings.h \
	analyzer/measure/counted.c analyzer/measure/counted.h \
	analyzer/measure/counters.c analyzer/measure/counters.h analyzer/measure/counters.def \
	analyzer/measure/counters_system.c \
	analyzer/measure/evaluate.c analyzer/measure/evaluate.h \
	analyzer/measure/explain.c analyzer/measure/explain.h \
	analyzer/measure/head_grid.c analyzer/measure/head_grid.h \
	analyzer/measure/head_study.c analyzer/measure/head_study.h \
	analyzer/measure/heads.c analyzer/measure/heads.h \
	analyzer/measure/heads_score.c \
	analyzer/measure/interrupts.c analyzer/measure/interrupts.h \
	analyzer/measure/kernel_bench.c analyzer/measure/kernel_bench.h \
	analyzer/measure/machine.c analyzer/measure/machine.h \
	analyzer/measure/fidelity.c analyzer/measure/fidelity.h \
	analyzer/measure/paired.c analyzer/measure/paired.h \
	analyzer/measure/pass_client.c analyzer/measure/pass_client.h \
	analyzer/measure/pass_server.c analyzer/measure/pass_server.h \
	analyzer/measure/profile.c analyzer/measure/profile.h \
	analyzer/measure/versus.c analyzer/measure/versus.h \
	analyzer/measure/race.c analyzer/measure/race.h \
	analyzer/measure/ranks.c analyzer/measure/ranks.h \
	analyzer/measure/row_loss.c analyzer/measure/row_loss.h \
	analyzer/measure/sampled.c analyzer/measure/sampled.h \
	analyzer/measure/sampler.c analyzer/measure/sampler.h \
	analyzer/measure/samples.c analyzer/measure/samples.h \
	analyzer/measure/shift.c analyzer/measure/shift.h \
	analyzer/measure/sparse_bench.c analyzer/measure/sparse_bench.h \
	analyzer/measure/stacks.c analyzer/measure/stacks.h \
	analyzer/measure/stats.c analyzer/measure/stats.h \
	analyzer/measure/subject.c analyzer/measure/subject.h \
	analyzer/measure/symbols.c analyzer/measure/symbols.h \
	analyzer/measure/timing.c analyzer/measure/timing.h \
	analyzer/measure/timing_run.c analyzer/measure/timing_run.h \
	analyzer/measure/workload.c analyzer/measure/workload.h
