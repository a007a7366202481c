/* SPDX-License-Identifier: Apache-2.0 */
#include "qualify_checks.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "moly/base/text.h"
#include "moly/centre/centre.h"
#include "moly/centre/pack.h"
#include "moly/nuclide/decay.h"
#include "moly/nuclide/nuclide.h"
#include "moly/report/report.h"

typedef struct checking {
    json_t *checks;
    const moly_run *run;
    const char *url; /* of the site */
    bool is_broken;  /* no memory for a row */
    char folder[256], trial_url[320], trial_path[300];
    moly_ledger *trial;
} checking;

static void row(checking *c, const char *id, const char *what, const char *expected, bool is_good,
                const char *found, ...) MOLY_PRINTF(6, 7);
static void row(checking *c, const char *id, const char *what, const char *expected, bool is_good,
                const char *found, ...)
{
    char text[600];
    va_list args;
    va_start(args, found);
    const int length = vsnprintf(text, sizeof text, found, args);
    va_end(args);
    c->is_broken = c->is_broken || length < 0;
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", id, "what", what, "expected",
                            expected, "found", text, "passed", is_good);
    c->is_broken = json_array_append_new(c->checks, one) != 0 || c->is_broken;
}

/* ---- installation ------------------------------------------------------------------------------
 */

static void check_program(checking *c)
{
    size_t n_acts = 0;
    (void)moly_acts(&n_acts);
    row(c, "IQ-01", "Program", "a version of Moly", n_acts > 0, "Moly %s, %zu acts", MOLY_VERSION,
        n_acts);
}

/* Half-lives of DDEP as printed, entered here by hand and not taken from the tables. */
static void check_nuclides(checking *c)
{
    static const struct {
        const char *name;
        double half_life_s;
    } known[] = {{"Tc-99m", 6.0067 * 3600.0},
                 {"Mo-99", 2.7479 * 86400.0},
                 {"F-18", 1.8288 * 3600.0},
                 {"I-131", 8.0233 * 86400.0},
                 {"Lu-177", 6.647 * 86400.0}};
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    const double tolerance = 1e-3;
    double worst = 0.0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t index = 0;
        moly_error ignored = {0};
        double ratio = NAN;
        if (moly_nuclide_find(set, known[i].name, &index, &ignored) == MOLY_OK) {
            const double lambda = moly_nuclide_at(set, index)->lambda_per_s;
            ratio = M_LN2 / lambda / known[i].half_life_s;
        }
        worst = fabs(ratio - 1.0) <= worst ? worst : fabs(ratio - 1.0);
    }
    row(c, "IQ-02", "Half-lives of Tc-99m, Mo-99, F-18, I-131, Lu-177",
        "as DDEP prints them, within 0.1 %", worst <= tolerance, "largest difference %.2g %%",
        100.0 * worst);
}

static void check_pack(checking *c, const moly_site *site)
{
    json_t *pack = NULL;
    moly_error err = {0};
    moly_status status = moly_pack_show(site->country, false, &pack, &err);
    if (status) {
        err = (moly_error){0};
        status = moly_pack_show("common", false, &pack, &err);
    }
    row(c, "IQ-03", "Limits of the country", "a pack with its version and hash", status == MOLY_OK,
        "%s: %s, %.16s", site->country,
        status ? err.message : json_string_value(json_object_get(pack, "version")),
        status ? "" : json_string_value(json_object_get(pack, "hash")));
    json_decref(pack);
}

static void check_evidence(checking *c)
{
    json_t *report = NULL;
    moly_error err = {0};
    moly_status status = moly_ledger_verify(c->url, NULL, c->run->progress, &report, &err);
    row(c, "IQ-04", "Events of this site", "every hash, link and signature holds", !status,
        "%lld events%s%s", (long long)json_integer_value(json_object_get(report, "events")),
        status ? ": " : "", err.message);
    json_decref(report);
    report = NULL;
    err = (moly_error){0};
    status = moly_ledger_compare(c->url, c->run->progress, &report, &err);
    row(c, "IQ-05", "Tables of this site", "as the events make them", !status, "%s",
        status ? err.message : "identical");
    json_decref(report);
}

static void check_disk(checking *c)
{
    static const double wanted_bytes = 1e9;
    struct statvfs disk;
    const char *path = strncmp(c->url, "sqlite:", 7) == 0 ? c->url + 7 : "/";
    const bool is_known = statvfs(path, &disk) == 0;
    const double free_bytes = is_known ? (double)disk.f_bavail * (double)disk.f_frsize : 0.0;
    row(c, "IQ-06", "Room on the disk of the records", "at least 1 GB", free_bytes >= wanted_bytes,
        "%.1f GB", free_bytes * 1e-9);
}

/* ---- its work ----------------------------------------------------------------------------------
 */

static moly_status decayed(const char *text, double after_s, const char *name, double *activity_bq)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    const size_t n = moly_nuclide_set_size(set);
    moly_error err = {0};
    moly_inventory_term term;
    moly_decay_engine *engine = NULL;
    size_t n_terms = 0, index = 0;
    double *atoms = moly_alloc(n, sizeof *atoms), *out = moly_alloc(n, sizeof *out);
    moly_status status = atoms && out ? MOLY_OK : MOLY_NO_MEMORY(&err);
    status = status ? status : moly_inventory_parse(set, text, 1, &term, &n_terms, &err);
    status = status ? status : moly_nuclide_find(set, name, &index, &err);
    status = status ? status : moly_decay_engine_for_set(set, &engine, &err);
    if (!status) {
        atoms[term.nuclide] = term.activity_bq / moly_nuclide_at(set, term.nuclide)->lambda_per_s;
        status = moly_decay_atoms(engine, atoms, &after_s, 1, out, NULL, &err);
    }
    if (!status) {
        *activity_bq = out[index] * moly_nuclide_at(set, index)->lambda_per_s;
    }
    moly_decay_engine_free(engine);
    moly_free(atoms);
    moly_free(out);
    return status;
}

/* Against the closed forms, in long double. */
static void check_decay(checking *c)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t f18 = 0, mo99 = 0, tc99m = 0;
    moly_error err = {0};
    const double day_s = 86400.0, limit = 1e-12;
    double one_bq = NAN, two_bq = NAN;
    moly_status status = moly_nuclide_find(set, "F-18", &f18, &err);
    status = status ? status : moly_nuclide_find(set, "Mo-99", &mo99, &err);
    status = status ? status : moly_nuclide_find(set, "Tc-99m", &tc99m, &err);
    status = status ? status : decayed("1 GBq F-18", 7200.0, "F-18", &one_bq);
    status = status ? status : decayed("1 GBq Mo-99", day_s, "Tc-99m", &two_bq);
    const long double single =
        1e9L * expl(-(long double)moly_nuclide_at(set, f18)->lambda_per_s * 7200.0L);
    const double off_one = fabs(one_bq / (double)single - 1.0);
    row(c, "OQ-01", "1 GBq of F-18 after 2 h", "A exp(-lambda t) within 1e-12",
        !status && off_one <= limit, "%.9g MBq, off by %.1g", one_bq * 1e-6, off_one);
    const moly_nuclide *parent = moly_nuclide_at(set, mo99);
    long double fraction = 0.0L;
    for (size_t i = 0; i < parent->n_branches; i++) {
        if (parent->branches[i].daughter == (int)tc99m) {
            fraction = (long double)parent->branches[i].fraction;
        }
    }
    const long double a = (long double)parent->lambda_per_s;
    const long double b = (long double)moly_nuclide_at(set, tc99m)->lambda_per_s;
    const long double ingrown = 1e9L * fraction * b / (b - a) *
                                (expl(-a * (long double)day_s) - expl(-b * (long double)day_s));
    const double off_two = fabs(two_bq / (double)ingrown - 1.0);
    row(c, "OQ-02", "Tc-99m of 1 GBq of pure Mo-99 after 24 h", "Bateman's formula within 1e-12",
        !status && off_two <= limit, "%.9g MBq, off by %.1g", two_bq * 1e-6, off_two);
}

static moly_status found_trial(checking *c, moly_error *err)
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(c->folder, sizeof c->folder, "%.200s/moly-qualify-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(c->folder)) {
        c->folder[0] = '\0';
        return MOLY_FAIL(err, MOLY_ERR_IO, "no temporary folder in %.200s", base ? base : "/tmp");
    }
    (void)snprintf(c->trial_path, sizeof c->trial_path, "%s/trial.db", c->folder);
    (void)snprintf(c->trial_url, sizeof c->trial_url, "sqlite:%s", c->trial_path);
    const moly_site site = {"Qualification", "KG", 360, true};
    moly_status status = moly_ledger_create(c->trial_url, &site, &c->run->clock, &c->trial, err);
    return status ? status : moly_centre_found_example(c->trial, c->run->progress, err);
}

static void refusal(checking *c, const char *id, const char *what, const char *user,
                    const char *act, const char *fields, const char *rule)
{
    json_t *given = NULL, *event = NULL;
    moly_identity *identity = NULL;
    moly_error err = {0};
    char password[80];
    (void)snprintf(password, sizeof password, "%s-moly", user);
    moly_status status = moly_json_parse(fields, strlen(fields), &given, &err);
    status = status ? status : moly_ledger_sign_in(c->trial, user, password, &identity, &err);
    if (!status) {
        const moly_performer who = {
            .user = user, .authentication = "qualification", .identity = identity};
        status = moly_centre_perform(c->trial, act, given, &who, &event, &err);
    }
    row(c, id, what, rule, status && strcmp(err.rule, rule) == 0, "%s: %s",
        status ? err.rule : "done", status ? err.message : "it was not refused");
    json_decref(event);
    json_decref(given);
    moly_identity_free(identity);
}

static void check_rules(checking *c)
{
    moly_identity *identity = NULL;
    moly_error err = {0};
    refusal(c, "OQ-04", "An untested kit is not released", "radiopharmacist", "pharmacy.release",
            "{\"kit\":\"KIT-000003\"}", "R-13");
    refusal(c, "OQ-05", "Who may not release does not", "technologist", "pharmacy.release",
            "{\"kit\":\"KIT-000002\"}", "R-08");
    refusal(c, "OQ-06", "A kit in quarantine is not labelled", "technologist", "pharmacy.label_kit",
            "{\"lot\":\"LOT-000005\",\"eluate\":\"ELU-000003\",\"volume\":\"1 mL\","
            "\"activity\":\"500 MBq\"}",
            "R-20");
    moly_status status =
        moly_ledger_sign_in(c->trial, "physicist", "not the password", &identity, &err);
    row(c, "OQ-07", "A wrong password", "is refused", status == MOLY_ERR_SIGN_IN, "%s",
        status ? err.message : "it was taken");
    moly_identity_free(identity);
}

static void check_books(checking *c)
{
    moly_ledger_reader *reader = NULL;
    json_t *balance = NULL, *report = NULL;
    moly_report_bytes pdf = {0};
    moly_error err = {0};
    moly_status status = moly_ledger_reader_new(c->trial, &reader, &err);
    if (!status) {
        status = moly_ledger_balance(reader, moly_clock_now(&c->run->clock), &balance, &err);
    }
    size_t i;
    const json_t *one;
    double residue_bq = 0.0;
    json_array_foreach(json_object_get(balance, "residue"), i, one)
    {
        residue_bq = fmax(residue_bq, fabs(json_number_value(json_object_get(one, "activity_bq"))));
    }
    row(c, "OQ-08", "Double entry of an example centre",
        "what came in and what is there differ by less than 1 Bq", !status && residue_bq < 1.0,
        "%.2g Bq", residue_bq);
    status = status ? status : moly_report_label(reader, "KIT-000001", "ar", false, &pdf, &err);
    row(c, "OQ-09", "A label in Arabic", "a PDF", !status && pdf.length > 1000, "%zu bytes",
        pdf.length);
    moly_report_bytes_free(&pdf);
    moly_ledger_reader_free(reader);
    json_decref(balance);
    err = (moly_error){0};
    status = moly_ledger_rebuild(c->trial, c->run->progress, &report, &err);
    const bool is_same = json_is_true(json_object_get(report, "identical"));
    row(c, "OQ-10", "Tables made anew from the events", "identical", !status && is_same, "%s",
        status    ? err.message
        : is_same ? "identical"
                  : "they differ");
    json_decref(report);
}

/* One letter of the first event that names a technologist. */
static moly_status alter(const char *path, moly_error *err)
{
    static const char piece[] = "\"technologist\"";
    char *data = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(path, 64 << 20, &data, &length, err);
    char *at = NULL;
    for (size_t i = 0; !status && !at && i + sizeof piece <= length; i++) {
        at = memcmp(data + i, piece, sizeof piece - 1) == 0 ? data + i : NULL;
    }
    if (!status && !at) {
        status = MOLY_FAIL(err, MOLY_ERR_INTERNAL, "nothing to alter in %s", path);
    }
    if (!status) {
        at[3] ^= 1;
        status = moly_file_write(path, data, length, err);
    }
    moly_free(data);
    return status;
}

static void check_tampering(checking *c)
{
    json_t *report = NULL;
    moly_error err = {0};
    moly_ledger_close(c->trial);
    c->trial = NULL;
    moly_status status = moly_ledger_verify(c->trial_url, NULL, NULL, &report, &err);
    row(c, "OQ-11", "An untouched ledger", "verifies", !status, "%s",
        status ? err.message : "verified");
    json_decref(report);
    report = NULL;
    err = (moly_error){0};
    status = alter(c->trial_path, &err);
    if (!status) {
        status = moly_ledger_verify(c->trial_url, NULL, NULL, &report, &err);
    }
    row(c, "OQ-12", "One altered byte", "is found", status == MOLY_ERR_DATA, "%s",
        status ? err.message : "it was not found");
    json_decref(report);
}

static void clear_trial(checking *c)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    moly_ledger_close(c->trial);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && c->folder[0]; i++) {
        char path[340];
        (void)snprintf(path, sizeof path, "%s%s", c->trial_path, endings[i]);
        (void)unlink(path);
    }
    if (c->folder[0]) {
        (void)rmdir(c->folder);
    }
}

moly_status qualify_all(const char *url, const moly_run *run, json_t **checks, moly_error *err)
{
    checking c = {.checks = json_array(), .run = run, .url = url};
    moly_ledger *ledger = NULL;
    *checks = NULL;
    moly_status status = c.checks ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = moly_ledger_open(url, &run->clock, &ledger, err);
    }
    if (status) {
        json_decref(c.checks);
        return status;
    }
    check_program(&c);
    check_nuclides(&c);
    check_pack(&c, moly_ledger_site(ledger));
    moly_ledger_close(ledger);
    check_evidence(&c);
    check_disk(&c);
    check_decay(&c);
    moly_error trial = {0};
    status = found_trial(&c, &trial);
    row(&c, "OQ-03", "An example centre is founded by its acts", "done", !status, "%s",
        status ? trial.message : "done");
    if (!status) {
        check_rules(&c);
        check_books(&c);
        check_tampering(&c);
    }
    clear_trial(&c);
    if (c.is_broken) {
        json_decref(c.checks);
        return MOLY_NO_MEMORY(err);
    }
    *checks = c.checks;
    return MOLY_OK;
}
