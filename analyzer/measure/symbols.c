#include "analyzer/measure/symbols.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/text.h"

struct function {
    uint64_t address, size; /* as in the file; size 0 = up to the next one */
    const char *name;       /* in the mapped file */
};

struct module {
    char path[512];
    uint64_t base, low, high; /* what is added to addresses of the file; its code in memory */
    bool read;
    struct filemap file;
    struct function *function; /* [functions] by address; owned */
    int functions;
};

struct symbols {
    struct module *module; /* owned */
    int modules;
    bool failed;
};

static int collect(struct dl_phdr_info *info, size_t size, void *payload)
{
    struct symbols *s = payload;
    struct module m = {.base = info->dlpi_addr, .low = UINT64_MAX};
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
            continue;
        uint64_t at = m.base + p->p_vaddr;
        m.low = at < m.low ? at : m.low;
        m.high = at + p->p_memsz > m.high ? at + p->p_memsz : m.high;
    }
    snprintf(m.path, sizeof m.path, "%s", info->dlpi_name[0] ? info->dlpi_name : "/proc/self/exe");
    struct module *more = realloc(s->module, ((size_t)s->modules + 1) * sizeof *more);
    s->failed = !more;
    if (!more)
        return 1;
    s->module = more;
    s->module[s->modules++] = m;
    return 0;
}

int symbols_open(struct symbols **out, struct err *e)
{
    *out = calloc(1, sizeof **out);
    if (*out) {
        dl_iterate_phdr(collect, *out);
        if (!(*out)->failed)
            return 0;
    }
    symbols_close(*out);
    *out = NULL;
    return err_set(e, ERR_NOMEM, "no memory for the names of functions");
}

/* ---- symbol tables ------------------------------------------------------------------------------------------- */

/* A structure at an offset of the file, which may be anything; false if it is not all inside. */
static bool get(const struct filemap *f, uint64_t offset, void *out, size_t n)
{
    if (offset > f->size || f->size - offset < n)
        return false;
    memcpy(out, f->data + offset, n);
    return true;
}

static bool get_section(const struct filemap *f, const ElfW(Ehdr) *head, uint64_t i, ElfW(Shdr) *out)
{
    return i < head->e_shnum && get(f, head->e_shoff + i * sizeof *out, out, sizeof *out);
}

static bool find_section(const struct filemap *f, const ElfW(Ehdr) *head, uint32_t type, ElfW(Shdr) *out)
{
    for (uint64_t i = 0; i < head->e_shnum; i++)
        if (get_section(f, head, i, out) && out->sh_type == type)
            return true;
    return false;
}

static const char *name_at(const struct filemap *f, const ElfW(Shdr) *names, uint64_t offset)
{
    if (offset >= names->sh_size || names->sh_offset > f->size || f->size - names->sh_offset < names->sh_size)
        return NULL;
    const char *name = (const char *)f->data + names->sh_offset + offset;
    return memchr(name, '\0', names->sh_size - offset) && name[0] ? name : NULL;
}

static int by_address(const void *a, const void *b)
{
    const struct function *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void read_functions(struct module *m, const ElfW(Shdr) *table, const ElfW(Shdr) *names)
{
    uint64_t n = table->sh_size / sizeof(ElfW(Sym));
    if (n > m->file.size / sizeof(ElfW(Sym)))
        return;
    m->function = malloc((size_t)(n + 1) * sizeof *m->function);
    for (uint64_t i = 0; m->function && i < n; i++) {
        ElfW(Sym) s;
        if (!get(&m->file, table->sh_offset + i * sizeof s, &s, sizeof s))
            break;
        const char *name = name_at(&m->file, names, s.st_name);
        if (ELF64_ST_TYPE(s.st_info) == STT_FUNC && s.st_shndx != SHN_UNDEF && name)
            m->function[m->functions++] = (struct function){s.st_value, s.st_size, name};
    }
    if (m->functions > 0)
        qsort(m->function, (size_t)m->functions, sizeof *m->function, by_address);
}

static void read_module(struct module *m)
{
    ElfW(Ehdr) head;
    ElfW(Shdr) table, names;
    m->read = true;
    if (filemap_open(&m->file, m->path, NULL) != 0)
        return;
    if (!get(&m->file, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_shentsize != sizeof table)
        return;
    if (!find_section(&m->file, &head, SHT_SYMTAB, &table) && !find_section(&m->file, &head, SHT_DYNSYM, &table))
        return;
    if (get_section(&m->file, &head, table.sh_link, &names))
        read_functions(m, &table, &names);
}

static const char *function_at(const struct module *m, uint64_t address)
{
    int low = 0, high = m->functions;
    while (low < high) {
        int mid = low + (high - low) / 2;
        if (m->function[mid].address <= address)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0)
        return NULL;
    const struct function *f = &m->function[low - 1];
    return f->size == 0 || address - f->address < f->size ? f->name : NULL;
}

const char *symbols_name(struct symbols *s, uintptr_t pc, char *out, size_t size)
{
    snprintf(out, size, "[?]");
    for (int i = 0; i < s->modules; i++) {
        struct module *m = &s->module[i];
        if (pc < m->low || pc >= m->high)
            continue;
        if (!m->read)
            read_module(m);
        const char *name = function_at(m, pc - m->base), *slash = strrchr(m->path, '/');
        char text[sizeof m->path + 4];
        if (name)
            snprintf(text, sizeof text, "%.*s", (int)(1 + strcspn(name + 1, ".")), name);
        else
            snprintf(text, sizeof text, "[%s]", slash ? slash + 1 : m->path);
        text_escape(out, size, text, strlen(text));
        break;
    }
    return out;
}

void symbols_close(struct symbols *s)
{
    for (int i = 0; s && i < s->modules; i++) {
        filemap_close(&s->module[i].file);
        free(s->module[i].function);
    }
    if (s)
        free(s->module);
    free(s);
}
