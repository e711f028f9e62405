/* A training of the interactive program as it outlives the program: its checkpoint (analyzer/train/resume.h) in the state folder, with a
 * note on what it was, so that it can be gone on with from there. Beside it lies a lock, held by the program that writes it. */
#ifndef TUI_KEPT_TRAINING_H
#define TUI_KEPT_TRAINING_H

#include "tui/train_status.h"

/* What it takes to begin the same training. */
struct train_note {
    char model[1024], data[1024], dev[1024], task[64]; /* dev, task "" = none, that of the header */
    struct train_choice choice;
    int threads;
};

struct kept_training;

/* A place for a new one. */
WARN_UNUSED int kept_training_new(struct kept_training **out, struct err *e);
/* The newest that no other program has; ERR_USAGE if there is none. */
WARN_UNUSED int kept_training_newest(struct kept_training **out, struct train_note *note, struct err *e);
/* The file of the checkpoint. */
const char *kept_training_path(const struct kept_training *k);
/* Removes the checkpoint, if there is one. */
void kept_training_drop(struct kept_training *k);
/* A checkpoint stays. Accepts NULL. */
void kept_training_free(struct kept_training *k);

/* As text, for train_options.note; the caller frees it, NULL without memory. */
char *train_note_text(const struct train_note *n);
/* False if it is no such text, or has numbers that make no sense. */
bool train_note_parse(struct train_note *out, const char *text);

#endif
