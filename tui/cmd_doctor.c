#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/measure/counters.h"
#include "kernels/kernels.h"
#include "reports/format.h"
#include "reports/head.h"
#include "reports/machine_report.h"
#include "reports/store.h"
#include "tui/command.h"

enum { CHECKS = 12, DETAIL_SIZE = 1280 };

/* The checks with room for their texts. */
struct examination {
    struct check check[CHECKS];
    char detail[CHECKS][DETAIL_SIZE];
    int n;
};

static char *add(struct examination *x, const char *name, const char *status, const char *fix)
{
    char *detail = x->detail[x->n];
    x->check[x->n++] = (struct check){name, status, detail, fix};
    return detail;
}

/* Whether an operation would run another kernel if the machine had bit i, and those before it, too. */
static bool kernels_want(int i, uint32_t have)
{
    for (int before = 0; before < i; before++)
        have |= cpu_bit(before);
    for (int op = 0; op < KERNEL_OPS; op++)
        for (int format = 0; format < KERNEL_FORMATS; format++)
            if (kernel_pick((enum kernel_op)op, (enum kernel_format)format, have) !=
                kernel_pick((enum kernel_op)op, (enum kernel_format)format, have | cpu_bit(i)))
                return true;
    return false;
}

/* Bits that are missing, why, and what kernels do instead: what that costs in time `kernels --bench` measures. */
static void check_isa(struct examination *x, const struct machine *m)
{
    struct cpu_survey survey = cpu_survey(NULL);
    bool missing = false;
    char *detail = add(x, "instruction sets", "ok", NULL);
    char have[128];
    size_t used = (size_t)snprintf(detail, DETAIL_SIZE, "%s", machine_bits_text(m->cpu_bits, have, sizeof have));
    for (int i = 0; i < cpu_bits_count() && used < DETAIL_SIZE; i++) {
        const char *why = cpu_bit_missing(&survey, cpu_bit(i));
        if (!why || !kernels_want(i, m->cpu_bits))
            continue;
        used += (size_t)snprintf(detail + used, DETAIL_SIZE - used, "; no %s (%s): %s", cpu_bit_label(i), why, cpu_bit_without(i));
        missing = true;
    }
    if (missing) {
        x->check[x->n - 1].status = "limited";
        x->check[x->n - 1].fix = "a processor and a system that have them; kernels for them are not used here";
    }
}

static void check_cap(struct examination *x, const struct machine *m)
{
    uint32_t unused = m->cpu_bits & ~m->cpu_cap;
    char *detail = add(x, "cap", unused ? "limited" : "ok", unused ? "unset BERTSCOPE_CPU" : NULL);
    snprintf(detail, DETAIL_SIZE, m->cap_text[0] ? "BERTSCOPE_CPU=%s" : "none%s", m->cap_text);
}

static void check_threads(struct examination *x, const struct machine *m)
{
#ifdef _OPENMP
    snprintf(add(x, "threads", "ok", NULL), DETAIL_SIZE, "OpenMP, %d cores for this process", m->cores);
#else
    (void)m;
    snprintf(add(x, "threads", "limited", "build with a compiler that has OpenMP"), DETAIL_SIZE, "built without OpenMP");
#endif
}

static void check_caches(struct examination *x, const struct machine *m)
{
    char l1[FORMAT_SIZE], l2[FORMAT_SIZE], l3[FORMAT_SIZE];
    bool known = m->l2_bytes && m->l3_bytes;
    char *detail = add(x, "caches", known ? "ok" : "limited", known ? NULL : "nothing: the system does not tell their sizes");
    snprintf(detail, DETAIL_SIZE, "L1d %s, L2 %s, L3 %s", format_bytes(l1, (double)m->l1d_bytes),
             format_bytes(l2, (double)m->l2_bytes), format_bytes(l3, (double)m->l3_bytes));
}

static void check_counters(struct examination *x)
{
    struct counter_support c;
    counters_probe(&c);
    const char *fix = c.hardware ? NULL
                      : c.built  ? "a machine that lets PAPI count, or: sysctl kernel.perf_event_paranoid=1"
                                 : "configure --with-papi";
    snprintf(add(x, "counters", c.hardware ? "ok" : "limited", fix), DETAIL_SIZE, "%s%s",
             c.hardware ? "PAPI counts cycles" : "only those of the system; ", c.reason);
}

static void check_stacks(struct examination *x)
{
#ifdef HAVE_LIBUNWIND
    bool built = true;
#else
    bool built = false;
#endif
    snprintf(add(x, "stack traces", built ? "ok" : "missing", built ? NULL : "configure --with-libunwind"), DETAIL_SIZE,
             "%s", built ? "libunwind: a crash prints where it was" : "built without libunwind");
}

static void check_history(struct examination *x)
{
    char path[480];
    struct err e = {0};
#ifdef HAVE_SQLITE
    bool built = true;
#else
    bool built = false;
#endif
    bool known = built && store_path(path, sizeof path, &e) == 0;
    snprintf(add(x, "history", known ? "ok" : "missing", built ? known ? NULL : "set HOME" : "configure --with-sqlite"),
             DETAIL_SIZE, "%s", known ? path : built ? e.text : "built without SQLite");
}

static void check_terminal(struct examination *x)
{
    const char *term = getenv("TERM"), *charset = nl_langinfo(CODESET);
    bool usable = term && *term && strcmp(term, "dumb") != 0, utf8 = strcmp(charset, "UTF-8") == 0;
    const char *fix = !usable ? "set TERM to what the terminal is" : !utf8 ? "a UTF-8 locale (LANG=C.UTF-8)" : NULL;
    snprintf(add(x, "terminal", !usable ? "missing" : utf8 ? "ok" : "limited", fix), DETAIL_SIZE,
             "TERM=%.64s, %.32s%s%s", term ? term : "(not set)", charset, isatty(STDOUT_FILENO) ? "" : ", output is no terminal",
             getenv("NO_COLOR") ? ", NO_COLOR" : "");
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct machine m;
    struct examination x = {.n = 0};
    (void)progress;
    TRY(machine_detect(&m, e));
    check_isa(&x, &m);
    check_cap(&x, &m);
    check_threads(&x, &m);
    check_caches(&x, &m);
    check_counters(&x);
    check_stacks(&x);
    check_history(&x);
    check_terminal(&x);
    struct emit *emit = s->json ? emit_json("bertscope.doctor/1") : emit_text("bertscope.doctor/1");
    head_machine(emit, &m);
    machine_report(emit, x.check, x.n);
    emit_finish(emit, out);
    return 0;
}

const struct command command_doctor = {
    .name = "doctor",
    .args = "",
    .summary = "what this machine can measure, and why not",
    .detail = "Tries what measuring needs and says what is missing and what would help.",
    .example = "bertscope doctor",
    .options = OPTION_BIT(json) | OPTION_BIT(output),
    .run = run,
};
