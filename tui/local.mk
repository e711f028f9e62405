# Everything but the commands and main, for the program and its tests.
noinst_LIBRARIES += libtui.a
TUI_LIBS = libtui.a
libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS) $(JANSSON_CFLAGS)
libtui_a_CFLAGS = $(LAYER_CFLAGS)
libtui_a_SOURCES = \
	tui/app.c tui/app.h \
	tui/app_draw.c \
	tui/app_examples.c \
	tui/app_files.c \
	tui/app_bench.c \
	tui/app_jobs.c \
	tui/app_news.c \
	tui/app_parts.c \
	tui/app_saved.c \
	tui/bench_report.c tui/bench_report.h \
	tui/basis.c tui/basis.h \
	tui/build_id.c tui/build_id.h \
	tui/canvas.c tui/canvas.h \
	tui/canvas_html.c tui/canvas_html.h \
	tui/check_run.c tui/check_run.h \
	tui/check_serve.c \
	tui/compress_layout.c tui/compress_layout.h \
	tui/compress_parts.c \
	tui/compress_results.c \
	tui/compress_steps.c \
	tui/crash.c tui/crash.h \
	tui/engine.c tui/engine.h \
	tui/examples_detail.c \
	tui/examples_layout.c tui/examples_layout.h \
	tui/examples_list.c \
	tui/examples_map.c \
	tui/fact_list.c tui/fact_list.h \
	tui/frontier_compare.c \
	tui/heads_layout.c tui/heads_layout.h \
	tui/headless.c tui/headless.h \
	tui/heads_map.c \
	tui/heads_panels.c \
	tui/heads_run.c tui/heads_run.h \
	tui/inputs.c tui/inputs.h \
	tui/job.c tui/job.h \
	tui/job_export.c \
	tui/job_heads.c \
	tui/job_look.c \
	tui/job_measure.c \
	tui/job_open.c \
	tui/job_sample.c \
	tui/job_train.c \
	tui/job_search.c \
	tui/job_sensitivity.c \
	tui/job_trial.c tui/job_trial.h \
	tui/keys.c tui/keys.h \
	tui/kept_training.c tui/kept_training.h \
	tui/labelled.c tui/labelled.h \
	tui/recipes.c tui/recipes.h \
	tui/layers_counters.c \
	tui/layers_tags.c \
	tui/layout.c tui/layout.h \
	tui/log.c tui/log.h \
	tui/insight.c tui/insight.h \
	tui/opened.c tui/opened.h \
	tui/part_study.c tui/part_study.h \
	tui/options.c tui/options.h \
	tui/player.c tui/player.h \
	tui/prompt.c tui/prompt.h \
	tui/report_run.c tui/report_run.h \
	tui/report_trials.c tui/report_trials.h \
	tui/result.c tui/result.h \
	tui/row_texts.c tui/row_texts.h \
	tui/scale.c tui/scale.h \
	tui/sensitivity_run.c tui/sensitivity_run.h \
	tui/screen.c tui/screen.h \
	tui/script.c tui/script.h \
	tui/session.c tui/session.h \
	tui/session_result.c tui/session_result.h \
	tui/state_folder.c tui/state_folder.h \
	tui/screen_compress.c tui/screen_compress.h \
	tui/screen_examples.c tui/screen_examples.h \
	tui/screen_frontier.c tui/screen_frontier.h \
	tui/screen_heads.c tui/screen_heads.h \
	tui/screen_help.c \
	tui/screen_layers.c tui/screen_layers.h \
	tui/screen_log.c \
	tui/screen_overview.c \
	tui/screen_profile.c tui/screen_profile.h \
	tui/profile_counters.c \
	tui/profile_flame.c \
	tui/profile_roof.c \
	tui/screen_train.c \
	tui/term.c tui/term.h \
	tui/theme.c tui/theme.h \
	tui/train_layout.c tui/train_layout.h \
	tui/train_run.c tui/train_run.h \
	tui/train_session.c tui/train_session.h \
	tui/train_status.c tui/train_status.h \
	tui/trainee.c tui/trainee.h \
	tui/tour.c tui/tour.h \
	tui/tree.c tui/tree.h \
	tui/tui.c tui/tui.h \
	tui/typed.c tui/typed.h \
	tui/typed_complete.c \
	tui/widget_bar.c tui/widget_bar.h \
	tui/widget_plot.c tui/widget_plot.h \
	tui/widget_table.c tui/widget_table.h \
	tui/workbench.c tui/workbench.h
EXTRA_DIST += \
	tui/actions.def \
	tui/jobs.def \
	tui/screens.def \
	tui/script.def \
	tui/tones.def \
	tui/typed.def

noinst_LIBRARIES += libcommands.a
libcommands_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libcommands_a_CFLAGS = $(LAYER_CFLAGS)
libcommands_a_SOURCES = \
	tui/cmd_check.c \
	tui/cmd_doctor.c \
	tui/cmd_draw.c \
	tui/cmd_completion.c \
	tui/cmd_compress.c \
	tui/cmd_search.c \
	tui/cmd_eval.c \
	tui/cmd_heads.c \
	tui/cmd_history.c \
	tui/cmd_kernels.c \
	tui/cmd_open.c \
	tui/cmd_predict.c \
	tui/cmd_profile.c \
	tui/cmd_report.c \
	tui/cmd_tokenize.c \
	tui/cmd_train.c \
	tui/command.c tui/command.h \
	tui/completion.c tui/completion.h

bin_PROGRAMS += bertscope
bertscope_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
bertscope_CFLAGS = $(LAYER_CFLAGS)
bertscope_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
bertscope_LDADD = libcommands.a $(TUI_LIBS) $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(NCURSES_LIBS) $(EXTERNAL_LIBS)
bertscope_SOURCES = tui/main.c
EXTRA_DIST += \
	tui/commands.def \
	tui/options.def

# the manual page, whose lists of commands, options and methods come from the program's own tables
noinst_PROGRAMS += tui/make_manual
tui_make_manual_CPPFLAGS = $(bertscope_CPPFLAGS)
tui_make_manual_CFLAGS = $(bertscope_CFLAGS)
tui_make_manual_LDFLAGS = $(bertscope_LDFLAGS)
tui_make_manual_LDADD = $(bertscope_LDADD)
tui_make_manual_SOURCES = tui/make_manual.c
man_MANS += tui/bertscope.1
EXTRA_DIST += tui/bertscope.1.in
CLEANFILES += tui/bertscope.1
tui/bertscope.1: tui/bertscope.1.in tui/make_manual$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) tui && tui/make_manual$(EXEEXT) < $(srcdir)/tui/bertscope.1.in > $@.tmp && mv $@.tmp $@
