/* SHA-256 (FIPS 180-4): names the bytes of a file. */
#ifndef ANALYZER_BASE_SHA256_H
#define ANALYZER_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 65 };

void sha256(unsigned char out[SHA256_BYTES], const void *data, size_t n);
/* The same as 64 hexadecimal digits. Returns `out`. */
char *sha256_hex(char out[SHA256_HEX], const void *data, size_t n);

#endif
