/* Reading JSON that nobody vouches for into structs. The first fault is kept with its place, and everything after it reads as zero, so
 * that a reader need not ask after every field. */
#ifndef REPORTS_PARSE_H
#define REPORTS_PARSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/measure/stats.h"
#include "analyzer/model/component.h"

struct parse {
    const char *file;   /* for sentences */
    const json_t *at;   /* the object whose fields are read */
    char place[64];     /* where that is: "steps[3]", "" = the whole */
    int code;           /* of the first fault, 0 = none */
    struct err *err;
};

extern const double parse_most; /* no figure is larger than this: whole numbers stay exact in sums and products of doubles */

/* Says what is wrong with a field, unless something was wrong before. */
void parse_fault(struct parse *p, const char *key, const char *what);

bool parse_has(const struct parse *p, const char *key); /* there, and not null */
int64_t parse_int(struct parse *p, const char *key, int64_t low, int64_t high);
double parse_real(struct parse *p, const char *key, double low, double high);
double parse_real_or(struct parse *p, const char *key, double low, double high, double absent); /* `absent` for null */
bool parse_bool(struct parse *p, const char *key);
/* Made safe to show; null reads as "". */
void parse_text(struct parse *p, const char *key, char *out, size_t size);
/* Element i of a list of texts, likewise. */
void parse_text_at(struct parse *p, const char *key, size_t i, char *out, size_t size);
/* A text of several lines, each made safe to show; the caller frees it. */
char *parse_lines(struct parse *p, const char *key);
bool parse_is_text(const struct parse *p, const char *key, const char *text);
enum component parse_component(struct parse *p, const char *key); /* by its key */
struct spread parse_spread(struct parse *p, const char *key, double low); /* null: n = 0 */

/* Goes into an object or into an element of an array; `parse_leave` goes back to what `parse_enter` returned. */
struct parse_place {
    const json_t *at;
    char place[64];
};
struct parse_place parse_enter(struct parse *p, const char *key);
struct parse_place parse_element(struct parse *p, const char *key, size_t i);
void parse_leave(struct parse *p, const struct parse_place *back);
/* The length of an array, which is from low to high; 0 after a fault. */
size_t parse_length(struct parse *p, const char *key, size_t low, size_t high);

/* Zeroed memory for what is read; a fault if there is none. */
void *parse_room(struct parse *p, size_t n, size_t size);

#endif
