/* The interactive program, and one screen of it as text. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "analyzer/base/err.h"
#include "analyzer/base/progress.h"
#include "analyzer/base/str.h"
#include "tui/options.h"

/* Runs until the user leaves. Uses of the settings: the model, batch, seq, threads, budget, overhead, unfused, seed,
 * theme, ascii, no_mouse, script, size. ERR_MACHINE when there is no usable terminal. A deadly signal (SIGTERM, SIGHUP, SIGQUIT) ends the
 * process as it would without this program, after the terminal was given back.
 *
 * A script (script.h) is played first. Where standard input and output are no terminal it is all there is: the program ends with it, and
 * `progress` can cancel it. `out`: what the script printed. */
WARN_UNUSED int tui_run(const struct settings *s, const struct progress *progress, struct str *out, struct err *e);

/* Opens and measures the model of the settings and appends the named screen ("overview", "layers", "heads", "log", "help") to
 * `out` as text. */
WARN_UNUSED int tui_draw(const struct settings *s, const char *screen, int columns, int rows,
                         const struct progress *progress, struct str *out, struct err *e);

#endif
