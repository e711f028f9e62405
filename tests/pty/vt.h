/* A terminal that exists only in memory: bytes in, screen out (libvterm). */
#ifndef TESTS_PTY_VT_H
#define TESTS_PTY_VT_H

#include <stdbool.h>
#include <stddef.h>

struct vt;

struct vt *vt_open(int columns, int rows);
void vt_close(struct vt *v); /* accepts NULL */

void vt_feed(struct vt *v, const char *bytes, size_t n);
void vt_resize(struct vt *v, int columns, int rows);

/* All rows as UTF-8, each ended by a newline; static until the next call. */
const char *vt_text(struct vt *v);

/* How a cell looks: VT_ bits; 0 outside of the screen. */
enum { VT_BOLD = 1, VT_UNDERLINE = 2, VT_REVERSE = 4, VT_COLOUR = 8 };
unsigned vt_look(const struct vt *v, int column, int row);

/* What programs switch on and must switch off again. */
bool vt_alternate(const struct vt *v); /* the alternate screen */
bool vt_cursor(const struct vt *v);    /* the cursor is shown */
bool vt_mouse(const struct vt *v);     /* the mouse is reported */

#endif
