#include "analyzer/measure/machine.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "analyzer/base/str.h"
#include "analyzer/base/text.h"
#include "kernels/cpu.h"

static void read_cpu_name(struct machine *m)
{
    char line[512];
    FILE *f = fopen("/proc/cpuinfo", "re");
    snprintf(m->cpu, sizeof m->cpu, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        const char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !value)
            continue;
        value += 1 + strspn(value + 1, " \t");
        text_escape(m->cpu, sizeof m->cpu, value, strcspn(value, "\n"));
        break;
    }
    if (f)
        fclose(f);
}

static int usable_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

/* One line of a file of the first processor's cache directory; false if it is not there. */
static bool cache_line(int index, const char *name, char *out, size_t size)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool read = fgets(out, (int)size, f) != NULL;
    fclose(f);
    return read;
}

static void read_caches(struct machine *m)
{
    char level[16], type[32], size[32];
    for (int i = 0; cache_line(i, "level", level, sizeof level) && cache_line(i, "type", type, sizeof type) &&
                    cache_line(i, "size", size, sizeof size);
         i++) {
        char unit = 'K';
        unsigned long long n = 0;
        uint64_t *levels[] = {&m->l1d_bytes, &m->l2_bytes, &m->l3_bytes};
        int number = atoi(level);
        if (sscanf(size, "%llu%c", &n, &unit) < 1 || number < 1 || number > 3 || strncmp(type, "Instruction", 11) == 0)
            continue;
        *levels[number - 1] = n * (unit == 'M' ? 1 << 20 : 1 << 10);
    }
}

static int unknown_cap(const char *cap, struct err *e)
{
    struct str words;
    str_init(&words);
    for (int i = 0; cpu_cap_name(i); i++)
        str_addf(&words, "%s%s", i ? ", " : "", cpu_cap_name(i));
    int code = err_set(e, ERR_USAGE, "BERTSCOPE_CPU=%s is not a cap (caps: %s)", cap, words.text);
    str_free(&words);
    return code;
}

int machine_detect(struct machine *out, struct err *e)
{
    *out = (struct machine){.cpu_cap = (uint32_t)CPU_ALL, .cores = usable_cores()};
    read_cpu_name(out);
    struct utsname system;
    if (uname(&system) == 0) {
        char text[256];
        snprintf(text, sizeof text, "%.64s %.64s %.64s", system.sysname, system.release, system.machine);
        text_escape(out->kernel, sizeof out->kernel, text, strlen(text));
    }
    out->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    read_caches(out);
    out->cpu_bits = cpu_detect(NULL);
    const char *cap = getenv("BERTSCOPE_CPU");
    if (!cap)
        return 0;
    text_escape(out->cap_text, sizeof out->cap_text, cap, strlen(cap));
    return cpu_cap_parse(cap, &out->cpu_cap) ? 0 : unknown_cap(cap, e);
}

uint32_t machine_bits(const struct machine *m)
{
    return m->cpu_bits & m->cpu_cap;
}

const char *machine_bits_text(uint32_t bits, char *out, size_t size)
{
    size_t used = 0;
    snprintf(out, size, "scalar");
    for (int i = 0; i < cpu_bits_count(); i++)
        if (bits & cpu_bit(i) && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", cpu_bit_label(i));
    return out;
}
