/* What unit suites share. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <CUnit/CUnit.h>
#include <stddef.h>

/* Path of `name` inside the test data that is not part of the project ($BERTSCOPE_DATA, else ../shared/data beside
 * the source tree); NULL, after one line on stdout that says what is skipped, when it is not there. Static buffer. */
const char *unit_data(const char *name);

/* Path of a file of the source tree ("tests/golden/..."). Static buffer, valid until the next call. */
const char *unit_source(const char *name);

/* A fresh empty directory that is removed, with all it holds, when the program ends. Static storage per call. */
const char *unit_temp_dir(void);

/* Writes a file of that directory and returns its path (static buffer). */
const char *unit_temp_file(const char *name, const void *bytes, size_t n);

/* The table of suites; other programs made of unit.c and suites name their own. */
#ifndef UNIT_SUITES
#define UNIT_SUITES "tests/unit/suites.def"
#endif

#define SUITE(noun) extern CU_TestInfo suite_##noun[];
#include UNIT_SUITES
#undef SUITE

#endif
