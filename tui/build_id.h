/* Which build this is. */
#ifndef TUI_BUILD_ID_H
#define TUI_BUILD_ID_H

/* The build ID that the linker wrote into the program, in hexadecimal; "without an ID" if it wrote none. Static storage. */
const char *build_id(void);

#endif
