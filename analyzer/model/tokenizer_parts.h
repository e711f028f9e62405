/* The inside of a tokenizer, shared by tokenizer.c (which runs it) and by the readers of its two file forms.
 */
#ifndef ANALYZER_MODEL_TOKENIZER_PARTS_H
#define ANALYZER_MODEL_TOKENIZER_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/str.h"
#include "analyzer/model/added.h"
#include "analyzer/model/normalize.h"
#include "analyzer/model/pretoken.h"
#include "analyzer/model/tokenizer.h"
#include "analyzer/model/vocab.h"
#include "analyzer/model/vocab_json.h"
#include "analyzer/model/wordpiece.h"

enum { TEMPLATE_MAX_PIECES = 32 };

/* Of a tokenizer that is made of a vocab.txt: what a piece inside a word begins with, and the longest word. */
#define TOKENIZER_PREFIX "##"
enum { TOKENIZER_MAX_CHARS = 100 };

/* What goes around the tokens of a text, in order. */
struct template
{
    struct template_piece {
        enum { TEMPLATE_TOKEN, TEMPLATE_A, TEMPLATE_B } kind;
        int32_t id; /* TEMPLATE_TOKEN only */
        int32_t type;
    } piece[TEMPLATE_MAX_PIECES];
    int pieces;
    int tokens; /* how many are TEMPLATE_TOKEN */
};

/* The files of a tokenizer, in the order in which they are looked for. */
enum tokenizer_file { TOKENIZER_JSON, TOKENIZER_VOCAB, TOKENIZER_CONFIG, TOKENIZER_FILES };
extern const char *const tokenizer_file_names[TOKENIZER_FILES];

struct tokenizer {
    struct filemap file[TOKENIZER_FILES]; /* as they were read; zeroed = there is none */
    struct vocab vocab;
    struct normalizer normalizer;
    struct pretoken pretoken;
    struct wordpiece wordpiece;
    struct added raw;        /* matched in the text as it came */
    struct added normalized; /* matched in the normalized text */
    struct template single, pair;
    bool cuttable; /* a text may be cut before white space and its parts encoded on their own */
    struct str note;
};

/* The BERT templates: cls A sep, and cls A sep B sep with type 1 from B on. */
void tokenizer_bert_template(struct tokenizer *t, int32_t cls, int32_t sep);
void template_add(struct template *p, int kind, int32_t id, int32_t type); /* there must be room */

/* How the reference BERT tokenizer makes words of a text: its normalizer and its pre-tokenizer. */
WARN_UNUSED int tokenizer_bert_stages(struct normalizer *z, struct pretoken *p, bool cjk, bool strip_accents,
                                      bool lower, struct err *e);

/* Adds a sentence to the note. */
void tokenizer_remark(struct tokenizer *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts an added token where it belongs: its text is matched as it is, or normalized as the input will be. */
WARN_UNUSED int tokenizer_put_added(struct tokenizer *t, const char *text, size_t n,
                                    const struct added_token *token, bool normalized, struct err *e);

/* Maps a file of at most `max` bytes. */
WARN_UNUSED int tokenizer_map(struct filemap *m, const char *path, size_t max, struct err *e);

/* Reads a JSON object; `flags` are jansson's, `path` is for the sentence; *out belongs to the caller. */
WARN_UNUSED int tokenizer_parse_text(json_t **out, const char *text, size_t n, size_t flags, const char *path,
                                     struct err *e);

/* A true or false member of an object; `fallback` if it is neither (absent or null). */
bool tokenizer_flag(const json_t *object, const char *key, bool fallback);

/* Reads tokenizer_config.json; *out is NULL if there is none. Integers come as reals, since model_max_length
 * may be 1e30 written in digits. */
WARN_UNUSED int tokenizer_parse_config(json_t **out, const char *dir, struct err *e);

/* An empty tokenizer for the readers below; tokenizer_free gives it back. */
WARN_UNUSED int tokenizer_new(struct tokenizer **out, struct err *e);

/* Fill an empty tokenizer from the files of `dir`. */
WARN_UNUSED int tokenizer_read_json(struct tokenizer *t, const char *dir, struct err *e);
WARN_UNUSED int tokenizer_read_vocab(struct tokenizer *t, const char *dir, struct err *e);

/* Remarks where vocab.txt and tokenizer_config.json say something else than the tokenizer.json that was read.
 */
void tokenizer_compare(struct tokenizer *t, const char *dir);

/* Reads tokenizer.json without the members of its vocabulary, which are at `entries` (NULL = there are none); *out belongs to the
 * caller. */
WARN_UNUSED int tokenizer_parse_json(json_t **out, const char *json, size_t n, const struct json_range *entries, const char *path,
                                     struct err *e);

/* The same from the bytes of tokenizer.json, or of vocab.txt and the object of tokenizer_config.json (or
 * NULL). */
WARN_UNUSED int tokenizer_read_json_text(struct tokenizer *t, const char *json, size_t n, const char *name,
                                         struct err *e);
WARN_UNUSED int tokenizer_read_vocab_text(struct tokenizer *t, const char *vocab, size_t n,
                                          const json_t *config, struct err *e);

#endif
