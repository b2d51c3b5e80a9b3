/* schema_next.c - the tables as a later version might have them: this version's steps, and one more. */
#define schema_version schema_version_now
#define schema_step schema_step_now
#include "../../module/state/schema.c"
#undef schema_version
#undef schema_step

extern const int schema_version;
const char *schema_step(int v);

const int schema_version = (int)(sizeof steps / sizeof *steps) + 1;

const char *schema_step(int v)
{
    return v < schema_version_now ? schema_step_now(v)
                                  : "CREATE TABLE later(learner TEXT PRIMARY KEY) WITHOUT ROWID;"
                                    "INSERT INTO later SELECT DISTINCT learner FROM member;";
}
