#include "kernels/cpu.h"

#include <string.h>

static const struct {
    uint32_t bit;
    const char *label, *summary, *without;
} bits[] = {
#define CPU_BIT(name, bit, label, summary, without) {CPU_##name, label, summary, without},
#include "kernels/cpu.def"
#undef CPU_BIT
};

/* Words are cumulative in the order of cpu.def: parsing a cap and listing the words read this one table. */
static const struct {
    const char *name;
    uint32_t mask;
} caps[] = {
    {"scalar", CPU_SCALAR},
#define CPU_BIT(name, bit, label, summary, without) {label, (2u << (bit)) - 1},
#include "kernels/cpu.def"
#undef CPU_BIT
    {"all", (uint32_t)CPU_ALL},
};

enum { CAPS = sizeof caps / sizeof *caps, BITS = sizeof bits / sizeof *bits };

bool cpu_cap_parse(const char *text, uint32_t *mask)
{
    const char *word = *text ? text : caps[0].name;
    for (int i = 0; i < CAPS; i++)
        if (strcmp(word, caps[i].name) == 0) {
            *mask = caps[i].mask;
            return true;
        }
    return false;
}

const char *cpu_cap_name(int i)
{
    return i >= 0 && i < CAPS ? caps[i].name : NULL;
}

int cpu_bits_count(void)
{
    return BITS;
}

uint32_t cpu_bit(int i)
{
    return bits[i].bit;
}

const char *cpu_bit_label(int i)
{
    return bits[i].label;
}

const char *cpu_bit_without(int i)
{
    return bits[i].without;
}

const char *cpu_bit_summary(int i)
{
    return bits[i].summary;
}

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>

/* Older headers do not have these. */
enum { REQUEST_PERMISSION = 0x1023 /* ARCH_REQ_XCOMP_PERM */, TILE_DATA = 18 /* XFEATURE_XTILEDATA */ };
#endif

#if defined(__linux__) && defined(SYS_arch_prctl)
static bool request_tiles(void)
{
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}
#else
static bool request_tiles(void)
{
    return false;
}
#endif

#ifdef __x86_64__
#include <cpuid.h>

static void real_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    __cpuid_count(leaf, subleaf, out[0], out[1], out[2], out[3]);
}

static uint64_t real_xgetbv(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static const struct cpu_source real_source = {real_cpuid, real_xgetbv, request_tiles};
#else
static void no_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    (void)leaf, (void)subleaf;
    memset(out, 0, 4 * sizeof *out);
}

static const struct cpu_source real_source = {no_cpuid, NULL, request_tiles};
#endif

enum {
    /* leaf 1, ecx */
    ECX1_FMA = 1u << 12,
    ECX1_OSXSAVE = 1u << 27,
    ECX1_AVX = 1u << 28,
    ECX1_F16C = 1u << 29,
    /* leaf 7, subleaf 0, ebx */
    EBX7_AVX2 = 1u << 5,
    EBX7_AVX512F = 1u << 16,
    EBX7_AVX512DQ = 1u << 17,
    EBX7_AVX512BW = 1u << 30,
    /* leaf 7, subleaf 0, ecx */
    ECX7_AVX512VNNI = 1u << 11,
    /* leaf 7, subleaf 0, edx */
    EDX7_AMX_BF16 = 1u << 22,
    EDX7_AMX_TILE = 1u << 24,
    EDX7_AMX_INT8 = 1u << 25,
    /* leaf 7, subleaf 1, eax */
    EAX71_AVXVNNI = 1u << 4,
    EAX71_AVX512BF16 = 1u << 5,
    /* XCR0: which registers the system saves */
    XCR0_YMM = 0x06,     /* SSE, upper halves of YMM */
    XCR0_ZMM = 0xe6,     /* and mask registers, upper halves of ZMM, ZMM16..31 */
    XCR0_TILES = 0x600e6 /* and the shapes of tiles, tiles */
};
static const uint32_t EBX7_AVX512VL = 1u << 31;

enum {
    BITS_OF_YMM = CPU_AVX2 | CPU_F16C | CPU_AVXVNNI,
    BITS_OF_ZMM = CPU_AVX512 | CPU_AVX512VNNI | CPU_AVX512BF16,
    BITS_OF_TILES = CPU_AMX_INT8 | CPU_AMX_BF16
};

static bool has(uint64_t word, uint64_t wanted)
{
    return (word & wanted) == wanted;
}

/* Leaf 0: ebx, edx and ecx spell "AuthenticAMD". */
static bool is_amd(const uint32_t leaf0[4])
{
    return leaf0[1] == 0x68747541 && leaf0[3] == 0x69746e65 && leaf0[2] == 0x444d4163;
}

/* eax of leaf 7, subleaf 1; 0 where there is no such subleaf. */
static uint32_t more_features(const struct cpu_source *s, const uint32_t leaf7[4])
{
    uint32_t more[4] = {0};
    if (leaf7[0] >= 1)
        s->cpuid(7, 1, more);
    return more[0];
}

/* Of a processor with AVX-512. */
static uint32_t zmm_instructions(const struct cpu_source *s, const uint32_t leaf0[4], const uint32_t leaf7[4])
{
    uint32_t found = CPU_AVX512;
    bool vnni = has(leaf7[2], ECX7_AVX512VNNI), bf16 = has(more_features(s, leaf7), EAX71_AVX512BF16);
    bool tiles = has(leaf7[3], EDX7_AMX_TILE) && vnni && bf16;
    found |= vnni ? CPU_AVX512VNNI : 0;
    found |= bf16 && is_amd(leaf0) ? CPU_AVX512BF16 : 0; /* where vdpbf16ps is faster than the multiply-add of floats */
    found |= tiles && has(leaf7[3], EDX7_AMX_INT8) ? CPU_AMX_INT8 : 0;
    found |= tiles && has(leaf7[3], EDX7_AMX_BF16) ? CPU_AMX_BF16 : 0;
    return found;
}

/* Of a processor with AVX and FMA. */
static uint32_t instructions_of(const struct cpu_source *s, const uint32_t leaf0[4], uint32_t ecx1)
{
    uint32_t leaf7[4], found = has(ecx1, ECX1_F16C) ? CPU_F16C : 0;
    s->cpuid(7, 0, leaf7);
    if (has(leaf7[1], EBX7_AVX2))
        found |= has(more_features(s, leaf7), EAX71_AVXVNNI) ? CPU_AVX2 | CPU_AVXVNNI : CPU_AVX2;
    if (has(leaf7[1], EBX7_AVX512F | EBX7_AVX512DQ | EBX7_AVX512BW | EBX7_AVX512VL))
        found |= zmm_instructions(s, leaf0, leaf7);
    return found;
}

static uint32_t saved_of(uint64_t xcr0)
{
    uint32_t ymm = has(xcr0, XCR0_YMM) ? BITS_OF_YMM : 0, zmm = has(xcr0, XCR0_ZMM) ? BITS_OF_ZMM : 0;
    return ymm | zmm | (has(xcr0, XCR0_TILES) ? BITS_OF_TILES : 0);
}

struct cpu_survey cpu_survey(const struct cpu_source *source)
{
    const struct cpu_source *s = source ? source : &real_source;
    struct cpu_survey found = {.allowed = ~(uint32_t)BITS_OF_TILES};
    uint32_t leaf0[4], leaf1[4];
    s->cpuid(0, 0, leaf0);
    if (leaf0[0] < 7)
        return found;
    s->cpuid(1, 0, leaf1);
    if (has(leaf1[2], ECX1_AVX | ECX1_FMA))
        found.instructions = instructions_of(s, leaf0, leaf1[2]);
    if (has(leaf1[2], ECX1_OSXSAVE))
        found.saved = saved_of(s->xgetbv());
    if (found.instructions & found.saved & BITS_OF_TILES && s->request_tiles())
        found.allowed |= BITS_OF_TILES;
    return found;
}

uint32_t cpu_detect(const struct cpu_source *source)
{
    struct cpu_survey s = cpu_survey(source);
    return s.instructions & s.saved & s.allowed;
}

const char *cpu_bit_missing(const struct cpu_survey *s, uint32_t bit)
{
    return !(s->instructions & bit) ? "the processor does not have it"
           : !(s->saved & bit)      ? "the system does not save its registers"
           : !(s->allowed & bit)    ? "the system does not let this process use its registers"
                                    : NULL;
}
