libanalyzer_a_SOURCES += \
	analyzer/train/finetune.c analyzer/train/finetune.h \
	analyzer/train/loss.c analyzer/train/loss.h \
	analyzer/train/loss_cosine.c \
	analyzer/train/loss_cross_entropy.c \
	analyzer/train/loss_kl.c \
	analyzer/train/loss_mse.c \
	analyzer/train/optimizer.c analyzer/train/optimizer.h \
	analyzer/train/pretrain.c analyzer/train/pretrain.h \
	analyzer/train/resume.c analyzer/train/resume.h \
	analyzer/train/schedule.c analyzer/train/schedule.h \
	analyzer/train/settings.c analyzer/train/settings.h \
	analyzer/train/trainer.c analyzer/train/trainer.h
EXTRA_DIST += analyzer/train/losses.def
