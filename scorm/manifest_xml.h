/*
 * manifest_xml.h - what the manifest reader asks of libxml2.
 *
 * Names are compared without prefix and without case: manifests use undeclared
 * prefixes, other people's prefixes and scormtype for scormType.
 */
#ifndef SCORM_MANIFEST_XML_H
#define SCORM_MANIFEST_XML_H

#include <afterword/afterword.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Parses without network, DTD or entities. *out is freed with xmlFreeDoc().
 * *out_quirk names what had to be overlooked, or is NULL. */
int manifest_parse(const char *xml, size_t len, xmlDoc **out, const char **out_quirk, aw_error *err);

bool xml_is(const xmlNode *node, const char *name); /* an element of that name */
/* The first child of that name, and the next sibling. NULL, NULL-safe. */
xmlNode *xml_child(const xmlNode *node, const char *name);
xmlNode *xml_next(const xmlNode *node, const char *name);
/* Attribute value, white space around it taken off; "" if it is empty, NULL if it is
 * not there or memory ran out (see a->error). The prefix may be anything. */
const char *xml_attr(struct arena *a, const xmlNode *node, const char *name);
/* Text of an element, white space collapsed; "" if it has none or node is NULL. */
const char *xml_text(struct arena *a, const xmlNode *node);

/* Read leniently; false: not there, or not one, and *out is kept. */
bool xml_bool(struct arena *a, const xmlNode *node, const char *name, bool *out);
bool xml_real(struct arena *a, const xmlNode *node, const char *name, double *out);
bool xml_number(const char *text, double *out);

#endif
