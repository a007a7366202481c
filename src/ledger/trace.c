/* SPDX-License-Identifier: Apache-2.0 */
/* One recursive query each way over the links. A node is reported once, at the fewest steps; the
 * depth is bounded, so that a circle of links ends. */
#include <string.h>

#include "inside.h"

#define TRACE_SQL(near, far)                                                                       \
    "WITH RECURSIVE walk(node, depth) AS ("                                                        \
    " SELECT " far ", 1 FROM link WHERE " near " = $1"                                             \
    " UNION SELECT link." far ", walk.depth + 1 FROM walk JOIN link ON link." near " = walk.node"  \
    " WHERE walk.depth < 64),"                                                                     \
    " reached(node, depth) AS (SELECT node, min(depth) FROM walk WHERE node <> $1 GROUP BY node)"  \
    " SELECT reached.node, link.role, reached.depth, link." near ", record.doc, record.kind,"      \
    " record.id, record.seq FROM reached JOIN link ON link." far " = reached.node"                 \
    " LEFT JOIN reached AS before ON before.node = link." near                                     \
    " LEFT JOIN record ON record.node = reached.node"                                              \
    " WHERE before.depth = reached.depth - 1 OR (reached.depth = 1 AND link." near " = $1)"        \
    " ORDER BY reached.depth, reached.node, link." near ", link.role"

struct tracing {
    json_t *list;
    char last[200];
};

static moly_status take_step(void *context, const store_value *c, moly_error *err)
{
    struct tracing *tracing = context;
    const char *node = store_get_text(&c[0]);
    if (strcmp(node, tracing->last) == 0) {
        return MOLY_OK; /* by a second way of the same length */
    }
    (void)snprintf(tracing->last, sizeof tracing->last, "%s", node);
    json_t *doc = NULL;
    moly_status status = MOLY_OK;
    if (!c[4].is_null) {
        status = moly_json_parse(store_get_text(&c[4]), c[4].length, &doc, err);
        if (!status && (json_object_set_new(doc, "kind", json_string(store_get_text(&c[5]))) != 0 ||
                        json_object_set_new(doc, "id", json_string(store_get_text(&c[6]))) != 0 ||
                        json_object_set_new(doc, "seq", json_integer(c[7].i)) != 0)) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    json_t *step = status ? NULL
                          : json_pack("{s:s, s:s, s:I, s:s, s:O?}", "node", node, "role",
                                      store_get_text(&c[1]), "depth", (json_int_t)c[2].i, "via",
                                      store_get_text(&c[3]), "record", doc);
    if (!status && json_array_append_new(tracing->list, step) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(doc);
    return status;
}

moly_status moly_ledger_trace(const moly_ledger_reader *reader, const char *node, json_t **trace,
                              moly_error *err)
{
    *trace = NULL;
    struct tracing backward = {.list = json_array()}, forward = {.list = json_array()};
    moly_status status = store_query(reader->store, TRACE_SQL("from_node", "to_node"),
                                     STORE_VALUES(store_text(node)), take_step, &backward, err);
    if (!status) {
        status = store_query(reader->store, TRACE_SQL("to_node", "from_node"),
                             STORE_VALUES(store_text(node)), take_step, &forward, err);
    }
    if (!status && json_array_size(backward.list) + json_array_size(forward.list) == 0) {
        int64_t n = 0;
        status = store_query_int(reader->store, "SELECT count(*) FROM record WHERE node = $1",
                                 STORE_VALUES(store_text(node)), &n, NULL, err);
        if (!status && n == 0) {
            status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "nothing is known of '%.200s'", node);
        }
    }
    if (!status) {
        *trace = json_pack("{s:s, s:O, s:O}", "node", node, "backward", backward.list, "forward",
                           forward.list);
        status = *trace ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(backward.list);
    json_decref(forward.list);
    return status;
}
