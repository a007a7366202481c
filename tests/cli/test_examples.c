/* SPDX-License-Identifier: Apache-2.0 */
/* Every command has an example and it runs, as it stands in its help. Examples may use what is put
 * into the folder first: `study`, a PET series, `eu152.Spe`, a spectrum, `recon_demo`,
 * sinograms, and `flood.dcm`, a flood, of the reference data, `day.json`, the documentation's day,
 * `kg.json` and `kg.signed.json`, packs of limits, `moly.db`, an example centre in training,
 * `backup.db` and `again.db`, its backup and what was restored from that, `crc35r.pty`, a simulated
 * calibrator, and the passwords of its staff. Acts run in the order of their names, an hour after
 * the centre was made; waste is cleared a month later. */
#include "running.h"

#include <ctype.h>

#include "cli.h"

static ran result;

/* Names that examples use for reference data; an example is left out where its data are missing. */
static const struct {
    const char *name, *shared;
} stand_ins[] = {
    {"study", "data/clinical/dicom_pet/qin_hn_0024_cps1023"},
    {"eu152.Spe", "data/clinical/gamma_spectra/curie/eu_calib_7cm.Spe"},
    {"recon_demo", "data/clinical/raw_pet/recon_demo"},
    {"flood.dcm", "data/clinical/dicom_nm/mediso_qc/UNIFORMIDAD_1.dcm"},
};

static const char made_at[] = "2026-11-23T03:00Z", acts_at[] = "2026-11-23T04:00Z",
                  waste_at[] = "2026-12-23T04:00Z";

/* A publisher's next pack, its signed file and the public key. */
static void make_pack(void)
{
    run_line("moly pack show KG --format json | sed 's/\"2026.1\"/\"2026.2\"/' > kg.json", &result);
    run_line("moly pack sign kg.json --key-file publisher.secret --format json > kg.signed.json",
             &result);
    if (result.exit_code != 0) {
        fail_msg("moly pack sign: %s", result.err);
    }
    run_line("grep public_key kg.signed.json | cut -d'\"' -f4 | tr -d '\\n' > publisher.key",
             &result);
}

/* A gamma camera whose checks hold. */
static void make_camera(void)
{
    static const char *const acts[] = {
        "register --kind 'gamma camera' --id CAM-000001 --model 'AnyScan S' --serial AS-0417",
        "check_camera --instrument CAM-000001 --check uniformity --value 0.03",
        "check_camera --instrument CAM-000001 --check 'energy peak' --value 0.006",
        "check_camera --instrument CAM-000001 --check rotation --value 0.4",
    };
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char line[400];
        (void)snprintf(line, sizeof line,
                       "moly act instrument.%s --db sqlite:moly.db --as physicist "
                       "--password-file physicist.password --clock %s",
                       acts[i], made_at);
        run_line(line, &result);
        if (result.exit_code != 0) {
            fail_msg("instrument.%s: %s", acts[i], result.err);
        }
    }
}

static void make_centre(void)
{
    static const char *const staff[] = {"technologist", "radiopharmacist", "qualified-person",
                                        "physicist",    "physician",       "admin",
                                        "inspector"};
    char line[200];
    const char *source = getenv("MOLY_SOURCE");
    (void)snprintf(line, sizeof line, "%s/docs/plan-example.json", source ? source : "..");
    assert_int_equal(symlink(line, "day.json"), 0);
    (void)snprintf(line, sizeof line,
                   "moly init --db sqlite:moly.db --example --training --utc-offset 360 --clock %s",
                   made_at);
    run_line(line, &result);
    if (result.exit_code != 0) {
        fail_msg("moly init: %s", result.err);
    }
    make_pack();
    run_line("moly backup --db sqlite:moly.db --to backup.db && "
             "moly restore backup.db --db sqlite:again.db --clock 2026-11-23T03:30Z",
             &result);
    if (result.exit_code != 0) {
        fail_msg("moly backup, moly restore: %s", result.err);
    }
    /* an eluate before a germanium detector: Tc-99m's line on a background */
    run_line("awk 'BEGIN { print \"# live_time_s: 600\"; for (c = 0; c < 2048; c++) { x = (c - "
             "281) / 1.3;"
             " printf \"%.1f,%d\\n\", c / 2, 20 + (x * x < 50 ? 60000 * exp(-x * x / 2) : 0) } }'"
             " > eluate.csv; printf '{\"efficiency\":{\"terms\":[-6,-0.8],\"min_kev\":50,"
             "\"max_kev\":2000,\"relative_sd\":0.03}}' > detector.json",
             &result);
    run_line("printf '[{\"id\":\"OQ-01\",\"what\":\"decay\",\"passed\":true}]' > checks.json",
             &result);
    /* a calibrator on a line of its own, until it was read once */
    run_line("moly device simulate capintec-crc35r --pty --readings 3 --for 200s >crc35r.path 2>&1 "
             "& until [ -s crc35r.path ]; do sleep 0.1; done; "
             "ln -s \"$(cat crc35r.path)\" crc35r.pty",
             &result);
    for (size_t i = 0; i < sizeof staff / sizeof staff[0]; i++) {
        (void)snprintf(line, sizeof line, "echo %s-moly > %s.password", staff[i], staff[i]);
        run_line(line, &result);
    }
    make_camera();
}

static bool link_data(void)
{
    const char *shared = getenv("MOLY_SHARED");
    bool is_all = true;
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%s", shared ? shared : "../shared",
                       stand_ins[i].shared);
        is_all = access(path, R_OK) == 0 && symlink(path, stand_ins[i].name) == 0 && is_all;
    }
    return is_all;
}

static bool has_word(const char *line, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(line, word); at; at = strstr(at + 1, word)) {
        bool begins = at == line || at[-1] == ' ' || at[-1] == ':' || at[-1] == '=';
        if (begins && (at[n] == '\0' || strchr(" /", at[n]))) {
            return true;
        }
    }
    return false;
}

static bool needs_data(const char *line)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        if (has_word(line, stand_ins[i].name)) {
            return true;
        }
    }
    return has_word(line, "STU-000001"); /* which the import of that study makes */
}

/* The same line may show a command and the act that it performs; it is run once. */
static bool has_run(const cli_commands *list, size_t index)
{
    const char *mine = list->commands[index]->declaration.example;
    for (size_t i = 0; i < index && mine; i++) {
        const char *other = list->commands[i]->declaration.example;
        if (other && strcmp(other, mine) == 0) {
            return true;
        }
    }
    return false;
}

static const moly_command *find(const cli_commands *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->commands[i]->declaration.name, name) == 0) {
            return list->commands[i];
        }
    }
    return NULL;
}

static void every_command_has_an_example_that_runs(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    cli_commands list;
    moly_error err = {0};
    assert_ok(cli_commands_list(arena, &list, &err), err);
    bool has_data = link_data();
    if (find(&list, "init")) {
        make_centre();
    }
    for (size_t i = 0; i < list.n; i++) {
        const moly_declaration *declaration = &list.commands[i]->declaration;
        const char *example = declaration->example;
        /* an act that only a command performs shows that command */
        bool is_shown =
            example &&
            (strstr(example, declaration->name) ||
             (strncmp(declaration->name, "act ", 4) == 0 && strncmp(example, "moly act ", 9) != 0));
        if (!is_shown || strncmp(example, "moly ", 5) != 0) {
            fail_msg("%s has no example that shows it", declaration->name);
            continue; /* fail_msg() does not return, which the analyser cannot know */
        }
        if (needs_data(example) && !has_data) {
            print_message("left out, its data are not here: %s\n", example);
            continue;
        }
        if (has_run(&list, i)) {
            continue;
        }
        char line[4096];
        (void)snprintf(line, sizeof line, "%s", example);
        if (strncmp(example, "moly act ", 9) == 0) {
            bool is_late = strcmp(declaration->name, "act safety.clear_waste") == 0;
            (void)snprintf(line, sizeof line, "%s --clock %s", example,
                           is_late ? waste_at : acts_at);
        }
        run_line(line, &result);
        if (result.exit_code != 0) {
            fail_msg("%s\nexits %d: %s", example, result.exit_code, result.err);
        }
    }
    moly_arena_free(arena);
}

/* A name may begin with a capital: "PET", "Mo-99", "DICOM", "Series Instance UID". */
static bool begins_a_name(const char *text)
{
    size_t n = strcspn(text, " ,:;'");
    bool is_name = strncmp(text, "Series Instance UID", 19) == 0 ||
                   strncmp(text, "Study Instance UID", 18) == 0;
    for (size_t i = 1; i < n; i++) {
        is_name = is_name || isupper((unsigned char)text[i]) || isdigit((unsigned char)text[i]);
    }
    return is_name;
}

static void help_speaks_in_one_style(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    cli_commands list;
    moly_error err = {0};
    assert_ok(cli_commands_list(arena, &list, &err), err);
    for (size_t i = 0; i < list.n; i++) {
        const moly_declaration *d = &list.commands[i]->declaration;
        const char *summary = d->summary, *description = d->description;
        if (!isupper((unsigned char)summary[0]) || summary[strlen(summary) - 1] == '.') {
            fail_msg("%s: a summary is an imperative without a point: %s", d->name, summary);
        }
        if (description && description[strlen(description) - 1] != '.' &&
            strncmp(description, "For bash:", 9) != 0) {
            fail_msg("%s: a description is sentences: %s", d->name, description);
        }
        for (size_t k = 0; k < d->n_params; k++) {
            const char *help = d->params[k].help;
            bool is_capital = isupper((unsigned char)help[0]) && !begins_a_name(help);
            if (is_capital || help[strlen(help) - 1] == '.') {
                bool is_ellipsis = strlen(help) > 3 && strcmp(help + strlen(help) - 3, "...") == 0;
                if (!is_ellipsis) {
                    fail_msg("%s --%s: help is a phrase, small and without a point: %s", d->name,
                             d->params[k].name, help);
                }
            }
        }
    }
    moly_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_speaks_in_one_style),
        cmocka_unit_test(every_command_has_an_example_that_runs),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
