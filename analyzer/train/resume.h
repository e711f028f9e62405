/* The checkpoint of a training: one file with its settings, where it is, the parameters, the moments of AdamW and the best
 * parameters so far, and a note: any text, for whoever wants to know how to make the rest of the training again.
 *
 *     "bertscope training v1  \n"; u64 bytes of the header; the header: JSON, with blanks up to a multiple of 8
 *     floats: parameters, first moments, second moments, and the best parameters if there are any
 *     u64 fingerprint of all that
 *
 * It is written whole or not at all (outfile.h). The file is not trusted: everything is checked before anything is changed. */
#ifndef ANALYZER_TRAIN_RESUME_H
#define ANALYZER_TRAIN_RESUME_H

#include "analyzer/base/str.h"
#include "analyzer/train/optimizer.h"
#include "analyzer/train/settings.h"
#include "analyzer/train/trainer.h"

/* `note`: NULL = none. */
WARN_UNUSED int resume_write(const char *path, const struct training *t, const struct optimizer *o,
                             const struct train_settings *s, const char *note, struct err *e);

/* Puts a training where the checkpoint was: `t` (zeroed but for best = -1), the model of `o`, its moments and its step.
 * Other settings are refused with the name of the first that differs. After a failure all are as before. */
WARN_UNUSED int resume_read(const char *path, struct training *t, struct optimizer *o, const struct train_settings *s,
                            struct err *e);

/* The note alone, which is no more to be trusted than the rest; ERR_FORMAT if there is none. `out` is initialized, and the
 * caller frees it. */
WARN_UNUSED int resume_note(const char *path, struct str *out, struct err *e);

/* The same as resume_read from memory; `name` stands for the file in sentences. */
WARN_UNUSED int resume_parse(const void *bytes, size_t n, const char *name, struct training *t, struct optimizer *o,
                             const struct train_settings *s, struct err *e);

#endif
