#include "analyzer/model/demo.h"

/* The assembler puts the file between two symbols; local.mk says where DEMO_DIR is, and what the object depends on. */
#define EMBED(symbol, file)                                                                                   \
    __asm__(".pushsection .rodata\n"                                                                         \
            ".balign 64\n"                                                                                   \
            ".globl " #symbol "\n"                                                                           \
            ".globl " #symbol "_end\n" #symbol ":\n"                                                         \
            ".incbin \"" DEMO_DIR "/" file "\"\n" #symbol "_end:\n"                                          \
            ".byte 0\n"                                                                                      \
            ".popsection\n");                                                                                \
    extern const unsigned char symbol[], symbol##_end[]

EMBED(demo_config_json, "config.json");
EMBED(demo_model_safetensors, "model.safetensors");
EMBED(demo_vocab_txt, "vocab.txt");

const unsigned char *demo_file(enum demo_file file, size_t *n)
{
    static const struct {
        const unsigned char *begin, *end;
    } files[DEMO_FILES] = {
        [DEMO_CONFIG] = {demo_config_json, demo_config_json_end},
        [DEMO_WEIGHTS] = {demo_model_safetensors, demo_model_safetensors_end},
        [DEMO_VOCAB] = {demo_vocab_txt, demo_vocab_txt_end},
    };
    *n = (size_t)(files[file].end - files[file].begin);
    return files[file].begin;
}
