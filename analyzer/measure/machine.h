/* What this machine is. */
#ifndef ANALYZER_MEASURE_MACHINE_H
#define ANALYZER_MEASURE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

struct machine {
    char cpu[96];    /* model name, safe to show */
    char kernel[96]; /* operating system and release, safe to show */
    int cores;       /* that this process may use */
    uint64_t memory_bytes;
    uint64_t l1d_bytes, l2_bytes, l3_bytes; /* 0 = not known */
    uint32_t cpu_bits;  /* CPU_* bits found */
    uint32_t cpu_cap;   /* bits that BERTSCOPE_CPU allows; all if it is not set */
    char cap_text[32];  /* BERTSCOPE_CPU as given; "" if not set */
};

/* Looks at the machine and at BERTSCOPE_CPU; an unknown cap is ERR_USAGE with the known words. */
WARN_UNUSED int machine_detect(struct machine *out, struct err *e);

/* Bits that kernels may use: found and allowed. */
uint32_t machine_bits(const struct machine *m);

/* Names of the bits of a set, "avx2 avx512", or "scalar" for none. Returns out. */
const char *machine_bits_text(uint32_t bits, char *out, size_t size);

#endif
