/* The five components of the BERT compression literature (Ganesh et al. 2021, arXiv 2002.11985, figure 1), and the
 * rest. They sum to the whole, always in this order. */
#ifndef ANALYZER_MODEL_COMPONENT_H
#define ANALYZER_MODEL_COMPONENT_H

enum component {
#define COMPONENT(name, key, title, short_title, word) COMPONENT_##name,
#include "analyzer/model/components.def"
#undef COMPONENT
    COMPONENTS
};

const char *component_key(enum component c);   /* "linear_before_attention": JSON and options */
const char *component_title(enum component c); /* "Linear before attention" */
const char *component_short(enum component c); /* "Linear before": where columns are few */
const char *component_word(enum component c);  /* "before": in recipes */
/* "embedding, before, ..." */
const char *component_words(char *out, int size);

#endif
