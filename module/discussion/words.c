/*
 * words.c - the table of what Afterword says to people, and the choice of language.
 *
 * Addressed as colleagues do: du, tu, tú, je. A placeholder stands in every language of its
 * row (tested), and no text claims what the moment it is sent at does not guarantee.
 */
#include "words.h"

#include <string.h>
#include <strings.h>

enum { EN, DE, FR, ES, NL, LANGUAGES };

const char *const words_languages[] = {"en", "de", "fr", "es", "nl", NULL};

static const struct {
    const char *name; /* part of the keys of what is sent: never change one */
    const char *in[LANGUAGES];
} rows[WORDS_COUNT] = {
    [WORDS_INVITATION] = {"invitation", {
        [EN] = "You have completed **{course}**. If you like, join the conversation about it: "
               "**{title}**\n\n{address}\n\n"
               "Taking part is voluntary; it does not count towards the course, and you can leave at any "
               "time.",
        [DE] = "Du hast **{course}** abgeschlossen. Wenn du magst, komm ins Gespräch darüber: "
               "**{title}**\n\n{address}\n\n"
               "Die Teilnahme ist freiwillig; sie zählt nicht für den Kurs, und du kannst jederzeit gehen.",
        [FR] = "Tu as terminé **{course}**. Si tu veux, rejoins la conversation à ce sujet : "
               "**{title}**\n\n{address}\n\n"
               "La participation est libre ; elle ne compte pas pour la formation, et tu peux partir à tout "
               "moment.",
        [ES] = "Has completado **{course}**. Si quieres, únete a la conversación sobre el curso: "
               "**{title}**\n\n{address}\n\n"
               "Participar es voluntario; no cuenta para el curso y puedes irte cuando quieras.",
        [NL] = "Je hebt **{course}** afgerond. Als je wilt, praat dan mee: **{title}**\n\n{address}\n\n"
               "Meedoen is vrijwillig; het telt niet mee voor de cursus en je kunt op elk moment weggaan.",
    }},
    [WORDS_NEWCOMER] = {"first", {
        [EN] = "Somebody has posted here for the first time. A kind word from you now makes it likely that "
               "they stay.",
        [DE] = "Hier hat jemand zum ersten Mal geschrieben. Ein freundliches Wort von dir, und die Person "
               "bleibt eher dabei.",
        [FR] = "Quelqu'un vient d'écrire ici pour la première fois. Un mot aimable de ta part lui donnera "
               "envie de rester.",
        [ES] = "Alguien ha escrito aquí por primera vez. Unas palabras amables tuyas le animarán a quedarse.",
        [NL] = "Iemand heeft hier voor het eerst iets geschreven. Een vriendelijk woord van jou maakt de kans "
               "groter dat die persoon blijft.",
    }},
    [WORDS_FLAGGED] = {"flag", {
        [EN] = "A post was flagged as inappropriate. Please look at it.",
        [DE] = "Ein Beitrag wurde als unangemessen gemeldet. Bitte sieh ihn dir an.",
        [FR] = "Un message a été signalé comme inapproprié. Merci d'y jeter un œil.",
        [ES] = "Un mensaje ha sido denunciado como inapropiado. Échale un vistazo, por favor.",
        [NL] = "Een bericht is als ongepast gemeld. Kijk er alsjeblieft naar.",
    }},
    [WORDS_BACKED] = {"votes", {
        [EN] = "Many colleagues back this post. Is it an idea for the business? You can recognise it, or say "
               "why not.",
        [DE] = "Viele unterstützen diesen Beitrag. Ist es eine Idee für das Unternehmen? Du kannst sie "
               "anerkennen oder sagen, warum nicht.",
        [FR] = "Beaucoup de collègues soutiennent ce message. Est-ce une idée pour l'entreprise ? Tu peux la "
               "retenir, ou dire pourquoi non.",
        [ES] = "Muchos compañeros apoyan este mensaje. ¿Es una idea para la empresa? Puedes reconocerla o "
               "decir por qué no.",
        [NL] = "Veel collega's steunen dit bericht. Is het een idee voor het bedrijf? Je kunt het erkennen, of "
               "zeggen waarom niet.",
    }},
    [WORDS_OVERDUE] = {"due", {
        [EN] = "This question has waited longer than this course allows. Please answer it, or say who can.",
        [DE] = "Diese Frage wartet länger, als es der Kurs erlaubt. Bitte beantworte sie, oder sag, wer es "
               "kann.",
        [FR] = "Cette question attend depuis plus longtemps que la formation ne le permet. Merci d'y répondre, "
               "ou de dire qui le peut.",
        [ES] = "Esta pregunta lleva esperando más de lo que permite el curso. Respóndela, por favor, o di quién "
               "puede hacerlo.",
        [NL] = "Deze vraag wacht langer dan deze cursus toestaat. Beantwoord haar alsjeblieft, of zeg wie dat "
               "kan.",
    }},
    [WORDS_CORRECTED] = {"corrected", {
        [EN] = "An expert has corrected a post in a topic that you read.",
        [DE] = "In einem Thema, das du gelesen hast, wurde ein Beitrag von fachkundiger Seite richtiggestellt.",
        [FR] = "Dans un sujet que tu as lu, un message a été corrigé par une personne experte.",
        [ES] = "En un tema que leíste, una persona experta ha corregido un mensaje.",
        [NL] = "In een onderwerp dat je hebt gelezen, heeft een deskundige een bericht rechtgezet.",
    }},
    [WORDS_HANDED_OVER] = {"offer", {
        [EN] = "Good morning. A colleague asked this and has no answer yet. Perhaps you know?",
        [DE] = "Guten Morgen. Jemand hat das gefragt und noch keine Antwort. Weißt du vielleicht etwas dazu?",
        [FR] = "Bonjour. Quelqu'un a posé cette question et n'a pas encore de réponse. Peut-être que tu sais ?",
        [ES] = "Buenos días. Alguien ha preguntado esto y aún no tiene respuesta. ¿Quizás tú lo sabes?",
        [NL] = "Goedemorgen. Een collega heeft dit gevraagd en heeft nog geen antwoord. Misschien weet jij het?",
    }},
    [WORDS_REPLIED] = {"replied", {
        [EN] = "Somebody has replied to what you asked.",
        [DE] = "Jemand hat auf deine Frage geantwortet.",
        [FR] = "Quelqu'un a répondu à ta question.",
        [ES] = "Alguien ha respondido a tu pregunta.",
        [NL] = "Iemand heeft op je vraag gereageerd.",
    }},
    [WORDS_ANSWERED] = {"answered", {
        [EN] = "What you asked has an official answer.",
        [DE] = "Auf deine Frage gibt es eine offizielle Antwort.",
        [FR] = "Ta question a reçu une réponse officielle.",
        [ES] = "Tu pregunta tiene una respuesta oficial.",
        [NL] = "Er is een officieel antwoord op je vraag.",
    }},
    [WORDS_RECOGNISED] = {"recognised", {
        [EN] = "This idea was recognised as worth pursuing.",
        [DE] = "Diese Idee wurde anerkannt und wird weiterverfolgt.",
        [FR] = "Cette idée a été retenue : elle mérite d'être poursuivie.",
        [ES] = "Esta idea ha sido reconocida: merece la pena seguir con ella.",
        [NL] = "Dit idee is erkend als de moeite waard.",
    }},
    [WORDS_IMPLEMENTED] = {"implemented", {
        [EN] = "This idea has been put into practice.",
        [DE] = "Diese Idee wurde umgesetzt.",
        [FR] = "Cette idée a été mise en pratique.",
        [ES] = "Esta idea se ha puesto en práctica.",
        [NL] = "Dit idee is in de praktijk gebracht.",
    }},
    [WORDS_DECLINED] = {"declined", {
        [EN] = "This idea will not be pursued for now.",
        [DE] = "Diese Idee wird vorerst nicht weiterverfolgt.",
        [FR] = "Cette idée ne sera pas poursuivie pour l'instant.",
        [ES] = "Por ahora no se seguirá con esta idea.",
        [NL] = "Met dit idee wordt voorlopig niets gedaan.",
    }},
    [WORDS_EARLIER] = {"earlier", {
        [EN] = "Asked and answered in earlier rooms",
        [DE] = "In früheren Räumen gefragt und beantwortet",
        [FR] = "Questions et réponses des salles précédentes",
        [ES] = "Preguntado y respondido en salas anteriores",
        [NL] = "Gevraagd en beantwoord in eerdere ruimtes",
    }},
    [WORDS_UNNAMED] = {"unnamed", {
        [EN] = "{name} asks not to be named and writes:",
        [DE] = "{name} möchte nicht genannt werden und schreibt:",
        [FR] = "{name} préfère ne pas être nommé·e et écrit :",
        [ES] = "{name} prefiere que no se le nombre y escribe:",
        [NL] = "{name} wil niet genoemd worden en schrijft:",
    }},
    [WORDS_ANONYMOUS] = {"anonymous", {
        [EN] = "Member {name}",
        [DE] = "Mitglied {name}",
        [FR] = "Membre {name}",
        [ES] = "Miembro {name}",
        [NL] = "Lid {name}",
    }},
    [WORDS_ROOM] = {"room", {
        [EN] = "room {room}",
        [DE] = "Raum {room}",
        [FR] = "salle {room}",
        [ES] = "sala {room}",
        [NL] = "ruimte {room}",
    }},
    [WORDS_OTHER] = {"other", {
        [EN] = "other",
        [DE] = "andere",
        [FR] = "autres",
        [ES] = "otros",
        [NL] = "overige",
    }},
};

/* The column of the longest beginning of the wish that there is; -1: none. */
static int column_of(const char *wish)
{
    size_t len = wish ? strlen(wish) : 0;
    while (len > 0) {
        for (int l = 0; l < LANGUAGES; l++)
            if (strlen(words_languages[l]) == len && strncasecmp(words_languages[l], wish, len) == 0)
                return l;
        while (len > 0 && wish[len - 1] != '-')
            len--;
        len -= len > 0;
    }
    return -1;
}

const char *words_in(enum words what, const char *const wishes[], size_t wish_count,
                     const char **out_language)
{
    int chosen = EN;
    for (size_t i = 0; i < wish_count; i++) {
        int l = column_of(wishes[i]);
        if (l >= 0 && rows[what].in[l]) {
            chosen = l;
            break;
        }
    }
    if (out_language)
        *out_language = words_languages[chosen];
    return rows[what].in[chosen];
}

const char *words_name(enum words what)
{
    return rows[what].name;
}

void words_fill(struct buf *b, const char *text, const char *const pairs[])
{
    for (; *text; text++) {
        size_t i = 0, len = *text == '{' ? strcspn(text, "}") : 0;
        while (len && text[len] && pairs[i] &&
               (strlen(pairs[i]) != len - 1 || memcmp(pairs[i], text + 1, len - 1) != 0))
            i += 2;
        if (len && text[len] && pairs[i]) {
            buf_puts(b, pairs[i + 1]);
            text += len;
        } else {
            buf_putc(b, *text);
        }
    }
}

void words_escape(struct buf *b, const char *text)
{
    for (const char *c = text; *c; c++) {
        unsigned char u = (unsigned char)*c;
        if (u < 0x20 || u == 0x7f) {
            buf_putc(b, ' ');
            continue;
        }
        if (strchr("\\`*_{}[]<>()#!|&~@+=:\"", *c))
            buf_putc(b, '\\');
        buf_putc(b, *c);
    }
}
