/* Errors: a negative code, and one sentence for the user.
 *
 * A fallible function returns 0 or a negative `enum err_code` and takes `struct err *e` last. The sentence says
 * what failed, on what, and what to do. It may hold names that come from files: err_set makes the whole sentence
 * safe for a terminal (see text.h), so no caller has to.
 */
#ifndef ANALYZER_BASE_ERR_H
#define ANALYZER_BASE_ERR_H

enum err_code {
    ERR_NOMEM = -1,       /* memory could not be had */
    ERR_IO = -2,          /* the system refused a file or a device */
    ERR_FORMAT = -3,      /* the bytes of an input are not what its format says */
    ERR_SHAPE = -4,       /* well formed, but the sizes disagree with each other */
    ERR_UNSUPPORTED = -5, /* well formed, but not something this program can do (here) */
    ERR_CANCELLED = -6,   /* the user asked to stop */
    ERR_USAGE = -7,       /* a command line, key or prompt that makes no sense */
    ERR_MACHINE = -8      /* this machine or terminal cannot do it */
};

struct err {
    int code; /* 0 or an enum err_code */
    char text[512];
};

#define WARN_UNUSED __attribute__((warn_unused_result))

/* Writes the sentence and returns `code`, so that `return err_set(e, ...)` is one line. `e` may be NULL. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " in front of the sentence of `e` and returns its code. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends to the sentence of `e` and returns its code. */
int err_add(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Propagates a failure: TRY(file_open(&f, path, e)); */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        int try_code_ = (call);                                                                              \
        if (try_code_ != 0)                                                                                  \
            return try_code_;                                                                                \
    } while (0)

#ifdef __clang_analyzer__ /* sees one file at a time: codes are negative (make lint-static) */
static inline int err_known(int code)
{
    if (code >= 0)
        __builtin_unreachable();
    return code;
}
#define err_set(e, code, ...) ((err_set)(e, code, __VA_ARGS__), (code))
#define err_wrap(...) err_known((err_wrap)(__VA_ARGS__))
#define err_add(...) err_known((err_add)(__VA_ARGS__))
#endif

#endif
