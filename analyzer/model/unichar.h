/* Unicode characters as the reference BERT tokenizer sees them: lossy decoding, classes, lower case.
 *
 * The reference is the `tokenizers` library (BertNormalizer, BertPreTokenizer; measured: 0.23). Most of its
 * categories are those of Unicode 8.0 and 9.0, some are newer than utf8proc's; unichar_since.def holds the
 * difference, so that a young character is or is not punctuation here as it is there. Lower case is
 * utf8proc's: with version 2.8 (Unicode 15.0) the 55 capital letters of Unicode 16.0 stay as they are.
 */
#ifndef ANALYZER_MODEL_UNICHAR_H
#define ANALYZER_MODEL_UNICHAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNICHAR_REPLACEMENT 0xfffd

/* Decodes the character at the front of `n` > 0 bytes and returns how many bytes it took. Bytes that are not
 * UTF-8 give U+FFFD, one for each maximal part that could have begun a character (Unicode 15.0, section 3.9,
 * table 3-8; Rust's from_utf8_lossy, Python's errors="replace"). */
size_t unichar_decode(const char *s, size_t n, int32_t *c);

/* The last character of `n` > 0 bytes; U+FFFD where they end in something else. */
int32_t unichar_last(const char *s, size_t n);

/* Writes the 1 to 4 bytes of a character that unichar_decode can give; returns their number. */
size_t unichar_encode(char *out, int32_t c);

bool unichar_is_space(int32_t c);       /* property White_Space */
bool unichar_is_control(int32_t c);     /* categories Cc, Cf, Co */
bool unichar_is_punctuation(int32_t c); /* ASCII 33-47, 58-64, 91-96, 123-126 and categories P* */
bool unichar_is_cjk(int32_t c);         /* the ideograph blocks that BERT puts spaces around */
bool unichar_is_nonspacing(int32_t c);  /* category Mn */
bool unichar_is_mark(int32_t c);        /* categories Mn, Mc, Me */
bool unichar_decomposes(int32_t c);     /* false: a decomposition that utf8proc gives is too new */
bool unichar_is_word(int32_t c);        /* \w of UTS #18: Alphabetic, M*, Nd, Pc, Join_Control */

/* Lower case of one character, without its neighbours (so the Greek sigma is always the same); returns the
 * number of characters written to `out` (1, or 2 for U+0130). */
int unichar_lower(int32_t c, int32_t out[2]);

#endif
