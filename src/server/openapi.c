/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the API: from the table of routes and the declarations of the acts. */
#include "inside.h"

#include <string.h>

#include "moly/commands/commands.h"

/* A copy of the parts of a path that are in braces, as OpenAPI's parameters. */
static void add_path_parameters(const char *pattern, json_t *parameters)
{
    for (const char *at = strchr(pattern, '{'); at; at = strchr(at + 1, '{')) {
        (void)json_array_append_new(
            parameters, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", at + 1, strcspn(at + 1, "}"),
                                  "in", "path", "required", 1, "schema", "type", "string"));
    }
}

static void add_query_parameters(const char *names, json_t *parameters)
{
    while (names && *names != '\0') {
        size_t length = strcspn(names, " ");
        (void)json_array_append_new(parameters,
                                    json_pack("{s:s%, s:s, s:{s:s}}", "name", names, length, "in",
                                              "query", "schema", "type", "string"));
        names += length + strspn(names + length, " ");
    }
}

static json_t *media(const route *row)
{
    if (row->handle == stream_get) {
        return json_pack("{s:{s:{s:s}}}", "text/event-stream", "schema", "type", "string");
    }
    if (row->handle == study_volume_get || row->handle == study_regions_get ||
        row->handle == reconstruction_volume_get || row->handle == reconstruction_attenuation_get) {
        return json_pack("{s:{}}", "application/gzip");
    }
    if (row->handle == study_report_get || row->handle == record_report_get) {
        return json_pack("{s:{}}", "application/pdf");
    }
    return json_pack("{s:{s:{s:s}}}", "application/json", "schema", "type", "object");
}

static json_t *responses(const route *row)
{
    json_t *all =
        json_pack("{s:{s:s, s:{s:{s:{s:s}}}}}", "default", "description", "refused or failed",
                  "content", "application/json", "schema", "$ref", "#/components/schemas/Error");
    if (row->handle == logout_post) {
        (void)json_object_set_new(all, "204", json_pack("{s:s}", "description", "done"));
    } else {
        (void)json_object_set_new(
            all, "200", json_pack("{s:s, s:o}", "description", "done", "content", media(row)));
    }
    return all;
}

/* As the command declares it, without the files that are the server's; "raw" is a name. */
static json_t *reconstruction_body(void)
{
    const moly_declaration *declaration = &reconstruction_command()->declaration;
    json_t *schema = moly_declare_schema(declaration), *required = json_pack("[s]", "raw");
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (strcmp(param->name, "raw") != 0 && command_reads_machine(param)) {
            (void)json_object_del(json_object_get(schema, "properties"), param->name);
        }
    }
    (void)json_object_set_new(schema, "required", required);
    return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "application/json", "schema",
                     schema);
}

static json_t *operation(const route *row)
{
    json_t *parameters = json_array();
    add_path_parameters(row->pattern, parameters);
    add_query_parameters(row->query, parameters);
    json_t *described = json_pack("{s:s, s:o, s:o}", "summary", row->summary, "parameters",
                                  parameters, "responses", responses(row));
    if (row->flags & ROUTE_IS_OPEN) {
        (void)json_object_set_new(described, "security", json_array());
    }
    if (row->handle == reconstruction_post) {
        (void)json_object_set_new(described, "requestBody", reconstruction_body());
    }
    if (row->handle == login_post) {
        (void)json_object_set_new(
            described, "requestBody",
            json_pack("{s:b, s:{s:{s:{s:s, s:[s,s], s:{s:{s:s}, s:{s:s, s:s}, s:{s:s}}}}}}",
                      "required", 1, "content", "application/json", "schema", "type", "object",
                      "required", "user", "password", "properties", "user", "type", "string",
                      "password", "type", "string", "format", "password", "code", "type",
                      "string"));
    }
    return described;
}

/* The fields of an act and, beside them, who signs it. */
static json_t *act_schema(const moly_act *act)
{
    json_t *schema = moly_declare_schema(&act->declaration);
    json_t *properties = json_object_get(schema, "properties");
    const char *own = json_object_get(properties, "password") ? "signer_password" : "password";
    (void)json_object_set_new(properties, own,
                              json_pack("{s:s, s:s, s:s}", "type", "string", "format", "password",
                                        "description", "of the person who signs"));
    if (act->signature == MOLY_SIGNATURE_TWO) {
        (void)json_object_set_new(properties, "second_user", json_pack("{s:s}", "type", "string"));
        (void)json_object_set_new(properties, "second_password",
                                  json_pack("{s:s, s:s}", "type", "string", "format", "password"));
        (void)json_object_set_new(properties, "second_code", json_pack("{s:s}", "type", "string"));
    }
    return schema;
}

static json_t *act_operation(const route *row, const moly_act *act, bool is_preview)
{
    json_t *described =
        json_pack("{s:s, s:s+, s:o, s:{s:b, s:{s:{s:o}}}}", "summary", act->declaration.summary,
                  "operationId", act->declaration.name, is_preview ? ".preview" : "", "responses",
                  responses(row), "requestBody", "required", 1, "content", "application/json",
                  "schema", act_schema(act));
    if (act->declaration.description) {
        (void)json_object_set_new(described, "description",
                                  json_string(act->declaration.description));
    }
    return described;
}

/* "/api/acts/{name}/preview" once for each act. */
static void add_acts(const route *row, moly_arena *arena, json_t *paths)
{
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    const char *brace = strchr(row->pattern, '{');
    const char *rest = strchr(brace, '}') + 1;
    for (size_t i = 0; i < n; i++) {
        const char *path = moly_arena_printf(arena, "%.*s%s%s", (int)(brace - row->pattern),
                                             row->pattern, acts[i]->declaration.name, rest);
        if (path) {
            (void)json_object_set_new(
                paths, path,
                json_pack("{s:o}", "post",
                          act_operation(row, acts[i], row->handle == act_preview_post)));
        }
    }
}

static json_t *command_operation(const route *row, const moly_command *command, const char *name)
{
    const moly_declaration *declaration = &command->declaration;
    json_t *schema = moly_declare_schema(declaration);
    for (size_t i = 0; i < declaration->n_params; i++) {
        if (command_reads_machine(&declaration->params[i])) {
            (void)json_object_del(json_object_get(schema, "properties"),
                                  declaration->params[i].name);
        }
    }
    return json_pack("{s:s, s:s+, s:s, s:o, s:{s:b, s:{s:{s:o}}}}", "summary", declaration->summary,
                     "operationId", "command.", name, "description",
                     declaration->description ? declaration->description : declaration->summary,
                     "responses", responses(row), "requestBody", "required", 1, "content",
                     "application/json", "schema", schema);
}

/* "/api/commands/{name}" once for each that is offered. */
static void add_commands(const route *row, moly_arena *arena, json_t *paths)
{
    size_t n = 0;
    const moly_command *const *all = moly_commands(&n);
    for (size_t i = 0; i < n; i++) {
        char name[COMMAND_NAME_SIZE];
        command_path_name(all[i], name);
        const char *path = command_is_offered(all[i])
                               ? moly_arena_printf(arena, "%.*s%s", (int)strcspn(row->pattern, "{"),
                                                   row->pattern, name)
                               : NULL;
        if (path) {
            (void)json_object_set_new(
                paths, path, json_pack("{s:o}", "post", command_operation(row, all[i], name)));
        }
    }
}

static void add_route(const route *row, json_t *paths)
{
    json_t *item = json_object_get(paths, row->pattern);
    if (!item) {
        item = json_object();
        (void)json_object_set_new(paths, row->pattern, item);
    }
    (void)json_object_set_new(item, strcmp(row->method, "POST") == 0 ? "post" : "get",
                              operation(row));
}

static json_t *components(void)
{
    return json_pack("{s:{s:{s:s, s:{s:{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}}}}},"
                     " s:{s:{s:s, s:s}, s:{s:s, s:s, s:s}}}",
                     "schemas", "Error", "type", "object", "properties", "error", "type", "object",
                     "properties", "status", "type", "string", "exit_code", "type", "integer",
                     "http", "type", "integer", "rule", "type", "string", "message", "type",
                     "string", "securitySchemes", "bearer", "type", "http", "scheme", "bearer",
                     "cookie", "type", "apiKey", "in", "cookie", "name", "moly_session");
}

moly_status openapi_get(request *r, reply *out, moly_error *err)
{
    size_t n = 0;
    const route *rows = routes(&n);
    json_t *paths = json_object();
    for (size_t i = 0; i < n; i++) {
        if (rows[i].handle == act_post || rows[i].handle == act_preview_post) {
            add_acts(&rows[i], r->arena, paths);
        } else if (rows[i].handle == command_post) {
            add_commands(&rows[i], r->arena, paths);
        } else {
            add_route(&rows[i], paths);
        }
    }
    out->json = json_pack(
        "{s:s, s:{s:s, s:s, s:s}, s:[{s:[]}, {s:[]}], s:o, s:o}", "openapi", "3.1.0", "info",
        "title", "Moly", "version", MOLY_VERSION, "description",
        "Every act needs a signed-in person. With the cookie, all but GET needs the header "
        "X-CSRF-Token with the csrf that POST /api/login gave; with Authorization: Bearer it does "
        "not. On a database for training a request may say what time it is: X-Moly-Clock, or the "
        "argument clock, \"2026-11-22T06:00Z\".",
        "security", "bearer", "cookie", "components", components(), "paths", paths);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}
