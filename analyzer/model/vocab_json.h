/* The vocabulary inside a tokenizer.json. It is nearly all of the file, thousands of small members that a
 * general JSON reader would put into memory one by one, so it is found and read apart from the rest. */
#ifndef ANALYZER_MODEL_VOCAB_JSON_H
#define ANALYZER_MODEL_VOCAB_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"
#include "analyzer/model/vocab.h"

/* A part of a JSON text. */
struct json_range {
    size_t from, to;
};

/* Finds the object at "model", "vocab" of a JSON object. False if it is not there; nothing else about the
 * text is checked. */
bool vocab_json_find(const char *json, size_t n, struct json_range *out);

/* Adds the members of that object, {"text": id, ...}. A text or an id that comes twice is an error. */
WARN_UNUSED int vocab_json_read(struct vocab *v, const char *json, struct json_range range, struct err *e);

#endif
