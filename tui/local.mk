bin_PROGRAMS += bertscope
bertscope_CPPFLAGS = $(AM_CPPFLAGS)
bertscope_CFLAGS = $(LAYER_CFLAGS)
bertscope_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
bertscope_LDADD = $(TUI_LIBS) $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(NCURSES_LIBS) $(EXTERNAL_LIBS)
bertscope_SOURCES = \
	tui/cmd_doctor.c \
	tui/cmd_kernels.c \
	tui/cmd_predict.c \
	tui/cmd_profile.c \
	tui/cmd_tokenize.c \
	tui/command.c tui/command.h \
	tui/inputs.c tui/inputs.h \
	tui/main.c \
	tui/opened.c tui/opened.h \
	tui/options.c tui/options.h
EXTRA_DIST += \
	tui/commands.def \
	tui/options.def
dist_man_MANS += tui/bertscope.1
