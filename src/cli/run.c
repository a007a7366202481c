/* SPDX-License-Identifier: Apache-2.0 */
/* One command, from its words to its output. */

#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

/* The clock must be known before "now" is read, and help before a missing argument is noticed. */
static const char *peek(int argc, char *const *argv, const char *option)
{
    size_t length = strlen(option);
    for (int i = 0; i < argc && argv[i] && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], option, length) != 0) {
            continue;
        }
        if (argv[i][length] == '=') {
            return argv[i] + length + 1;
        }
        if (argv[i][length] == '\0') {
            return i + 1 < argc ? argv[i + 1] : "";
        }
    }
    return NULL;
}

static bool letter_is_taken(const moly_declaration *declaration, char letter)
{
    for (size_t i = 0; i < declaration->n_params; i++) {
        if (declaration->params[i].letter == letter && !declaration->params[i].is_common) {
            return true;
        }
    }
    return false;
}

static bool wants_help(const moly_declaration *declaration, int argc, char *const *argv)
{
    return peek(argc, argv, "--help") ||
           (peek(argc, argv, "-h") && !letter_is_taken(declaration, 'h'));
}

static moly_status choose_clock(int argc, char *const *argv, moly_arena *arena, moly_clock *clock,
                                moly_error *err)
{
    const char *text = peek(argc, argv, "--clock");
    if (!text) {
        *clock = moly_clock_system();
        return MOLY_OK;
    }
    moly_instant *stands_at = moly_arena_alloc(arena, 1, sizeof *stands_at);
    if (!stands_at) {
        return MOLY_NO_MEMORY(err);
    }
    moly_error cause = {.language = err ? err->language : NULL};
    moly_status status = moly_instant_parse(text, stands_at, &cause);
    if (status != MOLY_OK) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--clock: %s", cause.message);
    }
    *clock = moly_clock_fixed(stands_at);
    return MOLY_OK;
}

moly_status cli_print(moly_text *text, moly_error *err)
{
    moly_status status = text->is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
    errno = 0;
    if (status == MOLY_OK &&
        (fwrite(moly_text_get(text), 1, text->length, stdout) != text->length ||
         fflush(stdout) != 0)) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "cannot write to standard output: %s",
                           strerror(errno ? errno : EIO));
    }
    moly_text_free(text);
    return status;
}

static moly_status show_help(const moly_declaration *declaration, moly_error *err)
{
    moly_text text = {0};
    moly_declare_help(declaration, cli_language(), &text);
    return cli_print(&text, err);
}

moly_status cli_run(const moly_command *command, int argc, char *const *argv, moly_arena *arena,
                    moly_error *err)
{
    const moly_declaration *declaration = &command->declaration;
    if (wants_help(declaration, argc, argv)) {
        return show_help(declaration, err);
    }
    moly_run run = {.progress = cli_progress(), .arena = arena, .declaration = declaration};
    void *args = moly_arena_alloc(arena, 1, declaration->args_size);
    if (!args) {
        return MOLY_NO_MEMORY(err);
    }
    json_t *result = NULL;
    moly_status status = choose_clock(argc, argv, arena, &run.clock, err);
    if (status == MOLY_OK) {
        status = moly_declare_parse_argv(declaration, &run.clock, argc, argv, arena, args, err);
    }
    if (status == MOLY_OK) {
        run.format = (moly_format)cli_common_of(declaration, args)->format;
        status = command->run(args, &run, &result, err);
    }
    if (status == MOLY_OK && result) {
        status = moly_output_write(stdout, run.format, cli_language(), result, command->views,
                                   command->n_views, err);
    } else if (status == MOLY_OK && fflush(stdout) != 0) {
        status =
            MOLY_FAIL(err, MOLY_ERR_IO, "cannot write to standard output: %s", strerror(errno));
    }
    json_decref(result);
    return status;
}
