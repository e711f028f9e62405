/* Runs every fuzz target over its corpus. Arguments, if any, are a target and the files to run it on. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "tests/fuzz/fuzz.h"

static bool run_file(const struct fuzz_target *t, const char *path)
{
    struct filemap m;
    struct err e = {0};
    if (filemap_open(&m, path, &e) != 0) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    uint8_t *copy = malloc(m.size ? m.size : 1); /* so that a byte read behind the end is noticed */
    if (m.size)
        memcpy(copy, m.data, m.size);
    t->run(copy, m.size);
    free(copy);
    filemap_close(&m);
    return true;
}

static bool run_corpus(const struct fuzz_target *t)
{
    char dir[4096], path[8192];
    const char *top = getenv("srcdir");
    int files = 0;
    snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", top ? top : ".", t->name);
    DIR *d = opendir(dir);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (entry->d_name[0] != '.' && !run_file(t, path))
            return false;
        files += entry->d_name[0] != '.';
    }
    if (d)
        closedir(d);
    printf("%s: %d files\n", t->name, files);
    if (files == 0)
        fprintf(stderr, "%s holds no file\n", dir);
    return files > 0;
}

int main(int argc, char **argv)
{
    bool good = true, known = argc == 1;
    for (int i = 0; i < fuzz_targets_count; i++) {
        if (argc == 1)
            good = run_corpus(&fuzz_targets[i]) && good;
        if (argc == 1 || strcmp(argv[1], fuzz_targets[i].name) != 0)
            continue;
        known = true;
        for (int k = 2; k < argc; k++)
            good = run_file(&fuzz_targets[i], argv[k]) && good;
    }
    if (!known)
        fprintf(stderr, "there is no fuzz target %s\n", argv[1]);
    return good && known ? 0 : 1;
}
