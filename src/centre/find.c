/* SPDX-License-Identifier: Apache-2.0 */
/* What a scanned code names. Application identifiers: GS1 General Specifications, section 3.2;
 * Moly's own labels carry the record in AI 90. */
#include "screens.h"

#include <ctype.h>

#include "moly/centre/work.h"

enum { CODE_SIZE = 201, PART_SIZE = 91, MOST_KINDS = 128, LOOKED_AT = 1000, MOST_FOUND = 20 };
#define SEPARATOR "\x1d" /* FNC1, as scanners type it */

typedef struct gs1 {
    char gtin[PART_SIZE], lot[PART_SIZE], serial[PART_SIZE], expiry[PART_SIZE], node[PART_SIZE];
} gs1;

/* Identifiers that are on packages of medicines; `length` of its digits, 0: up to a separator. */
static const struct {
    const char *ai;
    size_t length;
    size_t member; /* offset in gs1; SIZE_MAX: not wanted */
} identifiers[] = {
    {"01", 14, offsetof(gs1, gtin)},
    {"10", 0, offsetof(gs1, lot)},
    {"17", 6, offsetof(gs1, expiry)},
    {"21", 0, offsetof(gs1, serial)},
    {"90", 0, offsetof(gs1, node)},
    {"02", 14, SIZE_MAX},
    {"11", 6, SIZE_MAX},
    {"13", 6, SIZE_MAX},
    {"15", 6, SIZE_MAX},
    {"240", 0, SIZE_MAX},
    {"30", 0, SIZE_MAX},
    {"37", 0, SIZE_MAX},
    {"710", 0, SIZE_MAX},
    {"91", 0, SIZE_MAX},
    {"93", 0, SIZE_MAX},
};

/* One element at `at`, in brackets or not; NULL where none begins. */
static const char *read_element(const char *at, gs1 *out)
{
    bool is_bracketed = *at == '(';
    const char *ai = at + is_bracketed;
    for (size_t i = 0; i < sizeof identifiers / sizeof identifiers[0]; i++) {
        size_t n = strlen(identifiers[i].ai), length = identifiers[i].length;
        if (strncmp(ai, identifiers[i].ai, n) != 0 || (is_bracketed && ai[n] != ')')) {
            continue;
        }
        const char *value = ai + n + is_bracketed;
        const char *stops = is_bracketed ? SEPARATOR "(" : SEPARATOR;
        size_t there = strcspn(value, stops);
        if (there == 0 || there >= PART_SIZE || (length > 0 && there < length)) {
            return NULL;
        }
        there = length > 0 ? length : there;
        if (length > 0 && strspn(value, "0123456789") < length) {
            return NULL;
        }
        if (identifiers[i].member != SIZE_MAX) {
            (void)snprintf((char *)out + identifiers[i].member, PART_SIZE, "%.*s", (int)there,
                           value);
        }
        return value + there;
    }
    return NULL;
}

/* The whole code is a string of elements. */
static bool read_gs1(const char *code, gs1 *out)
{
    const char *at = code[0] == ']' && strlen(code) > 3 ? code + 3 : code;
    memset(out, 0, sizeof *out);
    while (at && *at) {
        at = *at == SEPARATOR[0] ? at + 1 : read_element(at, out);
    }
    return at != NULL && (out->lot[0] || out->serial[0] || out->gtin[0] || out->node[0]);
}

/* ---- what is there ------------------------------------------------------------------------------
 */

typedef struct finding {
    const moly_ledger_reader *reader;
    json_t *found;
} finding;

static moly_status put(finding *f, json_t *record, moly_error *err)
{
    size_t i;
    const json_t *there;
    json_array_foreach(f->found, i, there)
    {
        if (record_is(there, "id", record_text(record, "id")) &&
            record_is(there, "kind", record_text(record, "kind"))) {
            return MOLY_OK;
        }
    }
    bool is_full = json_array_size(f->found) >= MOST_FOUND;
    return is_full || json_array_append(f->found, record) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* No record can have another. */
static bool is_id(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == '\x7f') {
            return false;
        }
    }
    return text[0] && strlen(text) < PART_SIZE;
}

static moly_status find_id(finding *f, const char *kind, const char *id, moly_error *err)
{
    json_t *record = NULL;
    moly_error absent = {0};
    if (!is_id(id)) {
        return MOLY_OK;
    }
    moly_status status = moly_ledger_record(f->reader, kind, id, &record, &absent);
    if (!status) {
        status = put(f, record, err);
        json_decref(record);
        return status;
    }
    return status == MOLY_ERR_NOT_FOUND ? MOLY_OK
                                        : moly_fail(err, status, absent.rule, absent.file,
                                                    absent.line, "%s", absent.message);
}

static void add_kind(const char *kinds[MOST_KINDS], size_t *n, const char *kind)
{
    for (size_t i = 0; i < *n; i++) {
        if (!kind || strcmp(kinds[i], kind) == 0) {
            return;
        }
    }
    if (kind && *n < MOST_KINDS) {
        kinds[(*n)++] = kind;
    }
}

/* Everything that an act makes or takes. */
static size_t all_kinds(const char *kinds[MOST_KINDS])
{
    size_t n = 0, n_acts = 0;
    const moly_act *const *acts = moly_acts(&n_acts);
    for (size_t i = 0; i < n_acts; i++) {
        add_kind(kinds, &n, acts[i]->subject_kind);
        for (size_t k = 0; k < acts[i]->declaration.n_params; k++) {
            add_kind(kinds, &n, acts[i]->declaration.params[k].record);
        }
    }
    return n;
}

static moly_status find_node(finding *f, const char *node, moly_error *err)
{
    const char *kinds[MOST_KINDS], *slash = strchr(node, '/');
    char kind[PART_SIZE], upper[CODE_SIZE];
    const char *id = slash ? slash + 1 : node;
    moly_status status = MOLY_OK;
    (void)snprintf(kind, sizeof kind, "%.*s", slash ? (int)(slash - node) : 0, node);
    (void)snprintf(upper, sizeof upper, "%s", id);
    for (char *c = upper; *c; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    size_t n = all_kinds(kinds);
    for (size_t i = 0; i < n && !status; i++) {
        if (!slash || strcmp(kinds[i], kind) == 0) {
            status = find_id(f, kinds[i], id, err);
            status = status ? status : find_id(f, kinds[i], upper, err);
        }
    }
    return status;
}

/* What makers number: among the newest of each kind. */
static moly_status find_number(finding *f, const char *number, moly_error *err)
{
    static const char *const numbered[][2] = {
        {"lot", "number"}, {"generator", "serial"}, {"instrument", "serial"}, {"source", "serial"},
        {"vial", "lot"},   {"package", "number"},   {"material", "number"},   {"material", "lot"},
    };
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof numbered / sizeof numbered[0] && !status && number[0]; i++) {
        const moly_record_query query = {
            .kind = numbered[i][0], .limit = LOOKED_AT, .newest_first = true};
        json_t *records = NULL, *record;
        size_t k;
        status = moly_ledger_records(f->reader, &query, &records, err);
        json_array_foreach(records, k, record)
        {
            if (!status && record_is(record, numbered[i][1], number)) {
                status = put(f, record, err);
            }
        }
        json_decref(records);
    }
    return status;
}

static json_t *gs1_json(const gs1 *g)
{
    const struct {
        const char *name, *value;
    } parts[] = {{"gtin", g->gtin}, {"lot", g->lot}, {"serial", g->serial}, {"expiry", g->expiry}};
    json_t *json = json_object();
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].value[0] &&
            json_object_set_new(json, parts[i].name, json_string(parts[i].value)) != 0) {
            json_decref(json);
            return NULL;
        }
    }
    return json;
}

static moly_status find_all(finding *f, const char *code, const gs1 *parts, moly_error *err)
{
    moly_status status = parts ? MOLY_OK : find_node(f, code, err);
    if (parts && parts->node[0]) {
        status = find_node(f, parts->node, err);
    }
    if (!status && !parts && json_array_size(f->found) == 0) {
        status = find_number(f, code, err);
    }
    if (!status && parts) {
        status = find_number(f, parts->serial, err);
    }
    if (!status && parts && json_array_size(f->found) == 0) {
        status = find_number(f, parts->lot, err);
    }
    return status;
}

moly_status moly_centre_find(const moly_ledger_reader *reader, const char *code, json_t **found,
                             moly_error *err)
{
    char text[CODE_SIZE];
    gs1 parts;
    size_t from = strspn(code, " \t\r\n"), n = strlen(code + from);
    *found = NULL;
    while (n > 0 && isspace((unsigned char)code[from + n - 1])) {
        n--;
    }
    if (n == 0 || n >= sizeof text) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "code: 1 to %d characters are looked up, not %zu",
                         CODE_SIZE - 1, n);
    }
    (void)snprintf(text, sizeof text, "%.*s", (int)n, code + from);
    bool is_gs1 = read_gs1(text, &parts);
    finding f = {reader, json_array()};
    moly_status status =
        f.found ? find_all(&f, text, is_gs1 ? &parts : NULL, err) : MOLY_NO_MEMORY(err);
    /* A number that only looks like elements: "10..." may be anybody's serial. */
    if (!status && is_gs1 && json_array_size(f.found) == 0) {
        status = find_all(&f, text, NULL, err);
    }
    if (!status) {
        *found = json_pack("{s:s, s:o, s:O}", "code", text, "gs1",
                           is_gs1 ? gs1_json(&parts) : json_null(), "results", f.found);
        status = *found ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(f.found);
    return status;
}
