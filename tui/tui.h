/* The interactive program, and one screen of it as text. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "analyzer/base/err.h"
#include "analyzer/base/progress.h"
#include "analyzer/base/str.h"
#include "tui/options.h"

/* Runs until the user leaves. Uses of the settings: the model, batch, seq, threads, budget, overhead, unfused, seed,
 * theme, ascii, no_mouse. ERR_MACHINE when there is no usable terminal. A deadly signal (SIGTERM, SIGHUP, SIGQUIT) ends the
 * process as it would without this program, after the terminal was given back. */
WARN_UNUSED int tui_run(const struct settings *s, struct err *e);

/* Opens and measures the model of the settings and appends the named screen ("overview", "layers", "heads", "log", "help") to
 * `out` as text. */
WARN_UNUSED int tui_draw(const struct settings *s, const char *screen, int columns, int rows,
                         const struct progress *progress, struct str *out, struct err *e);

#endif
