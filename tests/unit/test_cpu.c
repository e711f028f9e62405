/* cpu: detection on machines that are played, cap words; dispatch: the choice of a row. */
#include "tests/unit/unit.h"

#include <string.h>

#include "kernels/cpu.h"
#include "kernels/kernels.h"

enum {
    FMA = 1u << 12,
    OSXSAVE = 1u << 27,
    AVX = 1u << 28,
    F16C = 1u << 29,
    AVX2 = 1u << 5,
    AVX512_F_DQ_BW = 1u << 16 | 1u << 17 | 1u << 30,
    VNNI = 1u << 11,
    VNNI_256 = 1u << 4,
    BF16 = 1u << 5,
    TILE = 1u << 24,
    TILE_INT8 = 1u << 25,
    TILE_BF16 = 1u << 22,
    YMM_SAVED = 0x07,
    ZMM_SAVED = 0xe7,
    TILES_SAVED = 0x600e7
};
static const uint32_t AVX512_VL = 1u << 31;

static struct {
    uint32_t leaves, ecx1, ebx7, ecx7, edx7, eax71;
    const char *vendor; /* as leaf 0 spells it: ebx, edx, ecx */
    uint64_t xcr0;
    int xgetbv_calls, requests;
    bool tiles_refused;
} fake;

static void fake_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    memset(out, 0, 4 * sizeof *out);
    if (leaf == 0) {
        out[0] = fake.leaves;
        memcpy(&out[1], fake.vendor, 4);
        memcpy(&out[3], fake.vendor + 4, 4);
        memcpy(&out[2], fake.vendor + 8, 4);
    } else if (leaf == 1)
        out[2] = fake.ecx1;
    else if (leaf == 7 && subleaf == 0) {
        out[0] = fake.eax71 ? 1 : 0; /* the last subleaf */
        out[1] = fake.ebx7;
        out[2] = fake.ecx7;
        out[3] = fake.edx7;
    } else if (leaf == 7 && subleaf == 1)
        out[0] = fake.eax71;
}

static uint64_t fake_xgetbv(void)
{
    fake.xgetbv_calls++;
    return fake.xcr0;
}

static bool fake_request(void)
{
    fake.requests++;
    return !fake.tiles_refused;
}

static const struct cpu_source source = {fake_cpuid, fake_xgetbv, fake_request};

static void detect_cases(void)
{
    const uint32_t ecx1 = FMA | OSXSAVE | AVX, skylake_x = AVX2 | AVX512_F_DQ_BW | AVX512_VL;
    const struct {
        const char *machine;
        uint32_t leaves, ecx1, ebx7;
        uint64_t xcr0;
        uint32_t expected, ecx7, eax71;
        const char *vendor; /* NULL = Intel's */
    } cases[] = {
        {"AVX-512 with VNNI and BF16, AMD", 7, ecx1, skylake_x, ZMM_SAVED,
         CPU_AVX2 | CPU_AVX512 | CPU_AVX512VNNI | CPU_AVX512BF16, VNNI, BF16, "AuthenticAMD"},
        {"BF16, Intel: there it is slow", 7, ecx1, skylake_x, ZMM_SAVED, CPU_AVX2 | CPU_AVX512, 0, BF16, NULL},
        {"subleaf 1 without BF16, AMD", 7, ecx1, skylake_x, ZMM_SAVED, CPU_AVX2 | CPU_AVXVNNI | CPU_AVX512, 0, ~(uint32_t)BF16,
         "AuthenticAMD"},
        {"BF16, but the system saves no ZMM, AMD", 7, ecx1, skylake_x, YMM_SAVED, CPU_AVX2, 0, BF16, "AuthenticAMD"},
        {"AVX-512 with VNNI", 7, ecx1, skylake_x, ZMM_SAVED, CPU_AVX2 | CPU_AVX512 | CPU_AVX512VNNI, VNNI, 0, NULL},
        {"VNNI, but the system saves no ZMM", 7, ecx1, skylake_x, YMM_SAVED, CPU_AVX2, VNNI, 0, NULL},
        {"VNNI without AVX-512 VL", 7, ecx1, AVX2 | AVX512_F_DQ_BW, ZMM_SAVED, CPU_AVX2, VNNI, 0, NULL},
        {"AVX-512 and all saved", 7, ecx1, skylake_x, ZMM_SAVED, CPU_AVX2 | CPU_AVX512, 0, 0, NULL},
        {"AVX-512, but the system saves no ZMM", 7, ecx1, skylake_x, YMM_SAVED, CPU_AVX2, 0, 0, NULL},
        {"AVX-512, mask registers not saved", 7, ecx1, skylake_x, ZMM_SAVED & ~0x20, CPU_AVX2, 0, 0, NULL},
        {"AVX-512, the system saves SSE only", 7, ecx1, skylake_x, 0x03, 0, 0, 0, NULL},
        {"AVX-512 without VL", 7, ecx1, AVX2 | AVX512_F_DQ_BW, ZMM_SAVED, CPU_AVX2, 0, 0, NULL},
        {"AVX-512 F alone", 7, ecx1, AVX2 | 1u << 16, ZMM_SAVED, CPU_AVX2, 0, 0, NULL},
        {"AVX2", 7, ecx1, AVX2, YMM_SAVED, CPU_AVX2, 0, 0, NULL},
        {"AVX2 and AVX-VNNI", 7, ecx1, AVX2, YMM_SAVED, CPU_AVX2 | CPU_AVXVNNI, 0, VNNI_256, NULL},
        {"AVX-VNNI, the system saves SSE only", 7, ecx1, AVX2, 0x03, 0, 0, VNNI_256, NULL},
        {"everything, Intel", 7, ecx1, skylake_x, ZMM_SAVED, CPU_AVX2 | CPU_AVXVNNI | CPU_AVX512 | CPU_AVX512VNNI, VNNI,
         VNNI_256 | BF16, NULL},
        {"AVX2 and F16C", 7, ecx1 | F16C, AVX2, YMM_SAVED, CPU_AVX2 | CPU_F16C, 0, 0, NULL},
        {"F16C, the system saves SSE only", 7, ecx1 | F16C, AVX2, 0x03, 0, 0, 0, NULL},
        {"AVX2 without FMA", 7, OSXSAVE | AVX, AVX2, YMM_SAVED, 0, 0, 0, NULL},
        {"AVX and FMA without AVX2", 7, ecx1, 0, YMM_SAVED, 0, 0, 0, NULL},
        {"AVX2 without OSXSAVE", 7, FMA | AVX, AVX2, YMM_SAVED, 0, 0, 0, NULL},
        {"no leaf 7", 6, ecx1, skylake_x, ZMM_SAVED, 0, 0, 0, NULL},
        {"nothing", 1, 0, 0, 0, 0, 0, 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(&fake, 0, sizeof fake);
        fake.leaves = cases[i].leaves;
        fake.ecx1 = cases[i].ecx1;
        fake.ebx7 = cases[i].ebx7;
        fake.ecx7 = cases[i].ecx7;
        fake.eax71 = cases[i].eax71;
        fake.vendor = cases[i].vendor ? cases[i].vendor : "GenuineIntel";
        fake.xcr0 = cases[i].xcr0;
        CU_ASSERT_EQUAL(cpu_detect(&source), cases[i].expected);
        if (!(cases[i].ecx1 & OSXSAVE))
            CU_ASSERT_EQUAL(fake.xgetbv_calls, 0);
    }
}

/* A Sapphire Rapids, and what each thing that it lacks or its system refuses takes away. */
static void detect_tiles(void)
{
    enum { VECTORS = CPU_AVX2 | CPU_AVX512 | CPU_AVX512VNNI, BOTH = CPU_AMX_INT8 | CPU_AMX_BF16 };
    const uint32_t all = TILE | TILE_INT8 | TILE_BF16;
    const struct {
        uint32_t edx7, ecx7, eax71;
        uint64_t xcr0;
        bool refused;
        int requests;
        uint32_t expected;
        const char *why_no_int8; /* a part of it; NULL = usable */
    } cases[] = {
        {all, VNNI, BF16, TILES_SAVED, false, 1, VECTORS | BOTH, NULL},
        {TILE | TILE_INT8, VNNI, BF16, TILES_SAVED, false, 1, VECTORS | CPU_AMX_INT8, NULL},
        {TILE | TILE_BF16, VNNI, BF16, TILES_SAVED, false, 1, VECTORS | CPU_AMX_BF16, "processor"},
        {TILE_INT8 | TILE_BF16, VNNI, BF16, TILES_SAVED, false, 0, VECTORS, "processor"},
        {all, 0, BF16, TILES_SAVED, false, 0, CPU_AVX2 | CPU_AVX512, "processor"},
        {all, VNNI, 0, TILES_SAVED, false, 0, VECTORS, "processor"},
        {all, VNNI, BF16, TILES_SAVED & ~(1 << 18), false, 0, VECTORS, "save"},
        {all, VNNI, BF16, TILES_SAVED & ~(1 << 17), false, 0, VECTORS, "save"},
        {all, VNNI, BF16, TILES_SAVED & ~(1 << 6), false, 0, CPU_AVX2, "save"},
        {all, VNNI, BF16, ZMM_SAVED, false, 0, VECTORS, "save"},
        {all, VNNI, BF16, TILES_SAVED, true, 1, VECTORS, "let"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(&fake, 0, sizeof fake);
        fake.leaves = 7;
        fake.vendor = "GenuineIntel";
        fake.ecx1 = FMA | OSXSAVE | AVX;
        fake.ebx7 = AVX2 | AVX512_F_DQ_BW | AVX512_VL;
        fake.ecx7 = cases[i].ecx7;
        fake.edx7 = cases[i].edx7;
        fake.eax71 = cases[i].eax71;
        fake.xcr0 = cases[i].xcr0;
        fake.tiles_refused = cases[i].refused;
        CU_ASSERT_EQUAL(cpu_detect(&source), cases[i].expected);
        CU_ASSERT_EQUAL(fake.requests, cases[i].requests);
        struct cpu_survey s = cpu_survey(&source);
        const char *why = cpu_bit_missing(&s, CPU_AMX_INT8);
        CU_ASSERT_EQUAL(why == NULL, cases[i].why_no_int8 == NULL);
        CU_ASSERT_TRUE(!why || !cases[i].why_no_int8 || strstr(why, cases[i].why_no_int8));
    }
}

static void detect_agrees_with_the_compiler(void)
{
#ifdef __x86_64__
    uint32_t bits = cpu_detect(NULL);
    CU_ASSERT_EQUAL((bits & CPU_AVX2) != 0, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
#ifndef __clang__ /* does not know the word */
    CU_ASSERT_EQUAL((bits & CPU_F16C) != 0, __builtin_cpu_supports("f16c") != 0);
#endif
    CU_ASSERT_EQUAL((bits & CPU_AVX512) != 0,
                    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"));
    CU_ASSERT_EQUAL((bits & CPU_AVX512VNNI) != 0, __builtin_cpu_supports("avx512vnni") != 0);
    CU_ASSERT_EQUAL((bits & CPU_AVX512BF16) != 0, __builtin_cpu_supports("avx512bf16") && __builtin_cpu_is("amd"));
#else
    CU_ASSERT_EQUAL(cpu_detect(NULL), 0);
#endif
}

static void cap_words(void)
{
    const struct {
        const char *word;
        uint32_t mask;
    } cases[] = {{"", 0},
                 {"scalar", 0},
                 {"avx2", CPU_AVX2},
                 {"f16c", CPU_AVX2 | CPU_F16C},
                 {"avxvnni", CPU_AVX2 | CPU_F16C | CPU_AVXVNNI},
                 {"avx512", CPU_AVX2 | CPU_F16C | CPU_AVXVNNI | CPU_AVX512},
                 {"avx512vnni", CPU_AVX2 | CPU_F16C | CPU_AVXVNNI | CPU_AVX512 | CPU_AVX512VNNI},
                 {"avx512bf16", CPU_AVX2 | CPU_F16C | CPU_AVXVNNI | CPU_AVX512 | CPU_AVX512VNNI | CPU_AVX512BF16},
                 {"amx_int8", 0x7f},
                 {"amx_bf16", 0xff},
                 {"all", (uint32_t)CPU_ALL}};
    uint32_t mask;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mask = 0xdeadu;
        CU_ASSERT_TRUE(cpu_cap_parse(cases[i].word, &mask));
        CU_ASSERT_EQUAL(mask, cases[i].mask);
    }
    mask = 0xdeadu;
    CU_ASSERT_FALSE(cpu_cap_parse("AVX2", &mask));
    CU_ASSERT_FALSE(cpu_cap_parse("avx", &mask));
    CU_ASSERT_FALSE(cpu_cap_parse("avx2 ", &mask));
    CU_ASSERT_EQUAL(mask, 0xdeadu);
}

static void cap_names_grow(void)
{
    uint32_t last = 0, mask;
    int n = 0;
    for (; cpu_cap_name(n); n++) {
        CU_ASSERT_TRUE(cpu_cap_parse(cpu_cap_name(n), &mask));
        CU_ASSERT_EQUAL(last & ~mask, 0);
        last = mask;
    }
    CU_ASSERT_EQUAL(n, cpu_bits_count() + 2);
    CU_ASSERT_PTR_NULL(cpu_cap_name(-1));
    for (int i = 0; i < cpu_bits_count(); i++) {
        CU_ASSERT_TRUE(cpu_cap_parse(cpu_bit_label(i), &mask));
        CU_ASSERT_EQUAL(mask & cpu_bit(i), cpu_bit(i));
        CU_ASSERT_TRUE(strlen(cpu_bit_summary(i)) > 0);
    }
}

static void pick_obeys_the_bits(void)
{
    for (int op = 0; op < KERNEL_OPS; op++)
        for (int i = 0; cpu_cap_name(i); i++) {
            uint32_t mask = 0;
            CU_ASSERT_TRUE(cpu_cap_parse(cpu_cap_name(i), &mask));
            const struct kernel *k = kernel_pick((enum kernel_op)op, KERNEL_F32, mask);
            CU_ASSERT_PTR_NOT_NULL_FATAL(k);
            CU_ASSERT_EQUAL((int)k->op, op);
            CU_ASSERT_EQUAL(k->needs & ~mask, 0);
            CU_ASSERT_EQUAL(
                strncmp(k->name, kernel_op_name((enum kernel_op)op), strlen(kernel_op_name(k->op))), 0);
            for (const struct kernel *next = k + 1; next < kernels + kernels_count; next++)
                CU_ASSERT_FALSE(next->op == k->op && next->format == k->format && (next->needs & ~mask) == 0);
        }
    CU_ASSERT_STRING_EQUAL(kernel_pick(KERNEL_OP_linear, KERNEL_F32, 0)->name, "linear_f32_scalar");
}

static void activations_have_names(void)
{
    for (int a = 0; a < ACTIVATIONS; a++)
        CU_ASSERT_PTR_NOT_NULL(activation_name((enum activation)a));
    CU_ASSERT_STRING_EQUAL(kernel_format_name(KERNEL_F32), "f32");
}

CU_TestInfo suite_cpu[] = {
    {"detect: played machines", detect_cases},
    {"detect: tiles", detect_tiles},
    {"detect: this machine", detect_agrees_with_the_compiler},
    {"cap: words", cap_words},
    {"cap: every word holds the one before", cap_names_grow},
    {"pick: last row that fits", pick_obeys_the_bits},
    {"names", activations_have_names},
    CU_TEST_INFO_NULL,
};
