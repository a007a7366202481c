/* SPDX-License-Identifier: Apache-2.0 */
/* A yardl schema (JSON) to types. */
#include <jansson.h>
#include <string.h>

#include "moly/base/json.h"

#include "yardl.h"

enum { MOST_DEPTH = 48, MOST_TYPES = 20000 };

/* What the names of type parameters stand for, innermost first. */
typedef struct scope {
    const char *name;
    const yardl_type *type;
    const struct scope *outer;
} scope;

typedef struct builder {
    moly_arena *arena;
    const json_t *types; /* by name, of the schema */
    size_t n_made;
    int depth;
    moly_error *err;
} builder;

static const yardl_type *build(builder *b, const json_t *json, const scope *names);

static const yardl_type *fail(builder *b, const char *what, const char *name)
{
    (void)MOLY_FAIL(b->err, MOLY_ERR_DATA, "yardl schema: %s%s%.60s%s", what, name ? " '" : "",
                    name ? name : "", name ? "'" : "");
    return NULL;
}

static yardl_type *new_type(builder *b, yardl_kind kind, size_t n)
{
    if (b->n_made++ > MOST_TYPES) {
        (void)fail(b, "too many types", NULL);
        return NULL;
    }
    yardl_type *t = moly_arena_alloc(b->arena, 1, sizeof *t);
    if (t) {
        t->kind = kind;
        t->n = n;
        t->parts = moly_arena_alloc(b->arena, n + 1, sizeof(void *));
        t->names = moly_arena_alloc(b->arena, n + 1, sizeof *t->names);
        t->lengths = moly_arena_alloc(b->arena, n + 1, sizeof *t->lengths);
    }
    if (!t || !t->parts || !t->names || !t->lengths) {
        (void)MOLY_NO_MEMORY(b->err);
        return NULL;
    }
    return t;
}

static const yardl_type *build_primitive(builder *b, const char *name)
{
    static const struct {
        const char *name;
        yardl_kind kind;
    } primitives[] = {
        {"bool", YARDL_BOOL},
        {"uint8", YARDL_UINT},
        {"uint16", YARDL_UINT},
        {"uint32", YARDL_UINT},
        {"uint64", YARDL_UINT},
        {"size", YARDL_UINT},
        {"int8", YARDL_INT},
        {"int16", YARDL_INT},
        {"int32", YARDL_INT},
        {"int64", YARDL_INT},
        {"date", YARDL_INT},
        {"time", YARDL_INT},
        {"datetime", YARDL_INT},
        {"float32", YARDL_FLOAT32},
        {"float64", YARDL_FLOAT64},
        {"complexfloat32", YARDL_COMPLEX32},
        {"complexfloat64", YARDL_COMPLEX64},
        {"string", YARDL_STRING},
    };
    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++) {
        if (strcmp(primitives[i].name, name) == 0) {
            return new_type(b, primitives[i].kind, 0);
        }
    }
    return fail(b, "no type", name);
}

static const yardl_type *build_record(builder *b, const json_t *fields, const scope *names)
{
    yardl_type *t = new_type(b, YARDL_RECORD, json_array_size(fields));
    for (size_t i = 0; t && i < t->n; i++) {
        const json_t *field = json_array_get(fields, i);
        const char *name = json_string_value(json_object_get(field, "name"));
        t->names[i] = moly_arena_strdup(b->arena, name ? name : "");
        t->parts[i] = t->names[i] ? build(b, json_object_get(field, "type"), names) : NULL;
        if (!t->parts[i]) {
            return NULL;
        }
    }
    return t;
}

static const yardl_type *build_union(builder *b, const json_t *cases, const scope *names)
{
    yardl_type *t = new_type(b, YARDL_UNION, json_array_size(cases));
    for (size_t i = 0; t && i < t->n; i++) {
        const json_t *one = json_array_get(cases, i);
        const char *tag = json_string_value(json_object_get(one, "tag"));
        t->names[i] = moly_arena_strdup(b->arena, tag ? tag : "");
        if (!t->names[i]) {
            return NULL;
        }
        if (!json_is_null(one)) {
            t->parts[i] = build(b, tag ? json_object_get(one, "type") : one, names);
            if (!t->parts[i]) {
                return NULL;
            }
        }
    }
    return t;
}

static const yardl_type *build_array(builder *b, const json_t *json, const scope *names)
{
    const json_t *dimensions = json_object_get(json, "dimensions");
    const json_int_t count = json_is_integer(dimensions) ? json_integer_value(dimensions)
                                                         : (json_int_t)json_array_size(dimensions);
    if (count < 0 || count > 16) {
        return fail(b, "an array of too many dimensions", NULL);
    }
    yardl_type *t = new_type(b, YARDL_ARRAY, (size_t)count);
    const yardl_type *items = t ? build(b, json_object_get(json, "items"), names) : NULL;
    if (!items) {
        return NULL;
    }
    t->parts[0] = items;
    for (size_t i = 0; i < t->n; i++) {
        const json_t *length = json_object_get(json_array_get(dimensions, i), "length");
        t->lengths[i] = json_is_integer(length) ? (int64_t)json_integer_value(length) : -1;
    }
    t->n = dimensions ? t->n : SIZE_MAX;
    return t;
}

static const yardl_type *build_vector(builder *b, const json_t *json, const scope *names)
{
    const json_t *length = json_object_get(json, "length");
    yardl_type *t = new_type(b, YARDL_VECTOR, 1);
    const yardl_type *items = t ? build(b, json_object_get(json, "items"), names) : NULL;
    if (!items) {
        return NULL;
    }
    t->parts[0] = items;
    t->lengths[0] = json_is_integer(length) ? (int64_t)json_integer_value(length) : -1;
    return t;
}

static const yardl_type *build_map(builder *b, const json_t *json, const scope *names)
{
    yardl_type *t = new_type(b, YARDL_MAP, 2);
    if (t) {
        t->parts[0] = build(b, json_object_get(json, "keys"), names);
        t->parts[1] = t->parts[0] ? build(b, json_object_get(json, "values"), names) : NULL;
    }
    return t && t->parts[1] ? t : NULL;
}

/* A type of the schema by its name, with what its parameters stand for. */
static const yardl_type *build_named(builder *b, const char *name, const json_t *arguments,
                                     const scope *names)
{
    scope inner[8];
    const char *dot = strrchr(name, '.');
    const json_t *found = NULL;
    for (size_t i = 0; i < json_array_size(b->types) && !found; i++) {
        const json_t *one = json_array_get(b->types, i);
        const char *its = json_string_value(json_object_get(one, "name"));
        found = its && strcmp(its, dot ? dot + 1 : name) == 0 ? one : NULL;
    }
    const json_t *parameters = json_object_get(found, "typeParameters");
    const size_t n = json_array_size(parameters);
    if (!found || n > 8 || n != json_array_size(arguments)) {
        return fail(b, found ? "wrong parameters of" : "no type", name);
    }
    const scope *scopes = NULL;
    for (size_t i = 0; i < n; i++) {
        const char *its = json_string_value(json_array_get(parameters, i));
        const yardl_type *type = build(b, json_array_get(arguments, i), names);
        if (!its || !type) {
            return type ? fail(b, "a parameter without a name", name) : NULL;
        }
        inner[i] = (scope){its, type, scopes};
        scopes = &inner[i];
    }
    if (json_object_get(found, "fields")) {
        return build_record(b, json_object_get(found, "fields"), scopes);
    }
    if (json_object_get(found, "values")) {
        const char *base = json_string_value(json_object_get(found, "base"));
        return build_primitive(b, base ? base : "int32");
    }
    return build(b, json_object_get(found, "type"), scopes);
}

static const yardl_type *build_text(builder *b, const char *name, const scope *names)
{
    for (const scope *s = names; s; s = s->outer) {
        if (strcmp(s->name, name) == 0) {
            return s->type;
        }
    }
    return strchr(name, '.') ? build_named(b, name, NULL, names) : build_primitive(b, name);
}

static const yardl_type *build(builder *b, const json_t *json, const scope *names)
{
    const yardl_type *made = NULL;
    if (b->depth >= MOST_DEPTH) {
        return fail(b, "types nested too deep", NULL);
    }
    b->depth++;
    if (json_is_string(json)) {
        made = build_text(b, json_string_value(json), names);
    } else if (json_is_array(json)) {
        made = build_union(b, json, names);
    } else if (json_object_get(json, "vector")) {
        made = build_vector(b, json_object_get(json, "vector"), names);
    } else if (json_object_get(json, "array")) {
        made = build_array(b, json_object_get(json, "array"), names);
    } else if (json_object_get(json, "map")) {
        made = build_map(b, json_object_get(json, "map"), names);
    } else if (json_is_string(json_object_get(json, "name"))) {
        made = build_named(b, json_string_value(json_object_get(json, "name")),
                           json_object_get(json, "typeArguments"), names);
    } else {
        made = fail(b, "a type that is none", NULL);
    }
    b->depth--;
    return made;
}

static moly_status build_steps(builder *b, const json_t *schema, yardl_reader *r)
{
    const json_t *protocol = json_object_get(schema, "protocol");
    const json_t *sequence = json_object_get(protocol, "sequence");
    const char *name = json_string_value(json_object_get(protocol, "name"));
    r->n_steps = json_array_size(sequence);
    r->protocol = moly_arena_strdup(b->arena, name ? name : "");
    r->steps = moly_arena_alloc(b->arena, r->n_steps + 1, sizeof *r->steps);
    if (!r->protocol || !r->steps) {
        return MOLY_NO_MEMORY(b->err);
    }
    for (size_t i = 0; i < r->n_steps; i++) {
        const json_t *step = json_array_get(sequence, i), *type = json_object_get(step, "type");
        const json_t *stream = json_object_get(type, "stream");
        const char *its = json_string_value(json_object_get(step, "name"));
        r->steps[i].name = moly_arena_strdup(b->arena, its ? its : "");
        r->steps[i].is_stream = stream != NULL;
        r->steps[i].type = build(b, stream ? json_object_get(stream, "items") : type, NULL);
        if (!r->steps[i].name || !r->steps[i].type) {
            return MOLY_FAIL(b->err, MOLY_ERR_DATA, "yardl schema: step %zu", i);
        }
    }
    return MOLY_OK;
}

moly_status yardl_open(const void *data, size_t length, moly_arena *arena, yardl_reader *r,
                       moly_error *err)
{
    static const yardl_type text = {.kind = YARDL_STRING};
    static const uint8_t head[] = {'y', 'a', 'r', 'd', 'l', 1, 0, 0, 0};
    json_t *schema = NULL;
    size_t n = 0;
    *r = (yardl_reader){.data = data, .length = length, .at = sizeof head};
    if (length < sizeof head || memcmp(data, head, sizeof head) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         length >= 5 && memcmp(data, head, 5) == 0
                             ? "a yardl file of another version than 1"
                             : "no yardl file: it does not begin with 'yardl'");
    }
    const char *json = yardl_string(r, &text, &n);
    moly_status status = yardl_status(r, err);
    if (!status) {
        status = moly_json_parse(json, n, &schema, err);
    }
    if (!status) {
        builder b = {.arena = arena, .types = json_object_get(schema, "types"), .err = err};
        status = build_steps(&b, schema, r);
    }
    json_decref(schema);
    return status;
}
