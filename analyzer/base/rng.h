/* Counter-based random numbers: value i of a stream depends on (seed, i) only, so any thread may compute any part
 * and the bytes are the same on every machine.
 *
 * The mixer is the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
 * OOPSLA 2014). */
#ifndef ANALYZER_BASE_RNG_H
#define ANALYZER_BASE_RNG_H

#include <stdint.h>

static inline uint64_t rng_u64(uint64_t seed, uint64_t i)
{
    uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in [0, 1). */
static inline double rng_uniform(uint64_t seed, uint64_t i)
{
    return (double)(rng_u64(seed, i) >> 11) * 0x1p-53;
}

/* Uniform in 0 .. n - 1, to within n / 2^32. */
static inline uint32_t rng_below(uint64_t seed, uint64_t i, uint32_t n)
{
    return (uint32_t)((rng_u64(seed, i) >> 32) * n >> 32);
}

/* Close to normal with mean 0 and variance 1, in [-3.47, 3.47]: the sum of four 16-bit uniforms, standardized
 * (Irwin-Hall, n = 4: variance 4/12). */
static inline float rng_normal(uint64_t seed, uint64_t i)
{
    uint64_t u = rng_u64(seed, i);
    int32_t sum = (int32_t)(u & 0xffff) + (int32_t)((u >> 16) & 0xffff) + (int32_t)((u >> 32) & 0xffff) +
                  (int32_t)(u >> 48);
    return (float)(sum - 2 * 65535) * (1.7320508f / 65536.0f);
}

#endif
