#include <stdlib.h>
#include <string.h>

#include "analyzer/model/arch.h"
#include "analyzer/train/resume.h"
#include "tests/fuzz/fuzz.h"

static struct optimizer *small_optimizer(void)
{
    static struct optimizer *o;
    struct config c = {.arch = arch_find("bert"), .vocab = 2, .hidden = 2, .layers = 1, .heads = 1, .ffn = 1, .positions = 1,
                       .eps = 1e-12f, .head_size = 2};
    struct optimizer_options options = optimizer_defaults(1, 0);
    struct model *m;
    if (!o && (model_make(&m, &c, 0, NULL, NULL) != 0 || optimizer_new(&o, m, &options, NULL) != 0))
        abort();
    return o;
}

/* A checkpoint that was refused has changed nothing; one that was accepted has a curve that makes sense. */
void fuzz_resume(const uint8_t *data, size_t n)
{
    struct optimizer *o = small_optimizer();
    struct training t = {.best = -1};
    struct train_settings s = {0};
    struct err e = {0};
    float before = model_values(o->model, 0)[0];
    settings_add(&s, "seed", "1");
    o->step = 0;
    if (resume_parse(data, n, "training.checkpoint", &t, o, &s, &e) != 0) {
        float after = model_values(o->model, 0)[0];
        if (t.step != 0 || t.curve || t.best_values || o->step != 0 || e.text[0] == '\0' ||
            memcmp(&before, &after, sizeof before) != 0)
            abort();
        return;
    }
    if (t.step < 1 || o->step != t.step || t.best >= t.points || (t.best < 0) != (t.best_values == NULL))
        abort();
    for (int i = 0; i < t.points; i++)
        if (t.curve[i].step > t.step || t.curve[i].step < (i ? t.curve[i - 1].step + 1 : 1))
            abort();
    training_free(&t);
}
