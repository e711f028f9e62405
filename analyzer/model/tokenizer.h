/* WordPiece tokenization exactly as the reference BERT tokenizer does it (Devlin et al. 2018, arXiv
 * 1810.04805; Wu et al. 2016, arXiv 1609.08144, section 4.1): clean text, CJK spacing, lower case and
 * accents, punctuation split, greedy longest match. */
#ifndef ANALYZER_MODEL_TOKENIZER_H
#define ANALYZER_MODEL_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

struct tokenizer;

/* The tokens of one input, special tokens included. Zero it, encode into it as often as you like, free it. */
struct encoding {
    int32_t *id;   /* [n] */
    int32_t *type; /* [n] 0 in the first text, 1 in the second */
    int n;
    int cap;
    bool truncated; /* something did not fit into max_tokens */
};

/* Reads the tokenizer of a model directory: tokenizer.json, else vocab.txt (with tokenizer_config.json, if
 * any). From tokenizer.json: WordPiece models; normalizers BertNormalizer, Lowercase, StripAccents, NFC, NFD,
 * NFKC, NFKD, Strip, Replace of a plain text; pre-tokenizers BertPreTokenizer, Whitespace, WhitespaceSplit,
 * Punctuation (isolated or removed); sequences of them; post-processors BertProcessing, TemplateProcessing;
 * added tokens. Truncation and padding there are ignored; anything else is refused with its name. The caller
 * frees it. */
WARN_UNUSED int tokenizer_open(struct tokenizer **out, const char *dir, struct err *e);
void tokenizer_free(struct tokenizer *t); /* accepts NULL */

/* A tokenizer from the text of a vocab.txt (copied), which is called `name` in sentences; `lower`: lower case, and no
 * accents. The caller frees it. */
WARN_UNUSED int tokenizer_from_vocab(struct tokenizer **out, const char *vocab, size_t n, bool lower, const char *name,
                                     struct err *e);

/* Writes the files of the tokenizer into `dir`: tokenizer.json and vocab.txt byte for byte as they were read, and a
 * tokenizer_config.json with those of its settings that say how texts become tokens. `positions`: tokens that the model
 * takes. */
WARN_UNUSED int tokenizer_save(const struct tokenizer *t, const char *dir, int positions, struct err *e);

/* Marks the ids that no tokenizer made of this one can do without: the unknown token, those of the templates, all that are matched
 * before anything else, and pieces of one character, so that any text can still be told. keep [tokenizer_vocab(t)]. */
void tokenizer_keep_basic(const struct tokenizer *t, bool *keep);

/* A tokenizer of the entries that are kept [tokenizer_vocab(t)], those of tokenizer_keep_basic among them, numbered anew in their
 * order. It has files of its own, from which it was read: a word whose token went becomes pieces of what is left, or the unknown
 * token. The caller frees it. */
WARN_UNUSED int tokenizer_keep(struct tokenizer **out, const struct tokenizer *t, const bool *keep, struct err *e);

/* One text, or a pair (`pair` NULL = none), as [CLS] a [SEP] (b [SEP]). Bytes that are not UTF-8 are replaced
 * as the reference does; special tokens written in a text become their ids. At most `max_tokens` (>= 3; a
 * pair loses from its longer text first). Linear in the text; memory is bounded by max_tokens and the longest
 * run without white space. Safe to call from several threads with one tokenizer. */
WARN_UNUSED int tokenizer_encode(const struct tokenizer *t, const char *text, size_t text_len,
                                 const char *pair, size_t pair_len, int max_tokens, struct encoding *out,
                                 struct err *e);
void encoding_free(struct encoding *x);

/* The vocabulary entry; NULL for an id that is not in it. */
const char *tokenizer_token(const struct tokenizer *t, int32_t id);
int tokenizer_vocab(const struct tokenizer *t); /* highest id + 1 */
/* Something worth telling the user about the files (they disagreed, say); NULL if nothing. */
const char *tokenizer_note(const struct tokenizer *t);

#endif
