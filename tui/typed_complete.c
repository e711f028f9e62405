/* What the word before the cursor of a command line could become. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/base/text.h"
#include "analyzer/compress/method.h"
#include "tui/typed.h"

static void offer(struct candidates *out, const char *word, const char *typed, size_t n)
{
    if (strncmp(word, typed, n) == 0)
        candidates_add(out, word);
}

static void offer_commands(struct candidates *out, const char *typed, size_t n)
{
    for (int i = 0; i < typed_count; i++)
        offer(out, typed_rows[i].name, typed, n);
    for (int a = 0; a < ACTIONS; a++)
        if (action_row(a)->scope != SCOPE_PROMPT)
            offer(out, action_row(a)->name, typed, n);
}

static void offer_words(struct candidates *out, const char *words, const char *typed, size_t n)
{
    for (const char *s = words; *s; s += strspn(s, " ")) {
        char word[64];
        size_t len = strcspn(s, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, s);
        offer(out, word, typed, n);
        s += len;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Entries of the folder part of `typed` that begin with the rest; folders end in a slash. Names that a line cannot
 * hold as they are (control characters, broken UTF-8) are left out. */
static void offer_files(struct candidates *out, const char *typed)
{
    char path[2 * PROMPT_BYTES + 300], dir[PROMPT_BYTES + 2], safe[300];
    const char *slash = strrchr(typed, '/');
    const char *base = slash ? slash + 1 : typed;
    snprintf(dir, sizeof dir, "%.*s", (int)(base - typed), typed);
    DIR *d = opendir(*dir ? dir : ".");
    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d)) != NULL && !out->more;) {
        size_t len = strlen(entry->d_name);
        struct stat st;
        bool hidden = entry->d_name[0] == '.' && base[0] != '.';
        bool plain = text_escape(safe, sizeof safe, entry->d_name, len) == len && memcmp(safe, entry->d_name, len) == 0;
        if (hidden || !plain || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strncmp(entry->d_name, base, strlen(base)) != 0)
            continue;
        snprintf(path, sizeof path, "%s%s", dir, entry->d_name);
        bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
        strcat(path, folder ? "/" : "");
        candidates_add(out, path);
    }
    closedir(d);
    qsort(out->text, (size_t)out->n, sizeof out->text[0], by_name);
}

/* Names of methods, then their options. */
static void offer_steps(struct candidates *out, const char *line, size_t cursor)
{
    char word[PROMPT_BYTES], text[64];
    size_t n = cursor - out->from, last = n, first = strcspn(line + out->from, " ");
    while (last > 0 && line[out->from + last - 1] != ' ')
        last--;
    const struct method *m = last > 0 ? method_find(line + out->from, (int)first) : NULL;
    snprintf(word, sizeof word, "%.*s", (int)(n - last), line + out->from + last);
    out->from += last;
    for (int i = 0; last == 0 && i < methods_count; i++)
        offer(out, methods[i]->name, word, strlen(word));
    for (int i = 0; m && i < m->options; i++) {
        snprintf(text, sizeof text, "%s=", m->option[i].name);
        offer(out, text, word, strlen(word));
    }
}

void typed_complete(void *payload, const char *line, size_t cursor, struct candidates *out)
{
    char typed[PROMPT_BYTES];
    (void)payload;
    size_t start = strspn(line, " "), word = strcspn(line + start, " ");
    if (cursor <= start + word) {
        out->from = cursor < start ? cursor : start;
        offer_commands(out, line + out->from, cursor - out->from);
        return;
    }
    const struct typed_row *row = typed_find(line + start, word);
    size_t from = start + word + strspn(line + start + word, " ");
    from = from < cursor ? from : cursor;
    snprintf(typed, sizeof typed, "%.*s", (int)(cursor - from), line + from);
    out->from = from;
    if (row && strcmp(row->values, "@methods") == 0)
        offer_steps(out, line, cursor);
    else if (row && strcmp(row->values, "@files") == 0)
        offer_files(out, typed);
    else if (row)
        offer_words(out, row->values, typed, strlen(typed));
}
