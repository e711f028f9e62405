#include "tui/build_id.h"

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 32 };

static size_t rounded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* Looks through the notes of a segment. */
static int look(const char *notes, size_t n, char *out)
{
    for (size_t at = 0; n - at >= sizeof(ElfW(Nhdr));) {
        const ElfW(Nhdr) *h = (const void *)(notes + at);
        const char *name = (const char *)(h + 1);
        const unsigned char *id = (const void *)(name + rounded(h->n_namesz));
        if (h->n_type == NT_GNU_BUILD_ID && h->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 && h->n_descsz <= MOST_BYTES) {
            for (size_t i = 0; i < h->n_descsz; i++)
                snprintf(out + 2 * i, 3, "%02x", id[i]);
            return 1;
        }
        at += sizeof *h + rounded(h->n_namesz) + rounded(h->n_descsz);
        if (at > n)
            break;
    }
    return 0;
}

/* The first object is the program itself. */
static int find(struct dl_phdr_info *info, size_t size, void *payload)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_NOTE && look((const char *)(info->dlpi_addr + p->p_vaddr), p->p_memsz, payload))
            break;
    }
    return 1;
}

const char *build_id(void)
{
    static char text[2 * MOST_BYTES + 1];
    if (!text[0])
        dl_iterate_phdr(find, text);
    return text[0] ? text : "without an ID";
}
