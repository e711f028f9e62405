#include "reports/html.h"

void html_json(struct str *out, const char *json, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json[i] == '<' || json[i] == '>' || json[i] == '&')
            str_addf(out, "\\u%04x", json[i]);
        else
            str_add_n(out, json + i, 1);
}
