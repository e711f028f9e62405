#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/recipe.h"

struct lines {
    struct str text; /* one after the other, each terminated */
    size_t *at;
    int n;
};

static bool lines_init(struct lines *x, const struct recipe *r)
{
    str_init(&x->text);
    x->n = r->lines;
    x->at = malloc((size_t)(r->lines + 1) * sizeof *x->at);
    for (int i = 0; x->at && i < r->lines; i++) {
        x->at[i] = x->text.len;
        recipe_line_print(&r->line[i], &x->text);
        str_add_n(&x->text, "", 1);
    }
    return x->at != NULL;
}

static const char *line_at(const struct lines *x, int i)
{
    return x->text.text + x->at[i];
}

/* common [from.n + 1][to.n + 1]: length of the longest common subsequence of what follows line i and line j. */
static void fill(int *common, const struct lines *from, const struct lines *to)
{
    int width = to->n + 1;
    for (int i = from->n - 1; i >= 0; i--)
        for (int j = to->n - 1; j >= 0; j--) {
            int down = common[(i + 1) * width + j], right = common[i * width + j + 1];
            bool same = strcmp(line_at(from, i), line_at(to, j)) == 0;
            common[i * width + j] = same ? common[(i + 1) * width + j + 1] + 1 : down > right ? down : right;
        }
}

static void walk(const int *common, const struct lines *from, const struct lines *to, struct str *out)
{
    int i = 0, j = 0, width = to->n + 1;
    while (i < from->n || j < to->n) {
        bool both = i < from->n && j < to->n;
        if (both && strcmp(line_at(from, i), line_at(to, j)) == 0) {
            str_addf(out, "  %s\n", line_at(from, i));
            i++, j++;
        } else if (i < from->n && (!both || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
            str_addf(out, "- %s\n", line_at(from, i++));
        } else {
            str_addf(out, "+ %s\n", line_at(to, j++));
        }
    }
}

void recipe_diff(const struct recipe *from, const struct recipe *to, struct str *out)
{
    struct lines a, b;
    bool ok = lines_init(&a, from);
    ok = lines_init(&b, to) && ok;
    int *common = ok ? calloc((size_t)(a.n + 1) * (size_t)(b.n + 1), sizeof *common) : NULL;
    if (common) {
        fill(common, &a, &b);
        walk(common, &a, &b, out);
    }
    free(common);
    free(a.at);
    free(b.at);
    str_free(&a.text);
    str_free(&b.text);
}
