/* Numbers for people: about three significant digits and a unit. Everything that is shown, in a terminal or in a
 * report, is written by these. Each returns `out`. */
#ifndef REPORTS_FORMAT_H
#define REPORTS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/measure/stats.h"

enum { FORMAT_SIZE = 32 };

/* 109482240 -> "109.5 M"; below 10000 the number itself. Steps of 1000. */
char *format_count(char out[FORMAT_SIZE], double n);
/* Bytes in steps of 1000: "438.0 MB". */
char *format_bytes(char out[FORMAT_SIZE], double bytes);
/* "12.3 ms"; unit by size: ns, us, ms, s. */
char *format_ns(char out[FORMAT_SIZE], double ns);
/* Share of one as percent: 0.123 -> "12.3%". */
char *format_share(char out[FORMAT_SIZE], double share);
/* FLOP/s: "105.2 GFLOP/s". */
char *format_flops(char out[FORMAT_SIZE], double flops);
/* bytes/s: "12.3 GB/s". */
char *format_rate(char out[FORMAT_SIZE], double bytes);
/* A plain ratio: "1.04". */
char *format_ratio(char out[FORMAT_SIZE], double ratio);
/* A figure without a unit that may have any size: three significant digits, "0.0123". */
char *format_score(char out[FORMAT_SIZE], double x);
/* A metric or a loss: "0.9083". */
char *format_metric(char out[FORMAT_SIZE], double x);
/* The change of a metric in points, hundredths of one: -0.0034 -> "-0.34". */
char *format_points(char out[FORMAT_SIZE], double change);
/* Half the width of the interval of the median, as a percentage of it: "0.8%"; "?" while n < 6, where no
 * distribution-free interval reaches 95 %. */
char *format_spread(char out[FORMAT_SIZE], const struct spread *s);

#endif
