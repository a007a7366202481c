/* SPDX-License-Identifier: Apache-2.0 */
#include "reconstruct_slurm.h"

#include <jansson.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

/* 'word', as a shell reads it back whatever is in it. */
static void add_quoted(moly_text *out, const char *word)
{
    moly_text_add(out, "'");
    for (const char *c = word; *c; c++) {
        if (*c == '\'') {
            moly_text_add(out, "'\\''");
        } else {
            moly_text_add_n(out, c, 1);
        }
    }
    moly_text_add(out, "'");
}

static bool is_left_out(const char *name, const char *const *left_out)
{
    for (size_t i = 0; left_out[i]; i++) {
        if (strcmp(left_out[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* "--name 'value'", or the value alone where the parameter is named by its place. */
static void add_argument(moly_text *out, const moly_param *param, const json_t *value)
{
    char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    moly_text_add(out, " \\\n    ");
    if (!param->is_positional) {
        moly_text_printf(out, "--%s=", param->name);
    }
    add_quoted(out, json_is_boolean(value) ? (json_is_true(value) ? "yes" : "no")
                    : text                 ? text
                                           : json_string_value(value));
    free(text);
}

static void add_script(moly_text *out, const moly_declaration *declaration, const json_t *given,
                       const char *const *left_out, int64_t n_ranks, int64_t n_threads)
{
    moly_text_printf(out,
                     "#!/bin/bash\n"
                     "#SBATCH --job-name=moly-%s\n"
                     "#SBATCH --ntasks=%lld\n"
                     "#SBATCH --cpus-per-task=%lld\n"
                     "#SBATCH --output=moly-%s-%%j.log\n"
                     "# Written by Moly " MOLY_VERSION ". Each task reads the raw data by itself, "
                     "task 0 writes the result.\n"
                     "# Needed on the nodes: moly with lib/moly/libmoly_mpi.so, and Open MPI.\n"
                     "set -euo pipefail\n"
                     "srun --mpi=pmix --cpu-bind=cores moly %s",
                     declaration->name, (long long)n_ranks, (long long)n_threads, declaration->name,
                     declaration->name);
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        const json_t *value = json_object_get(given, param->name);
        if (value && !is_left_out(param->name, left_out)) {
            add_argument(out, param, value);
        }
    }
    moly_text_printf(out, " \\\n    --threads=%lld\n", (long long)n_threads);
}

moly_status slurm_write(const char *path, const moly_declaration *declaration, const void *args,
                        const char *const *left_out, int64_t n_ranks, int64_t n_threads,
                        moly_error *err)
{
    moly_text script = {0};
    json_t *given = moly_declare_object(declaration, args);
    if (given) {
        add_script(&script, declaration, given, left_out, n_ranks, n_threads);
    }
    moly_status status = !given || script.is_broken
                             ? MOLY_NO_MEMORY(err)
                             : moly_file_write(path, script.data, script.length, err);
    json_decref(given);
    moly_text_free(&script);
    return status;
}
