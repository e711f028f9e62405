libanalyzer_a_SOURCES += analyzer/data/lines.c analyzer/data/lines.h
