/* What this CPU and its operating system can run, as a set of bits.
 *
 * A bit means "usable": CPUID says the instructions exist, XCR0 says that the system saves their registers, and for
 * the tiles of AMX the system also lets this process use them. Sets are not a ladder: a CPU may have one without the
 * other.
 *
 * Tiles must be asked for (arch_prctl ARCH_REQ_XCOMP_PERM; Linux, Documentation/arch/x86/xstate.rst). cpu_survey does:
 * the answer is for the whole process, its threads of today and later, and its children until they start another program, so
 * it does not matter which thread asks first, and asking again is a system call that changes nothing. It is asked only where
 * the other two conditions hold. The system refuses if a thread has an alternate signal stack that could not hold the tiles;
 * ours can (analyzer/base/signal_stack.h).
 *
 * AVX512BF16 also means "worth it": vdpbf16ps multiplies twice as fast as floats on AMD processors (Zen 4: one of 512
 * bits a cycle, as the multiply-add of floats with half the products), but half as fast on Intel's (Sapphire Rapids:
 * 67 against 138 GFLOP/s), which leave the bit clear.
 *
 * AMX_INT8 and AMX_BF16 also mean AVX-512 VNNI and BF16, which their kernels are compiled with: every processor with tiles
 * has both. */
#ifndef KERNELS_CPU_H
#define KERNELS_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CPU_SCALAR = 0,
#define CPU_BIT(name, bit, label, summary, without) CPU_##name = 1u << (bit),
#include "kernels/cpu.def"
#undef CPU_BIT
    CPU_ALL = -1
};

/* What detection is made of, so that a test can play any machine. */
struct cpu_source {
    void (*cpuid)(uint32_t leaf, uint32_t subleaf, uint32_t out[4]); /* eax ebx ecx edx */
    uint64_t (*xgetbv)(void);                                        /* XCR0; called only if OSXSAVE is set */
    bool (*request_tiles)(void); /* called only if there are tiles and they are saved */
};

/* Sets of bits: what the processor has, whose registers the system saves, and what it lets this process use. */
struct cpu_survey {
    uint32_t instructions, saved, allowed;
};

/* source NULL = this machine */
struct cpu_survey cpu_survey(const struct cpu_source *source);

/* Usable bits of a machine: those in all three sets. */
uint32_t cpu_detect(const struct cpu_source *source);

/* Why a bit is not usable, in words: the processor, or what the system does not do; NULL where it is usable. */
const char *cpu_bit_missing(const struct cpu_survey *s, uint32_t bit);

/* A cap as the user writes it: "" or "scalar" = nothing, "avx2", "avx512" = that and everything below it,
 * "all" = everything. False for an unknown word. */
bool cpu_cap_parse(const char *text, uint32_t *mask);

/* The words cpu_cap_parse knows, in order; NULL past the end. */
const char *cpu_cap_name(int i);

/* Label of bit `i` (0..cpu_bits_count()-1), its value, what it is, and what kernels do without it. */
int cpu_bits_count(void);
uint32_t cpu_bit(int i);
const char *cpu_bit_label(int i);
const char *cpu_bit_summary(int i);
const char *cpu_bit_without(int i);

#endif
