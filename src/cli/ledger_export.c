/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "moly/ledger/ledger.h"

struct export_args {
    const char *db, *output, *kind, *id;
};

static moly_status write_file(void *context, const char *bytes, size_t length, moly_error *err)
{
    if (fwrite(bytes, 1, length, context) != length) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "export: %s", strerror(errno));
    }
    return MOLY_OK;
}

/* What is whole is on the disk, and what is not is taken away. */
static moly_status export_to(const moly_ledger_reader *reader, const struct export_args *given,
                             const moly_progress *progress, json_t **result, moly_error *err)
{
    FILE *file = fopen(given->output, "wx");
    if (file == NULL) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", given->output, strerror(errno));
    }
    moly_status status =
        moly_ledger_export(reader, given->kind, given->id, progress, write_file, file, result, err);
    if (status == MOLY_OK && (fflush(file) != 0 || fsync(fileno(file)) != 0)) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", given->output, strerror(errno));
    }
    if (fclose(file) != 0 && status == MOLY_OK) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", given->output, strerror(errno));
    }
    if (status == MOLY_OK &&
        json_object_set_new(*result, "file", json_string(given->output)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status != MOLY_OK) {
        (void)unlink(given->output);
        json_decref(*result);
        *result = NULL;
    }
    return status;
}

static moly_status run_export(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    const struct export_args *given = args;
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    if ((given->kind == NULL) != (given->id == NULL)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a record is named by both its kind and its id");
    }
    moly_status status = moly_ledger_open(given->db, &run->clock, &ledger, err);
    if (status == MOLY_OK) {
        status = moly_ledger_reader_new(ledger, &reader, err);
    }
    if (status == MOLY_OK) {
        status = export_to(reader, given, run->progress, result, err);
    }
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    CLI_DB(struct export_args),
    {.name = "output",
     .letter = 'o',
     MOLY_TEXT(struct export_args, output),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "file to write, which must not exist yet"},
    {.name = "kind",
     MOLY_TEXT(struct export_args, kind),
     .help = "kind of the record: patient, dose, kit, ..."},
    {.name = "id", MOLY_TEXT(struct export_args, id), .help = "record, DOS-000001"},
};

static const moly_column columns[] = {
    {"file", "File", MOLY_DIM_NONE, 0},
    {"events", "Events", MOLY_DIM_NONE, 15},
    {"blake2b_256", "BLAKE2b-256", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "", columns, sizeof columns / sizeof columns[0]};

const moly_command cli_ledger_export_command = {
    .declaration = {.name = "ledger export",
                    .summary = "Write a machine copy with a checksum",
                    .description =
                        "Lines of JSON: the site, the record that was asked for, its events or "
                        "all events with their hashes and signatures, the signed head, and a "
                        "checksum of all lines above it, which is what head -n -1 FILE | b2sum "
                        "-l 256 prints. Files that events name stand in it by their hash.",
                    .example = "moly ledger export --db sqlite:moly.db -o ledger.jsonl",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct export_args)},
    .views = &view,
    .n_views = 1,
    .run = run_export,
};
