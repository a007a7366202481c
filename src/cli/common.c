/* SPDX-License-Identifier: Apache-2.0 */
/* Options of every command, joined to its own declaration, so that parsing, help, completion and
 * manual know them without another word. */

#include "cli.h"

static const char *const formats[] = {
    [MOLY_FORMAT_TABLE] = "table", [MOLY_FORMAT_JSON] = "json", [MOLY_FORMAT_CSV] = "csv", NULL};

static const moly_param common_params[] = {
    {.name = "format",
     MOLY_CHOICE(cli_common, format),
     .choices = formats,
     .fallback = "table",
     .is_common = true,
     .help = "form of the result, and of an error on standard error"},
    {.name = "clock",
     MOLY_INSTANT(cli_common, clock),
     .is_common = true,
     .help = "simulated clock; only training databases allow it"},
    {.name = "help",
     .letter = 'h',
     MOLY_BOOL(cli_common, wants_help),
     .is_common = true,
     .help = "show this help"},
};

static bool has_param(const moly_declaration *declaration, const char *name)
{
    for (size_t i = 0; i < declaration->n_params; i++) {
        if (strcmp(declaration->params[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

size_t cli_aligned(size_t size)
{
    const size_t unit = _Alignof(max_align_t);
    return (size + unit - 1) / unit * unit;
}

moly_status cli_extend(const moly_declaration *base, const moly_param *extra, size_t n_extra,
                       size_t extra_size, moly_arena *arena, moly_declaration *extended,
                       size_t *extra_offset, moly_error *err)
{
    moly_param *params = moly_arena_alloc(arena, base->n_params + n_extra, sizeof *params);
    if (!params) {
        return MOLY_NO_MEMORY(err);
    }
    size_t offset = cli_aligned(base->args_size);
    size_t n = base->n_params;
    if (n > 0) {
        memcpy(params, base->params, n * sizeof *params);
    }
    for (size_t i = 0; i < n_extra; i++) {
        if (has_param(base, extra[i].name)) {
            return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "%s declares --%s, which is not its own",
                             base->name, extra[i].name);
        }
        params[n] = extra[i];
        params[n++].offset += offset;
    }
    *extended = *base;
    extended->params = params;
    extended->n_params = n;
    extended->args_size = offset + extra_size;
    *extra_offset = offset;
    return MOLY_OK;
}

moly_status cli_add_common(const moly_declaration *base, moly_arena *arena,
                           moly_declaration *extended, moly_error *err)
{
    size_t offset = 0;
    return cli_extend(base, common_params, sizeof common_params / sizeof common_params[0],
                      sizeof(cli_common), arena, extended, &offset, err);
}

const cli_common *cli_common_of(const moly_declaration *extended, const void *args)
{
    return (const cli_common *)(const void *)((const char *)args + extended->args_size -
                                              sizeof(cli_common));
}
