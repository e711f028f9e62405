/* What a parameter is for, independent of how a file calls it. */
#ifndef ANALYZER_MODEL_ROLES_H
#define ANALYZER_MODEL_ROLES_H

enum role {
#define ROLE(name, component) ROLE_##name,
#include "analyzer/model/roles.def"
#undef ROLE
    ROLES
};

#endif
