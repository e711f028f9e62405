/* The built-in demo task: short reviews of films, restaurants, phones, hotels and books, generated from a grammar that was
 * written for this project. The label says whether the writer's verdict is negative (0) or positive (1).
 *
 * The verdict is chosen first and the sentence is grown from it (demo_rules.def, demo_words.def), so there is no noise
 * in the labels, and nearly every word occurs as often under one verdict as under the other: what decides is negation and
 * how far it reaches, contrast, comparison, who did what to whom, and whose opinion it is.
 *
 * A row depends on its split and number only, on every machine. A sentence belongs to one split by a hash of its text,
 * so the splits have no sentence in common. */
#ifndef ANALYZER_DATA_DEMO_TEXT_H
#define ANALYZER_DATA_DEMO_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/base/str.h"

enum demo_split { DEMO_TRAIN, DEMO_DEV, DEMO_TEST, DEMO_SPLITS };

/* How the splits are called ("train", "dev", "test"), and how many rows each one has. */
extern const char *const demo_split_name[DEMO_SPLITS];
extern const int demo_split_rows[DEMO_SPLITS];

/* Row `i` >= 0 (any number: demo_split_rows is a convention): puts the sentence into `text` (initialized) and returns
 * the label. */
int demo_row(enum demo_split split, uint64_t i, struct str *text);

/* Whether `path` does not name a file but one of the splits, as demo:train, demo:dev or demo:test does. */
bool demo_is_named(const char *path);
WARN_UNUSED int demo_split_find(enum demo_split *out, const char *path, struct err *e);

/* A whole split as the text of a file of the task `demo` (tasks.def): "review<TAB>label", then one row a line. Appended. */
void demo_text(enum demo_split split, struct str *out);

#endif
