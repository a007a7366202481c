/* SPDX-License-Identifier: Apache-2.0 */
/* Calculations by HTTP: the science commands by their own declarations. What would read this
 * machine's files or databases for a browser is left out: a command that needs such a parameter is
 * not there, one that may have it refuses it. A file that is declared as a document comes as the
 * document itself. Benchmarks are not there either: they would slow the centre. */
#include "inside.h"

#include <string.h>

#include "moly/base/catalogue.h"
#include "moly/commands/commands.h"

bool command_reads_machine(const moly_param *param)
{
    const char *hint = param->file_bytes > 0 ? NULL : param->pattern_hint;
    return hint && (strstr(hint, "FILE") || strstr(hint, "DIR") || strstr(hint, "URL"));
}

bool command_is_offered(const moly_command *command)
{
    bool is = strncmp(command->declaration.name, "bench ", 6) != 0;
    for (size_t i = 0; i < command->declaration.n_params && is; i++) {
        const moly_param *param = &command->declaration.params[i];
        is = !(param->is_required && command_reads_machine(param));
    }
    return is;
}

void command_path_name(const moly_command *command, char name[COMMAND_NAME_SIZE])
{
    (void)snprintf(name, COMMAND_NAME_SIZE, "%s", command->declaration.name);
    for (char *blank = strchr(name, ' '); blank; blank = strchr(blank, ' ')) {
        *blank = '.';
    }
}

static moly_status find(const char *wanted, const moly_command **command, moly_error *err)
{
    size_t n = 0;
    const moly_command *const *all = moly_commands(&n);
    char name[COMMAND_NAME_SIZE];
    for (size_t i = 0; i < n; i++) {
        command_path_name(all[i], name);
        if (strcmp(name, wanted) == 0 && command_is_offered(all[i])) {
            *command = all[i];
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no calculation of that name; see /api/commands");
}

static json_t *describe(const moly_command *command, const char *language)
{
    const moly_declaration *declaration = &command->declaration;
    json_t *params = moly_declare_describe(declaration, language), *offered = json_array();
    char name[COMMAND_NAME_SIZE];
    size_t i;
    json_t *param;
    json_array_foreach(params, i, param)
    {
        if (!command_reads_machine(&declaration->params[i])) {
            (void)json_array_append(offered, param);
        }
    }
    json_decref(params);
    command_path_name(command, name);
    return json_pack("{s:s, s:s, s:o}", "name", name, "summary",
                     moly_translate(language, declaration->summary), "params", offered);
}

moly_status commands_get(request *r, reply *out, moly_error *err)
{
    size_t n = 0;
    const moly_command *const *all = moly_commands(&n);
    json_t *list = json_array();
    int failed = list ? 0 : -1;
    for (size_t i = 0; i < n && failed == 0; i++) {
        failed = command_is_offered(all[i])
                     ? json_array_append_new(list, describe(all[i], r->language))
                     : 0;
    }
    out->json = failed == 0 ? json_pack("{s:O}", "results", list) : NULL;
    json_decref(list);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status check_members(const moly_command *command, const json_t *body, moly_error *err)
{
    for (size_t i = 0; i < command->declaration.n_params; i++) {
        const moly_param *param = &command->declaration.params[i];
        if (command_reads_machine(param) && json_object_get(body, param->name)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "%s: files of the server are not read for a browser", param->name);
        }
    }
    return MOLY_OK;
}

moly_status command_post(request *r, reply *out, moly_error *err)
{
    const moly_command *command = NULL;
    const moly_clock *clock = moly_ledger_clock(r->server->ledger);
    json_t *body = NULL;
    moly_status status = find(r->captured[0], &command, err);
    if (!status) {
        status = request_body(r, &body, err);
    }
    if (!status) {
        status = check_members(command, body, err);
    }
    void *args = status ? NULL : moly_arena_alloc(r->arena, 1, command->declaration.args_size);
    if (!status && !args) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        status = moly_declare_parse_json(&command->declaration, clock, body, r->arena, args, err);
    }
    if (!status) {
        const moly_run run = {.clock = *clock,
                              .arena = r->arena,
                              .declaration = &command->declaration,
                              .format = MOLY_FORMAT_JSON};
        status = command->run(args, &run, &out->json, err);
    }
    json_decref(body);
    return status;
}
