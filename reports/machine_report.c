#include "reports/machine_report.h"

void machine_report(struct emit *e, const struct check *checks, int n)
{
    static const struct emit_column columns[] = {{"name", "check", 0}, {"status", "status", 0}, {"detail", "found", 0},
                                                 {"fix", NULL, 0}};
    emit_table(e, "checks", "Checks", columns, 4);
    for (int i = 0; i < n; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, checks[i].name);
        emit_string(e, NULL, NULL, checks[i].status);
        emit_string(e, NULL, NULL, checks[i].detail);
        emit_string(e, NULL, NULL, checks[i].fix);
    }
    emit_table_end(e);
    for (int i = 0; i < n; i++)
        if (checks[i].fix) {
            struct str line;
            str_init(&line);
            str_addf(&line, "%s: what would help: %s", checks[i].name, checks[i].fix);
            emit_note(e, line.text);
            str_free(&line);
        }
}
