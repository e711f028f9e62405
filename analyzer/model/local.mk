libanalyzer_a_SOURCES += \
	analyzer/model/arch.c analyzer/model/arch.h \
	analyzer/model/arch_bert.c \
	analyzer/model/arch_distilbert.c \
	analyzer/model/bind.c analyzer/model/bind.h \
	analyzer/model/component.c analyzer/model/component.h \
	analyzer/model/config.c analyzer/model/config.h \
	analyzer/model/model.c analyzer/model/model.h \
	analyzer/model/preset.c analyzer/model/preset.h \
	analyzer/model/roles.h
EXTRA_DIST += \
	analyzer/model/archs.def \
	analyzer/model/components.def \
	analyzer/model/presets.def \
	analyzer/model/roles.def
