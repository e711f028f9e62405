#include "reports/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/text.h"

static const struct section *const sections[] = {
#define SECTION(name) &section_##name,
#include "reports/sections.def"
#undef SECTION
};

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

enum { SECTIONS = sizeof sections / sizeof *sections };

int report_collect(struct report *out, const struct report_source *s, struct err *e)
{
    *out = (struct report){0};
    for (int i = 0; i < SECTIONS; i++)
        TRY(sections[i]->collect(out, s, e));
    return 0;
}

static void lead(struct emit *e, const struct report *r)
{
    const struct workload *w = &r->workload;
    char text[512];
    snprintf(text, sizeof text, "%s with %d layers of hidden size %d, %s. %d sequence%s of %d tokens in a pass, %d thread%s, linear weights in %s, on %s.",
             r->facts.arch, r->facts.layers, r->facts.hidden, r->facts.origin, w->batch, w->batch == 1 ? "" : "s", w->seq, w->threads,
             w->threads == 1 ? "" : "s", kernel_format_name(w->format), r->facts.machine.cpu);
    emit_note(e, text);
}

void report_walk(struct emit *e, const struct report *r)
{
    emit_begin(e, NULL, r->facts.name);
    lead(e, r);
    for (int i = 0; i < SECTIONS; i++)
        sections[i]->walk(e, r);
    emit_end(e);
}

/* The model comes first: the others need to know its layers. */
void report_read(struct report *out, struct parse *p)
{
    section_model.read(out, p);
    for (int i = 0; i < SECTIONS; i++)
        if (sections[i] != &section_model)
            sections[i]->read(out, p);
}

void report_free(struct report *r)
{
    for (int i = 0; i < SECTIONS; i++)
        if (sections[i]->forget)
            sections[i]->forget(r);
    *r = (struct report){0};
}

static time_t report_time(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end;
    long long t = epoch ? strtoll(epoch, &end, 10) : 0;
    return epoch && *epoch && !*end && t >= 0 && t < 253402300800LL ? (time_t)t : time(NULL);
}

/* A word as a shell reads it. */
static void add_word(struct str *out, const char *word)
{
    bool plain = *word && !word[strcspn(word, " \t\n'\"\\$`!*?[](){}<>|&;#~")];
    if (plain) {
        str_add(out, word);
        return;
    }
    str_add(out, "'");
    for (; *word; word++)
        if (*word == '\'')
            str_add(out, "'\\''");
        else
            str_add_n(out, word, 1);
    str_add(out, "'");
}

void provenance_make(struct provenance *out, const char *const *words, int n)
{
    struct tm tm;
    struct str command;
    time_t t = report_time();
    *out = (struct provenance){.version = PACKAGE_VERSION, .compiler = COMPILER};
    gmtime_r(&t, &tm);
    strftime(out->created, sizeof out->created, "%Y-%m-%d %H:%M:%S", &tm);
    str_init(&command);
    for (int i = 0; i < n; i++) {
        str_add(&command, i ? " " : "");
        add_word(&command, words[i]);
    }
    text_escape(out->command, sizeof out->command, command.text, command.len);
    str_free(&command);
}
