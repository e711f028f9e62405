#include "analyzer/model/safetensors.h"

const struct checkpoint_format format_safetensors = {
    .name = "safetensors",
    .filename = "model.safetensors",
    .is = safetensors_is,
    .read = safetensors_read,
};
