/* A tree of calls as files for other programs and for people. */
#ifndef REPORTS_FLAME_H
#define REPORTS_FLAME_H

#include "analyzer/base/str.h"
#include "analyzer/measure/call_tree.h"

/* Folded stacks: "Feed-forward;output;op_linear_forward 123" for every node in which samples ended. */
void flame_folded(const struct call_tree *t, struct str *out);

/* The flame graph as an SVG file without scripts and addresses of other files, the root below: a rectangle as wide as its share
 * of the samples (Gregg, The Flame Graph, 2016). Its colour is the component. Rectangles below a fifth of a pixel are left out. */
void flame_svg(const struct call_tree *t, const struct sampled *s, struct str *out);

#endif
