#include <math.h>
#include <string.h>

#include "analyzer/model/stored.h"
#include "kernels/int8.h"

static size_t bytes(const float *w, size_t n, size_t k)
{
    (void)w;
    return n * sizeof(float) + n * k;
}

static bool encode(unsigned char *out, const float *w, size_t n, size_t k)
{
    unsigned char *codes = out + n * sizeof(float);
    for (size_t j = 0; j < n; j++, w += k, codes += k) {
        struct scale s = int8_weight_scale(w, (int)k);
        memcpy(out + j * sizeof s.scale, &s.scale, sizeof s.scale);
        for (size_t i = 0; i < k; i++) {
            int8_t q = scale_quantize(w[i], s);
            if ((float)q * s.scale != w[i])
                return false;
            codes[i] = (unsigned char)q;
        }
    }
    return true;
}

static int decode(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e)
{
    const unsigned char *codes = in + n * sizeof(float);
    TRY(stored_expect(size, bytes(w, n, k), e));
    for (size_t j = 0; j < n; j++, w += k, codes += k) {
        float scale;
        memcpy(&scale, in + j * sizeof scale, sizeof scale);
        if (!isfinite(scale))
            return err_set(e, ERR_FORMAT, "the scale of row %zu is not finite", j);
        for (size_t i = 0; i < k; i++)
            w[i] = (float)(int8_t)codes[i] * scale;
    }
    return 0;
}

const struct stored stored_int8 = {"int8", KERNEL_INT8, bytes, encode, decode};
