/* The safetensors format: u64 length of the header, the header (JSON: name -> dtype, shape, data_offsets), the data.
 *
 * Every rule of the reference reader (huggingface/safetensors, tensor.rs) is kept: the header is at most 100,000,000
 * bytes of UTF-8; sorted by offset the tensors fill the data without holes or overlaps to the last byte of the file;
 * no size overflows; sub-byte tensors end at a byte. Data may be unaligned. Stricter than the reference: names must be
 * unique and shorter than CHECKPOINT_MAX_NAME, a tensor has at most TENSOR_DIMS axes, and the JSON of one tensor or of
 * __metadata__ is at most SAFETENSORS_MAX_VALUE bytes, so that a hostile header costs little memory. */
#ifndef ANALYZER_MODEL_SAFETENSORS_H
#define ANALYZER_MODEL_SAFETENSORS_H

#include "analyzer/model/checkpoint.h"

#define SAFETENSORS_MAX_HEADER 100000000
#define SAFETENSORS_MAX_VALUE  4000000

/* Adds the tensors of a file in memory, which must outlive `out`. Sentences do not name the file. */
WARN_UNUSED int safetensors_parse(struct checkpoint *out, const unsigned char *data, size_t n, struct err *e);

/* Maps the file and adds its tensors. No byte behind the header is read. Sentences begin with the path. */
WARN_UNUSED int safetensors_read(struct checkpoint *out, const char *path, struct err *e);

/* True when a file that begins so has a plausible header length and a header that begins like a JSON object. */
bool safetensors_is(const unsigned char *bytes, size_t n);

#endif
