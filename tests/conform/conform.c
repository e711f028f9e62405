/* Runs every kernel row that this CPU has (at most the cap in BERTSCOPE_CPU) through the check of its
 * operation.
 *
 *   conform [--seed N] [--every-float] [OPERATION...]
 *
 * A row that crashes is named, counted as failed, and the run goes on. Status 0 only if no row failed. */
#include "tests/conform/amx_emulated.h"
#include "tests/conform/conform.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FAILURES_SHOWN = 5 };

bool conform_every_float;
uint64_t conform_seed;

static const struct kernel *current;
static char where[256];
static int failures; /* of the current row */
static sigjmp_buf after_crash;

void at(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(where, sizeof where, format, args);
    va_end(args);
}

void fail(const char *format, ...)
{
    if (failures++ >= FAILURES_SHOWN)
        return;
    va_list args;
    va_start(args, format);
    printf("  %s: %s: ", current->name, where);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

void expect_near(double value, double exact, double bound, int row, int column)
{
    if (!(fabs(value - exact) <= bound))
        fail("[%d,%d] is %.9g, exact %.17g, error %.3g > bound %.3g", row, column, value, exact,
             fabs(value - exact), bound);
}

static void on_crash(int signal)
{
    siglongjmp(after_crash, signal);
}

static void catch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_NODEFER};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}

static check_fn *check_of(const struct kernel *k)
{
    static check_fn *const checks[KERNEL_OPS] = {
#define KERNEL_OP(name, summary) check_##name,
#include "kernels/ops.def"
#undef KERNEL_OP
    };
    return checks[k->op];
}

static void check(const struct kernel *k, check_fn *check_row)
{
    current = k;
    failures = 0;
    at("start");
    int signal = sigsetjmp(after_crash, 1);
    if (signal == 0)
        check_row(k);
    else
        fail("crashed: %s", strsignal(signal));
    guards_release();
}

static bool wanted(const struct kernel *k, int names, char **name)
{
    for (int i = 0; i < names; i++)
        if (strcmp(name[i], kernel_op_name(k->op)) == 0)
            return true;
    return names == 0;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct {
    int passed, failed, skipped;
} tally;

/* check_row NULL = that of its operation */
static void run_row(const struct kernel *k, check_fn *check_row, uint32_t bits)
{
    if (k->needs & ~bits) {
        printf("skip %s: this CPU, its system or BERTSCOPE_CPU does not allow it\n", k->name);
        tally.skipped++;
        return;
    }
    double start = seconds();
    check(k, check_row ? check_row : check_of(k));
    printf("%s %s (%.1f s)\n", failures ? "FAIL" : "ok  ", k->name, seconds() - start);
    failures ? tally.failed++ : tally.passed++;
    fflush(stdout);
}

static int run(uint32_t bits, int names, char **name)
{
    for (int i = 0; i < kernels_count; i++)
        if (wanted(&kernels[i], names, name))
            run_row(&kernels[i], NULL, bits);
    for (int i = 0; i < amx_emulated_rows_count; i++)
        if (wanted(&amx_emulated_rows[i], names, name))
            run_row(&amx_emulated_rows[i], check_amx_emulated, bits);
    printf("%d passed, %d failed, %d skipped\n", tally.passed, tally.failed, tally.skipped);
    return tally.failed || tally.passed == 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    int i = 1;
    conform_seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--every-float") == 0) {
            conform_every_float = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            conform_seed = strtoull(argv[++i], NULL, 10);
        } else {
            fprintf(stderr, "usage: conform [--seed N] [--every-float] [OPERATION...]\n");
            return 2;
        }
    }
    const char *cap = getenv("BERTSCOPE_CPU");
    uint32_t mask = (uint32_t)CPU_ALL;
    if (cap && !cpu_cap_parse(cap, &mask)) {
        fprintf(stderr, "conform: BERTSCOPE_CPU=%s is not a known cap\n", cap);
        return 2;
    }
    printf("seed %" PRIu64 ", cap %s\n", conform_seed, cap ? cap : "all");
    catch_crashes();
    return run(cpu_detect(NULL) & mask, argc - i, argv + i);
}
