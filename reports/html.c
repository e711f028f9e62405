#include "reports/html.h"

#include <string.h>

#include "analyzer/base/base64.h"
#include "analyzer/base/sha256.h"
#include "reports/escape.h"

void html_json(struct str *out, const char *json, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json[i] == '<' || json[i] == '>' || json[i] == '&')
            str_addf(out, "\\u%04x", json[i]);
        else
            str_add_n(out, json + i, 1);
}

void html_open(struct str *out, const char *title, const char *style)
{
    unsigned char digest[SHA256_BYTES];
    char hash[BASE64_SIZE(SHA256_BYTES)];
    sha256(digest, style, strlen(style));
    str_addf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
                  "form-action 'none'\">\n",
             base64(hash, digest, sizeof digest));
    str_add(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"bertscope\">\n<title>");
    escape_xml(out, title);
    str_addf(out, " \302\267 bertscope</title>\n<style>%s</style>\n</head>\n<body>\n", style);
}
