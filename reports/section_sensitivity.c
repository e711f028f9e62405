/* What a step costs and gives on each part of the model alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/figure.h"
#include "reports/format.h"
#include "reports/parse.h"
#include "reports/profile_read.h"
#include "reports/report.h"
#include "reports/sensitivity_report.h"

enum { PARTS_MOST = PROFILE_MAX_LAYERS * (COMPONENTS + 1) };

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    if (!s->sensitivity)
        return 0;
    text_escape(r->sensitivity_step, sizeof r->sensitivity_step, s->sensitivity_step, strlen(s->sensitivity_step));
    r->sensitivity.row = malloc((size_t)s->sensitivity->rows * sizeof *r->sensitivity.row + 1);
    if (!r->sensitivity.row)
        return err_set(e, ERR_NOMEM, "no memory for what %d parts give", s->sensitivity->rows);
    memcpy(r->sensitivity.row, s->sensitivity->row, (size_t)s->sensitivity->rows * sizeof *r->sensitivity.row);
    r->sensitivity.rows = r->sensitivity.total = s->sensitivity->rows;
    return 0;
}

static void name_part(char *out, size_t size, const struct sensitive *x)
{
    const char *component = x->component < 0 ? "" : component_title((enum component)x->component);
    if (x->layer < 0)
        snprintf(out, size, "%s", component);
    else
        snprintf(out, size, "layer %d%s%s", x->layer, *component ? ", " : "", component);
}

/* In the order of the model, which says more to the eye than the order of worth in the table. */
static void figure(struct emit *e, const struct sensitivity *s)
{
    struct figure_length *length = calloc((size_t)s->rows + 1, sizeof *length);
    char text[FORMAT_SIZE];
    if (!length)
        str_out_of_memory();
    for (int i = 0; i < s->rows; i++) {
        const struct sensitive *x = &s->row[i];
        length[i] = (struct figure_length){x->lost / 100, x->lost_low / 100, x->lost_high / 100, "", "-"};
        name_part(length[i].name, sizeof length[i].name, x);
        if (isfinite(x->lost))
            snprintf(length[i].note, sizeof length[i].note, "%s", format_points(text, x->lost / 100));
    }
    const struct figure_lengths lengths = {length, s->rows, "points lost when the step is applied to this part alone", UNIT_POINTS};
    const struct figure f = {"What the step costs on each part", "A bar for each part of the model, with the 95% interval of what is lost there.",
                             figure_draw_lengths, &lengths};
    emit_figure(e, &f);
    free(length);
}

static void walk(struct emit *e, const struct report *r)
{
    if (r->sensitivity.rows == 0)
        return;
    emit_begin(e, "sensitivity", "Sensitivity");
    emit_string(e, "step", "step", r->sensitivity_step);
    figure(e, &r->sensitivity);
    sensitivity_report(e, "parts", r->sensitivity_step, &r->sensitivity);
    emit_end(e);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static int read_component(struct parse *p)
{
    char word[32];
    parse_text(p, "component", word, sizeof word);
    for (int c = 0; c < COMPONENTS; c++)
        if (strcmp(word, component_word((enum component)c)) == 0)
            return c;
    if (strcmp(word, "all") != 0)
        parse_fault(p, "component", "is not a component");
    return -1;
}

static void read_part(struct sensitive *x, struct parse *p)
{
    const double most = parse_most;
    x->layer = parse_is_text(p, "layer", "all") ? -1 : (int)parse_int(p, "layer", 0, PROFILE_MAX_LAYERS);
    x->component = read_component(p);
    x->ns_saved = parse_real_or(p, "ns_saved", -most, most, NAN);
    x->bytes_saved = parse_int(p, "bytes_saved", -(int64_t)most, (int64_t)most);
    x->lost = 100 * parse_real_or(p, "lost", -most, most, NAN);
    x->lost_low = 100 * parse_real_or(p, "ci_low", -most, most, NAN);
    x->lost_high = 100 * parse_real_or(p, "ci_high", -most, most, NAN);
    x->kl = parse_real_or(p, "kl", 0, most, NAN);
}

static void read(struct report *r, struct parse *p)
{
    struct sensitivity *s = &r->sensitivity;
    if (!parse_has(p, "sensitivity"))
        return;
    struct parse_place back = parse_enter(p, "sensitivity");
    size_t n = parse_length(p, "parts", 1, PARTS_MOST);
    parse_text(p, "step", r->sensitivity_step, sizeof r->sensitivity_step);
    s->row = parse_room(p, n, sizeof *s->row);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place row = parse_element(p, "parts", i);
        read_part(&s->row[s->rows++], p);
        parse_leave(p, &row);
    }
    s->total = s->rows;
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    sensitivity_free(&r->sensitivity);
}

const struct section section_sensitivity = {collect, walk, read, forget};
