/* The unit tests: every suite of UNIT_SUITES, and an exit status from the failure records (CU_basic_run_tests
 * returns 0 with failed assertions). Arguments, if any, name the suites to run. */
#include "tests/unit/unit.h"

#include <CUnit/Basic.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char temp_root[64];

const char *unit_source(const char *name)
{
    static char path[4096];
    const char *top = getenv("srcdir");
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
    return path;
}

const char *unit_data(const char *name)
{
    static char path[4096];
    const char *data = getenv("BERTSCOPE_DATA");
    if (data)
        snprintf(path, sizeof path, "%s/%s", data, name);
    else
        snprintf(path, sizeof path, "%s", unit_source("../shared/data/"));
    if (!data)
        strncat(path, name, sizeof path - strlen(path) - 1);
    if (access(path, R_OK) == 0)
        return path;
    printf("\n    skipped: %s is not there (set BERTSCOPE_DATA)\n", path);
    return NULL;
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static void remove_temp_root(void)
{
    if (temp_root[0])
        nftw(temp_root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *unit_temp_dir(void)
{
    static char path[8][128];
    static int calls;
    if (!temp_root[0]) {
        snprintf(temp_root, sizeof temp_root, "%s", "/tmp/bertscope-unit-XXXXXX");
        if (!mkdtemp(temp_root))
            abort();
        atexit(remove_temp_root);
    }
    char *p = path[calls % 8];
    snprintf(p, sizeof path[0], "%s/%d", temp_root, calls++);
    if (mkdir(p, 0700) != 0)
        abort();
    return p;
}

const char *unit_temp_file(const char *name, const void *bytes, size_t n)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", unit_temp_dir(), name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
    return path;
}

static int wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return argc == 1;
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 99;
#define SUITE(noun)                                                                                          \
    if (wanted(#noun, argc, argv)) {                                                                         \
        CU_SuiteInfo info[] = {{#noun, NULL, NULL, NULL, NULL, suite_##noun}, CU_SUITE_INFO_NULL};           \
        if (CU_register_suites(info) != CUE_SUCCESS)                                                         \
            return 99;                                                                                       \
    }
#include UNIT_SUITES
#undef SUITE
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failure_records();
    unsigned ran = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    return failures || ran == 0 ? 1 : 0;
}
