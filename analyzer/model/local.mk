libanalyzer_a_SOURCES += \
	analyzer/model/arch.c analyzer/model/arch.h \
	analyzer/model/arch_bert.c \
	analyzer/model/arch_distilbert.c \
	analyzer/model/bind.c analyzer/model/bind.h \
	analyzer/model/checkpoint.c analyzer/model/checkpoint.h \
	analyzer/model/compact.c analyzer/model/compact.h \
	analyzer/model/component.c analyzer/model/component.h \
	analyzer/model/demo.c analyzer/model/demo.h \
	analyzer/model/derive.c analyzer/model/derive.h \
	analyzer/model/config.c analyzer/model/config.h \
	analyzer/model/config_write.c \
	analyzer/model/format_safetensors.c \
	analyzer/model/format_safetensors_sharded.c \
	analyzer/model/format_torch_legacy.c \
	analyzer/model/format_torch_sharded.c \
	analyzer/model/format_torch_zip.c \
	analyzer/model/inner.c analyzer/model/inner.h \
	analyzer/model/shared.c analyzer/model/shared.h \
	analyzer/model/model.c analyzer/model/model.h \
	analyzer/model/pickle.c analyzer/model/pickle.h \
	analyzer/model/pickle_call.c \
	analyzer/model/pickle_machine.c analyzer/model/pickle_machine.h \
	analyzer/model/preset.c analyzer/model/preset.h \
	analyzer/model/roles.h \
	analyzer/model/safetensors.c analyzer/model/safetensors.h \
	analyzer/model/save.c analyzer/model/save.h \
	analyzer/model/storage.c analyzer/model/storage.h \
	analyzer/model/sharded.c analyzer/model/sharded.h \
	analyzer/model/stored.c analyzer/model/stored.h \
	analyzer/model/stored_f32.c \
	analyzer/model/stored_bf16.c \
	analyzer/model/stored_f16.c \
	analyzer/model/stored_int8.c \
	analyzer/model/stored_int4.c \
	analyzer/model/stored_ternary.c \
	analyzer/model/stored_kmeans.c \
	analyzer/model/stored_sparse.c \
	analyzer/model/tensor.c analyzer/model/tensor.h \
	analyzer/model/torch.c analyzer/model/torch.h \
	analyzer/model/values.c analyzer/model/values.h
EXTRA_DIST += \
	analyzer/model/archs.def \
	analyzer/model/components.def \
	analyzer/model/dtypes.def \
	analyzer/model/formats.def \
	analyzer/model/pickle_globals.def \
	analyzer/model/presets.def \
	analyzer/model/roles.def \
	analyzer/model/stored.def analyzer/model/stored_half.inc
libanalyzer_a_SOURCES += \
	analyzer/model/added.c analyzer/model/added.h \
	analyzer/model/normalize.c analyzer/model/normalize.h \
	analyzer/model/pretoken.c analyzer/model/pretoken.h \
	analyzer/model/tokenizer.c analyzer/model/tokenizer.h analyzer/model/tokenizer_parts.h \
	analyzer/model/tokenizer_compare.c \
	analyzer/model/tokenizer_json.c \
	analyzer/model/tokenizer_keep.c \
	analyzer/model/tokenizer_save.c \
	analyzer/model/tokenizer_vocab.c \
	analyzer/model/unichar.c analyzer/model/unichar.h \
	analyzer/model/vocab.c analyzer/model/vocab.h \
	analyzer/model/vocab_build.c analyzer/model/vocab_build.h \
	analyzer/model/vocab_json.c analyzer/model/vocab_json.h \
	analyzer/model/vocab_pairs.c analyzer/model/vocab_pairs.h \
	analyzer/model/wordpiece.c analyzer/model/wordpiece.h
EXTRA_DIST += analyzer/model/unichar_since.def

# the built-in model: its files are inside demo.o, which depends on them
demo_files = \
	analyzer/model/demo/config.json \
	analyzer/model/demo/model.safetensors \
	analyzer/model/demo/tokenizer_config.json \
	analyzer/model/demo/vocab.txt
EXTRA_DIST += $(demo_files)
libanalyzer_a_CPPFLAGS += -DDEMO_DIR='"$(srcdir)/analyzer/model/demo"'
analyzer/model/libanalyzer_a-demo.$(OBJEXT): $(demo_files)

# Trains the built-in model anew, in some minutes: the same machine gives the same bytes. The next make builds them in.
DEMO_TRAIN = train preset:bert-tiny --layers 4 --heads 8 --positions 128 --vocab-size 1000 \
	--data demo:train --dev demo:dev --epochs 4 --lr 3e-4 --dropout 0 --dtype f16
demo-model: bertscope$(EXEEXT)
	./bertscope$(EXEEXT) $(DEMO_TRAIN) -o $(srcdir)/analyzer/model/demo
.PHONY: demo-model
