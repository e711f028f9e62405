/* One walk into two forms at once. */
#ifndef REPORTS_BOTH_H
#define REPORTS_BOTH_H

#include "reports/emit.h"

/* What is emitted goes to `shown` and to `kept`. emit_finish finishes both: the text of `shown` is its result, that of `kept` is
 * appended to `kept_text` (initialized, borrowed until then). */
struct emit *emit_both(struct emit *shown, struct emit *kept, struct str *kept_text);

#endif
