/* gemm_worker FORMAT LAYERS HIDDEN FFN ROWS THREADS: the line protocol of tests/bench/worker.c, for the matrix products of
 * the encoder alone in oneDNN (f32, bf16, int8) or OpenBLAS (openblas). peers.py builds it.
 *
 * Of each layer: query, key and value; output; up; down. Weights are in the layout that oneDNN likes best, all layers have
 * their own. bf16 x bf16 gives bf16, int8 is u8 x s8 and gives s32: what is cheapest to write. There is no bias, no
 * activation, no scale: less than any model does. */
#include <cblas.h>
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if DNNL_VERSION_MAJOR != 2
#error "gemm_worker.c speaks the C interface of oneDNN 2"
#endif

enum { SHAPES = 4, WARM_PASSES = 3 };

struct product {
    dnnl_primitive_t primitive;
    dnnl_memory_t x, w, y;
    float *blas_w; /* OpenBLAS: [n, k] */
    int n, k;
};

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static int rows;
static float *blas_x, *blas_y;

static void must(dnnl_status_t status, const char *what)
{
    if (status == dnnl_success)
        return;
    fprintf(stderr, "oneDNN: %s failed with status %d\n", what, (int)status);
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Memory full of small numbers that are normal in every format. */
static dnnl_memory_t memory_of(const dnnl_memory_desc_t *desc)
{
    dnnl_memory_t m;
    void *p;
    size_t bytes = dnnl_memory_desc_get_size(desc);
    must(dnnl_memory_create(&m, desc, engine, DNNL_MEMORY_ALLOCATE), "memory");
    must(dnnl_memory_get_data_handle(m, &p), "memory");
    for (size_t i = 0; i < bytes; i++)
        ((unsigned char *)p)[i] = i % 2 ? 0x3c : (unsigned char)(i * 2654435761u >> 24 & 0x7f);
    return m;
}

static void product_init(struct product *p, dnnl_data_type_t x_type, dnnl_data_type_t w_type, dnnl_data_type_t y_type)
{
    const dnnl_dims_t x_dims = {rows, p->k}, w_dims = {p->k, p->n}, y_dims = {rows, p->n};
    dnnl_memory_desc_t x, w, y;
    dnnl_matmul_desc_t desc;
    dnnl_primitive_desc_t primitive;
    must(dnnl_memory_desc_init_by_tag(&x, 2, x_dims, x_type, dnnl_ab), "inputs");
    must(dnnl_memory_desc_init_by_tag(&w, 2, w_dims, w_type, dnnl_format_tag_any), "weights");
    must(dnnl_memory_desc_init_by_tag(&y, 2, y_dims, y_type, dnnl_ab), "outputs");
    must(dnnl_matmul_desc_init(&desc, &x, &w, NULL, &y), "matmul");
    must(dnnl_primitive_desc_create(&primitive, &desc, NULL, engine, NULL), "matmul");
    must(dnnl_primitive_create(&p->primitive, primitive), "matmul");
    p->x = memory_of(&x);
    p->w = memory_of(dnnl_primitive_desc_query_md(primitive, dnnl_query_weights_md, 0));
    p->y = memory_of(&y);
}

static float *floats(size_t n)
{
    float *x = malloc(n * sizeof *x);
    if (!x)
        exit(1);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(i % 201) * 1e-3f - 0.1f;
    return x;
}

static void product_run(const struct product *p)
{
    if (p->blas_w) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, p->n, p->k, 1, blas_x, p->k, p->blas_w, p->k, 0, blas_y,
                    p->n);
        return;
    }
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, p->x}, {DNNL_ARG_WEIGHTS, p->w}, {DNNL_ARG_DST, p->y}};
    must(dnnl_primitive_execute(p->primitive, stream, 3, args), "a product");
    must(dnnl_stream_wait(stream), "a product");
}

static double pass_ms(const struct product *p, int n)
{
    double start = now_ms();
    for (int i = 0; i < n; i++)
        product_run(&p[i]);
    return now_ms() - start;
}

/* All layers, one after the other. */
static struct product *products(const char *format, int count, int hidden, int ffn)
{
    const int shape[SHAPES][2] = {{3 * hidden, hidden}, {hidden, hidden}, {ffn, hidden}, {hidden, ffn}};
    struct product *all = calloc((size_t)count, sizeof *all);
    for (int i = 0; all && i < count; i++) {
        struct product *p = &all[i];
        p->n = shape[i % SHAPES][0];
        p->k = shape[i % SHAPES][1];
        if (strcmp(format, "openblas") == 0)
            p->blas_w = floats((size_t)p->n * (size_t)p->k);
        else if (strcmp(format, "bf16") == 0)
            product_init(p, dnnl_bf16, dnnl_bf16, dnnl_bf16);
        else if (strcmp(format, "int8") == 0)
            product_init(p, dnnl_u8, dnnl_s8, dnnl_s32);
        else
            product_init(p, dnnl_f32, dnnl_f32, dnnl_f32);
    }
    return all;
}

static void serve(const struct product *p, int n)
{
    char line[64];
    for (int i = 0; i < WARM_PASSES; i++)
        pass_ms(p, n);
    printf("ready %d products of %d rows\n", n, rows);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        for (int passes = atoi(line); passes > 0; passes--)
            printf("%.4f ", pass_ms(p, n));
        putchar('\n');
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    if (argc != 7)
        return 2;
    int layers = atoi(argv[2]), hidden = atoi(argv[3]), ffn = atoi(argv[4]);
    rows = atoi(argv[5]);
    openblas_set_num_threads(atoi(argv[6])); /* oneDNN: OMP_NUM_THREADS */
    must(dnnl_engine_create(&engine, dnnl_cpu, 0), "the engine");
    must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "the stream");
    blas_x = floats((size_t)rows * (size_t)(hidden + ffn));
    blas_y = floats((size_t)rows * (size_t)(3 * hidden + ffn));
    struct product *all = products(argv[1], layers * SHAPES, hidden, ffn);
    if (!all)
        return 1;
    serve(all, layers * SHAPES);
    return 0;
}
