/* SPDX-License-Identifier: Apache-2.0 */
/* moly pack show, verify, sign: the limits of countries as files. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "moly/centre/pack.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))
enum { MOST_BYTES = 1 << 20 };

static moly_status read_pack(const char *path, json_t **file, moly_error *err)
{
    char *text = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(path, MOST_BYTES, &text, &length, err);
    if (status == MOLY_OK) {
        status = moly_json_parse(text, length, file, err);
    }
    moly_free(text);
    return status;
}

/* ---- show */

struct show_args {
    const char *code;
    int is_whole;
};

static moly_status run_show(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)run;
    const struct show_args *show = args;
    return moly_pack_show(show->code, show->is_whole == 1, result, err);
}

static const moly_param show_params[] = {
    {.name = "country",
     MOLY_TEXT(struct show_args, code),
     .pattern_hint = "COUNTRY",
     .is_required = true,
     .is_positional = true,
     .help = "two letters, or EAEU, EU, common"},
    {.name = "all",
     .letter = 'a',
     MOLY_BOOL(struct show_args, is_whole),
     .help = "with what it inherits from its union and from the common pack"},
};
static const moly_column pack_columns[] = {
    {"pack", "Pack", MOLY_DIM_NONE, 0},         {"version", "Version", MOLY_DIM_NONE, 0},
    {"inherits", "Inherits", MOLY_DIM_NONE, 0}, {"name", "Name", MOLY_DIM_NONE, 0},
    {"hash", "Hash", MOLY_DIM_NONE, 0},
};
static const moly_column limit_columns[] = {
    {"key", "Limit", MOLY_DIM_NONE, 0},     {"value", "Value", MOLY_DIM_NONE, 8},
    {"unit", "Unit", MOLY_DIM_NONE, 0},     {"source", "Source", MOLY_DIM_NONE, 0},
    {"status", "Status", MOLY_DIM_NONE, 0}, {"version", "Version", MOLY_DIM_NONE, 0},
    {"note", "Note", MOLY_DIM_NONE, 0},
};
static const moly_view show_views[] = {
    {NULL, "", pack_columns, N(pack_columns)},
    {"Limits", "limits", limit_columns, N(limit_columns)},
};

const moly_command cli_pack_show_command = {
    .declaration = {.name = "pack show",
                    .summary = "Show the limits of a country, each with its source",
                    .description =
                        "As it was compiled in: moly record list pack shows what a site adopted "
                        "since. A limit whose status is \"check\" is to be compared with its text "
                        "before a regulator is told. JSON without --all is a pack's file.",
                    .example = "moly pack show KG",
                    .params = show_params,
                    .n_params = N(show_params),
                    .args_size = sizeof(struct show_args)},
    .views = show_views,
    .n_views = N(show_views),
    .run = run_show,
};

/* ---- verify */

struct verify_args {
    const char *path, *key;
};

static moly_status run_verify(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    (void)run;
    const struct verify_args *verify = args;
    json_t *file = NULL;
    moly_status status = read_pack(verify->path, &file, err);
    if (status == MOLY_OK) {
        status = moly_pack_verify(file, verify->key, result, err);
    }
    json_decref(file);
    return status;
}

static const moly_param verify_params[] = {
    {.name = "file",
     MOLY_TEXT(struct verify_args, path),
     .pattern_hint = "FILE",
     .is_required = true,
     .is_positional = true,
     .help = "pack"},
    {.name = "key",
     MOLY_TEXT(struct verify_args, key),
     .min = 64.0,
     .max = 64.0,
     .help = "its publisher's public key: refuse what another one signed"},
};
static const moly_column verify_columns[] = {
    {"pack", "Pack", MOLY_DIM_NONE, 0},        {"version", "Version", MOLY_DIM_NONE, 0},
    {"n_limits", "Limits", MOLY_DIM_NONE, 15}, {"n_sourced", "Sourced", MOLY_DIM_NONE, 15},
    {"hash", "Hash", MOLY_DIM_NONE, 0},        {"public_key", "Signed by", MOLY_DIM_NONE, 0},
};
static const moly_view verify_view = {NULL, "", verify_columns, N(verify_columns)};

const moly_command cli_pack_verify_command = {
    .declaration = {.name = "pack verify",
                    .summary = "Check a pack's limits, hash and signature",
                    .description = "The hash is what two persons compare before they adopt a pack "
                                   "that no publisher signed.",
                    .example = "moly pack verify kg.signed.json",
                    .params = verify_params,
                    .n_params = N(verify_params),
                    .args_size = sizeof(struct verify_args)},
    .views = &verify_view,
    .n_views = 1,
    .run = run_verify,
};

/* ---- sign */

struct sign_args {
    const char *path, *key_file;
};

/* A new secret, which only its owner can read. */
static moly_status write_seed(const char *path, char seed[65], moly_error *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file < 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    moly_status status = moly_pack_new_seed(seed, err);
    bool is_written = status == MOLY_OK && write(file, seed, 64) == 64;
    if (close(file) != 0 || !is_written) {
        (void)unlink(path);
        return status ? status : MOLY_FAIL(err, MOLY_ERR_IO, "%s: cannot be written", path);
    }
    return MOLY_OK;
}

static moly_status read_seed(const char *path, char seed[65], moly_error *err)
{
    char *text = NULL;
    size_t length = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        return write_seed(path, seed, err);
    }
    moly_status status = moly_file_read(path, 128, &text, &length, err);
    if (status == MOLY_OK && strcspn(text, "\r\n") != 64) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s is no key of moly pack sign", path);
    }
    if (status == MOLY_OK) {
        memcpy(seed, text, 64);
        seed[64] = '\0';
    }
    moly_free(text);
    return status;
}

static moly_status run_sign(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)run;
    const struct sign_args *sign = args;
    char seed[65] = "";
    json_t *file = NULL;
    moly_status status = read_pack(sign->path, &file, err);
    if (status == MOLY_OK) {
        status = read_seed(sign->key_file, seed, err);
    }
    if (status == MOLY_OK) {
        status = moly_pack_sign(file, seed, result, err);
    }
    json_decref(file);
    return status;
}

static const moly_param sign_params[] = {
    {.name = "file",
     MOLY_TEXT(struct sign_args, path),
     .pattern_hint = "FILE",
     .is_required = true,
     .is_positional = true,
     .help = "pack"},
    {.name = "key-file",
     MOLY_TEXT(struct sign_args, key_file),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "the publisher's secret; made where there is none"},
};
static const moly_column sign_columns[] = {
    {"pack", "Pack", MOLY_DIM_NONE, 0},
    {"version", "Version", MOLY_DIM_NONE, 0},
    {"hash", "Hash", MOLY_DIM_NONE, 0},
    {"public_key", "Signed by", MOLY_DIM_NONE, 0},
};
static const moly_view sign_view = {NULL, "", sign_columns, N(sign_columns)};

const moly_command cli_pack_sign_command = {
    .declaration = {.name = "pack sign",
                    .summary = "Sign a pack as its publisher",
                    .description = "As JSON the result is the signed file. Give the public key to "
                                   "those who adopt it by another way than the file.",
                    .example = "moly pack sign kg.json --key-file publisher.secret --format json",
                    .params = sign_params,
                    .n_params = N(sign_params),
                    .args_size = sizeof(struct sign_args)},
    .views = &sign_view,
    .n_views = 1,
    .run = run_sign,
};
