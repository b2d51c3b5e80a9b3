/*
 * vocab.c - the table of verbs and activity types.
 *
 * Verbs are those that dashboards already know (docs/statements.md): ADL's for
 * completion and SCORM, Activity Streams', Tin Can registry's, ADL profiles'
 * for the rest. None is minted by us. A verb's English display is part of the
 * statement's bytes and must not change between releases.
 */
#include "vocab.h"

#include <string.h>

#define ADL "http://adlnet.gov/expapi/verbs/"
#define AS "http://activitystrea.ms/"
#define TINCAN "http://id.tincanapi.com/verb/"
#define ADL_TYPE "http://adlnet.gov/expapi/activities/"
#define TINCAN_TYPE "http://id.tincanapi.com/activitytype/"

#define TEXT(literal) {(literal), sizeof(literal) - 1}
#define VERB(id, en_, de_, es_, fr_)                                                               \
    {.iri = (id), .en = (en_),                                                                     \
     .open = TEXT("\"verb\":{\"id\":\"" id "\",\"display\":{\"en\":\"" en_ "\""),                  \
     .display = {(de_), (es_), (fr_)},                                                             \
     .more = {TEXT(",\"de\":\"" de_ "\""), TEXT(",\"es\":\"" es_ "\""), TEXT(",\"fr\":\"" fr_ "\"")}}
#define TYPE(id) {.iri = (id), .member = TEXT("\"type\":\"" id "\"")}

const struct vocab_verb vocab_verbs[XAPI_VERB_COUNT] = {
    [XAPI_COMPLETED] = VERB(ADL "completed", "completed", "abgeschlossen", "completó", "a terminé"),
    [XAPI_PASSED] = VERB(ADL "passed", "passed", "bestanden", "aprobó", "a réussi"),
    [XAPI_FAILED] = VERB(ADL "failed", "failed", "nicht bestanden", "suspendió", "a échoué"),
    [XAPI_INITIALIZED] = VERB(ADL "initialized", "initialized", "begonnen", "inició", "a commencé"),
    [XAPI_RESUMED] = VERB(ADL "resumed", "resumed", "fortgesetzt", "reanudó", "a repris"),
    [XAPI_SUSPENDED] =
        VERB(ADL "suspended", "suspended", "unterbrochen", "interrumpió", "a interrompu"),
    [XAPI_TERMINATED] = VERB(ADL "terminated", "terminated", "beendet", "finalizó", "a quitté"),
    [XAPI_SCORED] = VERB(ADL "scored", "scored", "Punkte erzielt", "puntuó", "a obtenu"),
    [XAPI_PROGRESSED] =
        VERB(ADL "progressed", "progressed", "vorangekommen", "avanzó", "a progressé"),
    [XAPI_RESPONDED] =
        VERB(ADL "responded", "responded", "geantwortet", "respondió", "a répondu"),
    [XAPI_COMMENTED] =
        VERB(ADL "commented", "commented", "kommentiert", "comentó", "a commenté"),
    [XAPI_CREATED] = VERB(AS "create", "created", "angelegt", "creó", "a créé"),
    [XAPI_UNLOCKED] = VERB("https://w3id.org/xapi/seriousgames/verbs/unlocked", "unlocked",
                           "freigeschaltet", "desbloqueó", "a débloqué"),
    [XAPI_RECEIVED] = VERB(AS "receive", "received", "erhalten", "recibió", "a reçu"),
    [XAPI_VIEWED] = VERB(TINCAN "viewed", "viewed", "angesehen", "vio", "a consulté"),
    [XAPI_POSTED] = VERB("https://w3id.org/xapi/acrossx/verbs/posted", "posted", "veröffentlicht",
                         "publicó", "a publié"),
    [XAPI_REPLIED] = VERB(TINCAN "replied", "replied", "geantwortet", "respondió", "a répondu"),
    [XAPI_ACCEPTED] = VERB(AS "accept", "accepted", "angenommen", "aceptó", "a accepté"),
    [XAPI_RETRACTED] = VERB(AS "retract", "retracted", "zurückgezogen", "retiró", "a retiré"),
    [XAPI_CORRECTED] = VERB("https://w3id.org/xapi/dod-isd/verbs/corrected", "corrected",
                            "berichtigt", "corrigió", "a corrigé"),
    [XAPI_VOTED_UP] = VERB(TINCAN "voted-up", "voted up", "hochgestuft", "votó a favor de",
                           "a voté pour"),
    [XAPI_FLAGGED] = VERB(AS "flag-as-inappropriate", "flagged", "gemeldet", "denunció",
                          "a signalé"),
    [XAPI_APPROVED] = VERB(AS "approve", "approved", "anerkannt", "aprobó", "a approuvé"),
    [XAPI_IMPLEMENTED] = VERB("https://w3id.org/xapi/dod-isd/verbs/implemented", "implemented",
                              "umgesetzt", "implementó", "a mis en œuvre"),
    [XAPI_DECLINED] = VERB(AS "deny", "denied", "abgelehnt", "rechazó", "a refusé"),
    [XAPI_FOLLOWED] = VERB(AS "follow", "followed", "abonniert", "siguió", "a suivi"),
    [XAPI_UNFOLLOWED] = VERB(AS "stop-following", "stopped following", "abbestellt",
                             "dejó de seguir", "a cessé de suivre"),
    [XAPI_LEFT] = VERB(AS "leave", "left", "verlassen", "abandonó", "a quitté"),
    [XAPI_VOIDED] = VERB(ADL "voided", "voided", "für ungültig erklärt", "anuló", "a annulé"),
};

const struct vocab_type vocab_types[XAPI_TYPE_COUNT] = {
    [XAPI_TYPE_COURSE] = TYPE(ADL_TYPE "course"),
    [XAPI_TYPE_MODULE] = TYPE(ADL_TYPE "module"),
    [XAPI_TYPE_LESSON] = TYPE(ADL_TYPE "lesson"),
    [XAPI_TYPE_ATTEMPT] = TYPE(ADL_TYPE "attempt"),
    [XAPI_TYPE_OBJECTIVE] = TYPE(ADL_TYPE "objective"),
    /* not .../interaction: ADL's own template and LRSs want cmi.interaction */
    [XAPI_TYPE_INTERACTION] = TYPE(ADL_TYPE "cmi.interaction"),
    [XAPI_TYPE_PROFILE] = TYPE(ADL_TYPE "profile"),
    [XAPI_TYPE_DISCUSSION] = TYPE("https://w3id.org/xapi/acrossx/activities/online-discussion"),
    [XAPI_TYPE_TOPIC] = TYPE(TINCAN_TYPE "discussion"),
    [XAPI_TYPE_POST] = TYPE(TINCAN_TYPE "forum-reply"),
    [XAPI_TYPE_ALERT] = TYPE(AS "alert"),
    [XAPI_TYPE_TAG] = TYPE(TINCAN_TYPE "tag"),
    [XAPI_TYPE_NONE] = {NULL, {"", 0}},
};

static const char languages[VOCAB_LANGUAGES][3] = {"de", "es", "fr"};

int vocab_language(const char *tag)
{
    if (!tag || !tag[0] || !tag[1] || (tag[2] && tag[2] != '-'))
        return -1;
    for (int i = 0; i < VOCAB_LANGUAGES; i++)
        if ((tag[0] | 0x20) == languages[i][0] && (tag[1] | 0x20) == languages[i][1])
            return i;
    return -1;
}

int vocab_verb_by_iri(const char *iri)
{
    for (int i = 0; i < XAPI_VERB_COUNT; i++)
        if (strcmp(vocab_verbs[i].iri, iri) == 0)
            return i;
    return -1;
}

const char *xapi_verb_iri(enum xapi_verb v)
{
    return (unsigned)v < XAPI_VERB_COUNT ? vocab_verbs[v].iri : NULL;
}

const char *xapi_verb_display(enum xapi_verb v, const char *language)
{
    if ((unsigned)v >= XAPI_VERB_COUNT)
        return NULL;
    if (!language || strcmp(language, "en") == 0 || strncmp(language, "en-", 3) == 0)
        return vocab_verbs[v].en;
    int i = vocab_language(language);
    return i < 0 ? NULL : vocab_verbs[v].display[i];
}

const char *xapi_type_iri(enum xapi_type t)
{
    return (unsigned)t < XAPI_TYPE_COUNT ? vocab_types[t].iri : NULL;
}
