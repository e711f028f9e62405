libanalyzer_a_SOURCES += \
	analyzer/base/arena.c analyzer/base/arena.h \
	analyzer/base/child.c analyzer/base/child.h \
	analyzer/base/base64.c analyzer/base/base64.h \
	analyzer/base/clock.h \
	analyzer/base/err.c analyzer/base/err.h \
	analyzer/base/filemap.c analyzer/base/filemap.h \
	analyzer/base/outdir.c analyzer/base/outdir.h \
	analyzer/base/outfile.c analyzer/base/outfile.h \
	analyzer/base/progress.h \
	analyzer/base/rng.h \
	analyzer/base/sha256.c analyzer/base/sha256.h \
	analyzer/base/signal_stack.c analyzer/base/signal_stack.h \
	analyzer/base/least.h analyzer/base/size.h \
	analyzer/base/str.c analyzer/base/str.h \
	analyzer/base/text.c analyzer/base/text.h
