/*
 * manifest_xml.c - safe parsing, and reading of elements and attributes.
 *
 * Entities are refused when they are declared, before anything could expand: a
 * manifest has no use for them, and they are how a small file becomes a large
 * one or another file's text. A DOCTYPE alone is harmless: nothing is loaded.
 */
#include "manifest_xml.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "error.h"
#include "utf8.h"

#define PARSE_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA)

/* ---- parsing ----------------------------------------------------------------------- */

struct parse_state {
    bool entities;
    int code, line; /* of the first error that ended it */
    char message[256];
};

static void entity_declared(void *context, const xmlChar *name, int type, const xmlChar *public_id,
                            const xmlChar *system_id, xmlChar *content)
{
    xmlParserCtxt *ctxt = context;
    struct parse_state *state = ctxt->_private;

    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    state->entities = true;
    xmlStopParser(ctxt);
}

static xmlParserInput *nothing_outside(void *context, const xmlChar *public_id, const xmlChar *system_id)
{
    (void)context, (void)public_id, (void)system_id;
    return NULL;
}

/* The first fatal error is the cause; an undeclared prefix is none. */
static void note_error(void *context, xmlErrorPtr e)
{
    struct parse_state *state = ((xmlParserCtxt *)context)->_private;

    if (e->level != XML_ERR_FATAL || state->code)
        return;
    state->code = e->code;
    state->line = e->line;
    size_t n = e->message ? strcspn(e->message, "\r\n") : 0;
    snprintf(state->message, sizeof state->message, "%.*s", (int)n, e->message ? e->message : "");
}

static xmlDoc *parse(xmlParserCtxt *ctxt, const char *xml, size_t len, const char *encoding)
{
    struct parse_state *state = ctxt->_private;

    memset(state, 0, sizeof *state);
    ctxt->sax->entityDecl = entity_declared;
    ctxt->sax->resolveEntity = nothing_outside;
    ctxt->sax->serror = note_error;
    xmlDoc *doc = xmlCtxtReadMemory(ctxt, xml, (int)len, "imsmanifest.xml", encoding, PARSE_OPTIONS);
    if (doc && state->entities) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    return doc;
}

static int parse_error(const struct parse_state *state, aw_error *err)
{
    if (state->entities)
        return error_set(err, AW_EINVAL, "imsmanifest.xml",
                         "the manifest declares XML entities; they are refused because they can be "
                         "used to read other files or to fill the memory");
    if (state->code == XML_ERR_NO_MEMORY)
        return error_nomem(err, "imsmanifest.xml");
    if (state->code == XML_ERR_DOCUMENT_EMPTY || state->code == 0)
        return error_set(err, AW_EINVAL, "imsmanifest.xml", "the manifest is empty or not XML");
    /* The message may quote bytes that are no text. */
    return error_set(err, AW_EINVAL, "imsmanifest.xml", "the manifest is not well-formed XML: line %d: %s", state->line,
                     utf8_valid(state->message, strlen(state->message), NULL) ? state->message : "invalid characters");
}

/* Some tools write a blank line before the declaration, which XML forbids. */
static size_t leading_blanks(const char *xml, size_t len)
{
    size_t n = len >= 3 && memcmp(xml, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, start = n;

    while (n < len && (xml[n] == ' ' || xml[n] == '\t' || xml[n] == '\r' || xml[n] == '\n'))
        n++;
    return n > start ? n : 0;
}

int manifest_parse(const char *xml, size_t len, xmlDoc **out, const char **out_quirk, aw_error *err)
{
    size_t skip = leading_blanks(xml, len);
    xmlParserCtxt *ctxt = xmlNewParserCtxt();
    struct parse_state state = {0};
    xmlDoc *doc;
    int rc = AW_OK;

    if (!ctxt)
        return error_nomem(err, "imsmanifest.xml");
    *out_quirk = skip ? "The manifest begins with blank lines, which XML forbids; they were skipped." : NULL;
    ctxt->_private = &state;
    doc = parse(ctxt, xml + skip, len - skip, NULL);
    if (!doc && !state.entities && (state.code == XML_ERR_INVALID_ENCODING || state.code == XML_ERR_INVALID_CHAR)) {
        /* Says UTF-8, or nothing, and is what Windows wrote. */
        struct parse_state first = state;
        doc = parse(ctxt, xml + skip, len - skip, "windows-1252");
        *out_quirk = "The manifest is not in the encoding it declares; it was read as Windows-1252.";
        if (!doc && !state.entities)
            state = first;
    }
    if (!doc)
        rc = parse_error(&state, err);
    xmlFreeParserCtxt(ctxt);
    if (rc == AW_OK)
        *out = doc;
    return rc;
}

/* ---- elements and attributes ----------------------------------------------------------- */

/* An undeclared prefix is left in the name. */
static const char *local(const xmlChar *name)
{
    const char *n = (const char *)name, *colon = strrchr(n, ':');

    return colon ? colon + 1 : n;
}

bool xml_is(const xmlNode *node, const char *name)
{
    return node && node->type == XML_ELEMENT_NODE && strcasecmp(local(node->name), name) == 0;
}

xmlNode *xml_next(const xmlNode *node, const char *name)
{
    for (xmlNode *n = node ? node->next : NULL; n; n = n->next)
        if (xml_is(n, name))
            return n;
    return NULL;
}

xmlNode *xml_child(const xmlNode *node, const char *name)
{
    xmlNode *first = node ? node->children : NULL;

    return !first || xml_is(first, name) ? first : xml_next(first, name);
}

static const char *tidy(struct arena *a, const char *text, bool collapse)
{
    size_t len = strlen(text), n = 0;
    char *copy;

    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    copy = arena_text(a, text, len);
    if (!copy || !collapse)
        return copy;
    for (size_t i = 0; i < len; i++) {
        bool space = isspace((unsigned char)text[i]) != 0;
        if (!space)
            copy[n++] = text[i];
        else if (copy[n - 1] != ' ')
            copy[n++] = ' ';
    }
    copy[n] = '\0';
    return copy;
}

const char *xml_attr(struct arena *a, const xmlNode *node, const char *name)
{
    for (const xmlAttr *attr = node ? node->properties : NULL; attr; attr = attr->next) {
        if (strcasecmp(local(attr->name), name) != 0)
            continue;
        xmlChar *value = xmlNodeListGetString(attr->doc, attr->children, 1);
        const char *copy = tidy(a, value ? (const char *)value : "", false);
        xmlFree(value);
        return copy;
    }
    return NULL;
}

const char *xml_text(struct arena *a, const xmlNode *node)
{
    xmlChar *value = node ? xmlNodeGetContent(node) : NULL;
    const char *copy = value ? tidy(a, (const char *)value, true) : "";

    xmlFree(value);
    return copy ? copy : "";
}

/* ---- values ---------------------------------------------------------------------------- */

bool xml_bool(struct arena *a, const xmlNode *node, const char *name, bool *out)
{
    const char *text = xml_attr(a, node, name);

    if (!text)
        return false;
    if (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0 || strcasecmp(text, "yes") == 0)
        *out = true;
    else if (strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0 || strcasecmp(text, "no") == 0)
        *out = false;
    else
        return false;
    return true;
}

bool xml_number(const char *text, double *out)
{
    char copy[64], *end;
    size_t n = 0;

    for (; *text && n < sizeof copy - 1; text++)
        if (!isspace((unsigned char)*text))
            copy[n++] = *text == ',' ? '.' : *text; /* 0,8 of a German author */
    copy[n] = '\0';
    if (n == 0 || strspn(copy, "+-.0123456789eE") != n)
        return false;
    /* The host's locale may want a comma; this one is made and freed, as manifests are rare. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return false;
    double value = strtod_l(copy, &end, c_locale);
    freelocale(c_locale);
    if (*end || !isfinite(value))
        return false;
    *out = value;
    return true;
}

bool xml_real(struct arena *a, const xmlNode *node, const char *name, double *out)
{
    const char *text = xml_attr(a, node, name);

    return text && xml_number(text, out);
}
