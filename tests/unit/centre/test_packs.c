/* SPDX-License-Identifier: Apache-2.0 */
/* Packs of countries: inherited, signed, adopted by two persons, and kept with what they decided.
 */
#include "centre_testing.h"

#include "moly/centre/pack.h"
#include "retention.h"

static const char seed[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/* The pack of Kyrgyzstan with a limit of its own for Mo-99, as it would be written by hand. */
static json_t *pack_of(const char *version, double molybdenum)
{
    char text[800];
    (void)snprintf(text, sizeof text,
                   "{'pack':'KG','inherits':'EAEU','version':'%s','name':'Kyrgyz Republic',"
                   "'limits':[{'key':'molybdenum_bq_per_bq','value':%g,'unit':'Bq/Bq',"
                   "'source':'a decree of the test','status':'sourced'}]}",
                   version, molybdenum);
    return json_of(text);
}

static json_t *signed_pack(const char *version, double molybdenum)
{
    json_t *bare = pack_of(version, molybdenum), *file = NULL;
    moly_error err = {0};
    assert_ok(moly_pack_sign(bare, seed, &file, &err), err);
    json_decref(bare);
    return file;
}

static moly_status adopt(centre *c, json_t *file, const char *key, const char *hash, json_t **event,
                         moly_error *err)
{
    const moly_performer performer = {.user = "physicist",
                                      .authentication = "password",
                                      .identity = identity_of(c, "physicist"),
                                      .second = identity_of(c, "qualified-person")};
    json_t *fields = json_pack("{s:O, s:s, s:s*, s:s*}", "pack", file, "reason", "a new decree",
                               "key", key, "hash", hash);
    *event = NULL;
    moly_status status =
        moly_centre_perform(c->ledger, "centre.adopt_pack", fields, &performer, event, err);
    json_decref(fields);
    return status;
}

static void adopt_refused(centre *c, json_t *file, const char *key, const char *hash,
                          const char *piece)
{
    json_t *event = NULL;
    moly_error err = {0};
    moly_status status = adopt(c, file, key, hash, &event, &err);
    if (status != MOLY_ERR_RULE || strcmp(err.rule, "R-68") != 0 || !strstr(err.message, piece)) {
        fail_msg("wanted a refusal by R-68 with '%s', got %s %s: %s", piece,
                 moly_status_name(status), err.rule, err.message);
    }
}

static void a_country_inherits_from_its_union_and_that_from_the_common_pack(void **state)
{
    (void)state;
    const site_data *ru = site_data_for("RU"), *kz = site_data_for("KZ"), *us = site_data_for("US");
    assert_true(site_value(ru, "lens_dose_year_sv") == 0.15); /* NRB-99/2009 3.1 */
    assert_true(site_value(ru, "particles_b_5_per_m3") == 2900.0);
    assert_string_equal(site_limit_of(ru, "particles_b_5_per_m3")->version, "EAEU 2026.1");
    assert_true(site_value(kz, "lens_dose_year_sv") == 0.05);
    assert_string_equal(kz->version, "EAEU 2026.1 common 2026.1");
    assert_true(site_value(us, "molybdenum_bq_per_bq") == 0.00015);
    assert_true(site_value(site_data_for("DE"), "staff_dose_year_sv") == 0.02);
    assert_string_equal(site_data_for("JP")->version, "common 2026.1");
    assert_null(site_limit_find(us, "no_such_limit"));
    assert_string_not_equal(ru->hash, us->hash);
}

static void every_limit_in_force_names_its_source_and_whether_its_text_was_read(void **state)
{
    (void)state;
    size_t n = 0;
    const site_pack *packs = site_packs(&n);
    for (size_t i = 0; i < n; i++) {
        json_t *whole = NULL, *row;
        size_t k;
        moly_error err = {0};
        assert_ok(moly_pack_show(packs[i].code, true, &whole, &err), err);
        const json_t *rows = json_object_get(whole, "limits");
        assert_int_equal(json_array_size(rows), packs[0].n_limits);
        json_array_foreach(rows, k, row)
        {
            assert_true(strlen(text_in(row, "source")) > 5);
            assert_non_null(strstr("sourced check", text_in(row, "status")));
        }
        json_decref(whole);
    }
}

/* Rows of `code` and of the packs that inherit from it, whose text was read. */
static size_t sourced_in(const char *code)
{
    size_t n = 0, found = 0;
    const site_pack *packs = site_packs(&n);
    for (size_t i = 0; i < n; i++) {
        bool is_in = strcmp(packs[i].code, code) == 0 ||
                     (packs[i].inherits && strcmp(packs[i].inherits, code) == 0);
        for (size_t k = 0; is_in && k < packs[i].n_limits; k++) {
            found += strcmp(packs[i].limits[k].status, "sourced") == 0;
        }
    }
    return found;
}

static void europe_and_america_have_25_values_whose_text_was_read(void **state)
{
    (void)state;
    assert_true(sourced_in("EU") >= 25);
    assert_true(sourced_in("US") >= 25);
}

/* EVIDENCE: R-68 a pack carries its hash and its publisher's signature; one altered value is found
 */
static void an_altered_pack_is_found(void **state)
{
    (void)state;
    moly_error err = {0};
    json_t *file = signed_pack("2026.2", 0.0005), *report = NULL;
    assert_ok(moly_pack_verify(file, NULL, &report, &err), err);
    /* RFC 8032's derivation of this seed, as other programs give it */
    assert_string_equal(text_in(report, "public_key"),
                        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
    assert_int_equal(json_integer_value(json_object_get(report, "n_sourced")), 1);
    json_decref(report);
    assert_fails(moly_pack_verify(file, seed, &report, &err), MOLY_ERR_DATA, "signed by", err);
    json_t *limit = json_array_get(json_object_get(file, "limits"), 0);
    json_object_set_new(limit, "value", json_real(0.005));
    assert_fails(moly_pack_verify(file, NULL, &report, &err), MOLY_ERR_DATA, "was changed", err);
    json_decref(file);
}

static void a_pack_with_an_unknown_limit_another_unit_or_no_source_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *member, *value, *piece;
    } wrong[] = {{"key", "molybdenum", "no such limit as"},
                 {"unit", "kBq/MBq", "its unit is Bq/Bq"},
                 {"source", "", "lacks"},
                 {"status", "true", "not sourced or check"},
                 {"color", "red", "unknown member"},
                 {"note", "", "1 to 400 bytes"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        moly_error err = {0};
        json_t *file = pack_of("2026.2", 0.0005), *report = NULL;
        json_t *limit = json_array_get(json_object_get(file, "limits"), 0);
        json_object_set_new(limit, wrong[i].member, json_string(wrong[i].value));
        assert_fails(moly_pack_verify(file, NULL, &report, &err), MOLY_ERR_DATA, wrong[i].piece,
                     err);
        json_decref(file);
    }
}

/* EVIDENCE: R-68 a pack changes by an act of two persons, is refused when it was tampered with, is
 * not signed by its publisher or is not newer, and is a change record of its own */
static void a_pack_is_adopted_by_two_persons_and_a_tampered_one_is_refused(void **state)
{
    centre *c = *state;
    json_t *file = signed_pack("2026.2", 0.0005), *event = NULL;
    moly_error err = {0};
    const char *key = text_in(file, "public_key");
    adopt_refused(c, file, NULL, NULL, "does not know yet");
    adopt_refused(c, file, seed, NULL, "not by the key that is trusted");
    json_t *tampered = json_deep_copy(file);
    json_object_set_new(json_array_get(json_object_get(tampered, "limits"), 0), "value",
                        json_real(0.1));
    adopt_refused(c, tampered, key, NULL, "was changed after it was signed");
    json_decref(tampered);
    json_t *old = signed_pack("2026.1", 0.0005);
    adopt_refused(c, old, key, NULL, "not newer than 2026.1");
    json_decref(old);
    json_t *bare = pack_of("2026.2", 0.0005);
    adopt_refused(c, bare, NULL, NULL, "the field 'hash' is missing");
    adopt_refused(c, bare, key, NULL, "is not signed");

    assert_ok(adopt(c, file, key, NULL, &event, &err), err);
    assert_int_equal(json_array_size(json_object_get(event, "signatures")), 2);
    json_decref(event);
    assert_record(c, "pack", "KG", "version", "2026.2");
    assert_record(c, "pack", "KG", "hash", text_in(file, "hash"));
    assert_record(c, "pack", "KG", "replaces", "2026.1");
    /* the publisher is known now: a pack without the signature is no longer taken */
    json_object_set_new(bare, "version", json_string("2026.3"));
    adopt_refused(c, bare, NULL, text_in(file, "hash"), "is not signed");
    json_decref(bare);
    json_t *next = signed_pack("2026.10", 0.0004);
    assert_ok(adopt(c, next, NULL, NULL, &event, &err), err);
    json_decref(event);
    json_decref(next);
    json_decref(file);
}

/* EVIDENCE: R-68 a pack that nobody signed is adopted by the hash that both persons compared */
static void a_site_adopts_its_own_pack_by_its_hash(void **state)
{
    centre *c = *state;
    json_t *bare = pack_of("2026.2", 0.0005), *report = NULL, *event = NULL;
    moly_error err = {0};
    assert_ok(moly_pack_verify(bare, NULL, &report, &err), err);
    adopt_refused(c, bare, NULL, seed, "another's");
    assert_ok(adopt(c, bare, NULL, text_in(report, "hash"), &event, &err), err);
    json_decref(event);
    json_decref(report);
    json_decref(bare);
}

static json_t *tested(centre *c)
{
    return do_act_of(c, "technologist", NULL, "pharmacy.test_breakthrough",
                     "{'eluate':'ELU-000001','molybdenum':'100 kBq'}");
}

/* EVIDENCE: R-15 an eluate keeps the limit and the version it was judged by; later acts use the
 * newest adopted pack, and every event names version and hash */
static void old_records_keep_the_version_they_used(void **state)
{
    centre *c = *state;
    json_t *event = NULL, *file = signed_pack("2026.2", 0.0005);
    moly_error err = {0};
    stock(c);
    at(c, "2026-11-23T06:00Z");
    eluted(c, 1.0);
    json_t *before = tested(c);
    const json_t *body = json_object_get(before, "body");
    assert_string_equal(text_in(body, "site_data"), "KG 2026.1 EAEU 2026.1 common 2026.1");
    assert_string_equal(text_in(body, "site_data_hash"), site_data_for("KG")->hash);
    assert_true(record_value(c, "eluate", "ELU-000001", "molybdenum_limit") == 0.001);

    at(c, "2026-11-23T06:30Z");
    assert_ok(adopt(c, file, text_in(file, "public_key"), NULL, &event, &err), err);
    json_decref(event);
    json_decref(file);
    assert_true(record_value(c, "eluate", "ELU-000001", "molybdenum_limit") == 0.001);

    at(c, "2026-11-23T12:00Z");
    eluted(c, 1.0);
    json_t *after = do_act_of(c, "technologist", NULL, "pharmacy.test_breakthrough",
                              "{'eluate':'ELU-000002','molybdenum':'100 kBq'}");
    body = json_object_get(after, "body");
    assert_string_equal(text_in(body, "site_data"), "KG 2026.2 EAEU 2026.1 common 2026.1");
    assert_string_not_equal(text_in(body, "site_data_hash"), site_data_for("KG")->hash);
    assert_true(record_value(c, "eluate", "ELU-000002", "molybdenum_limit") == 0.0005);
    json_decref(after);
    json_decref(before);
}

static const site_limit *kept(const char *country, const char *record, const char *last,
                              moly_instant *until)
{
    const site_limit *by = NULL;
    json_t *json = json_of(record);
    retention_until(site_data_for(country), json, instant_of(last), until, &by);
    json_decref(json);
    return by;
}

static void assert_within_days(moly_instant t, const char *expected, double days)
{
    double late_s = moly_instant_difference_s(instant_of(expected), t);
    if (late_s < 0.0 || late_s > days * 86400.0) {
        fail_msg("%.1f days after %s", late_s / 86400.0, expected);
    }
}

/* EVIDENCE: R-07 the period follows from class and country, the longer of two counts */
static void how_long_a_record_is_kept_follows_from_its_class_and_country(void **state)
{
    (void)state;
    moly_instant until;
    const site_limit *by = kept("US", "{'kind':'dose'}", "2026-11-23T06:00Z", &until);
    assert_string_equal(by->key, "retention_dose_a");
    assert_within_days(until, "2029-11-23T06:00Z", 2.0);
    /* 30 years after the work ended, or the age of 75: the later */
    by = kept("DE", "{'kind':'staff_dose','birth_date':'1990-05-01','work_ended':'2030-01-01'}",
              "2030-01-01T00:00Z", &until);
    assert_string_equal(by->key, "retention_staff_dose_age_a");
    assert_within_days(until, "2065-05-01T00:00Z", 2.0);
    by = kept("DE", "{'kind':'staff_dose','birth_date':'1960-05-01','work_ended':'2030-01-01'}",
              "2030-01-01T00:00Z", &until);
    assert_string_equal(by->key, "retention_staff_dose_a");
    assert_within_days(until, "2060-01-01T00:00Z", 2.0);
    /* Russia keeps the journal permanently: SanPiN 2.6.1.2368-08, appendix 7 */
    (void)kept("RU", "{'kind':'eluate'}", "2026-11-23T06:00Z", &until);
    assert_true(moly_instant_is_none(until));
    (void)kept("RU", "{'kind':'anything'}", "2026-11-23T06:00Z", &until);
    assert_false(moly_instant_is_none(until));
}

/* EVIDENCE: R-07 nothing can be purged, early or late: there is no act that removes, and a record
 * answers until when its archive must be kept */
static void nothing_can_be_purged(void **state)
{
    centre *c = *state;
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        const char *name = acts[i]->declaration.name;
        assert_true(!strstr(name, "delete") && !strstr(name, "purge") && !strstr(name, "remove"));
    }
    stock(c);
    moly_error err = {0};
    json_t *answer = NULL;
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_record_retention(moly_ledger_site(c->ledger), reader, "generator", "GEN-000001",
                                    &answer, &err),
              err);
    assert_string_equal(text_in(answer, "key"), "retention_eluate_a");
    assert_non_null(strstr(text_in(answer, "until"), "2029-11-"));
    json_decref(answer);
    assert_fails(moly_record_retention(moly_ledger_site(c->ledger), reader, "kit", "KIT-000009",
                                       &answer, &err),
                 MOLY_ERR_NOT_FOUND, "KIT-000009", err);
    moly_ledger_reader_free(reader);
}

#define WITH_CENTRE(test) cmocka_unit_test_setup_teardown(test, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_inherits_from_its_union_and_that_from_the_common_pack),
        cmocka_unit_test(every_limit_in_force_names_its_source_and_whether_its_text_was_read),
        cmocka_unit_test(europe_and_america_have_25_values_whose_text_was_read),
        cmocka_unit_test(an_altered_pack_is_found),
        cmocka_unit_test(a_pack_with_an_unknown_limit_another_unit_or_no_source_is_refused),
        WITH_CENTRE(a_pack_is_adopted_by_two_persons_and_a_tampered_one_is_refused),
        WITH_CENTRE(a_site_adopts_its_own_pack_by_its_hash),
        WITH_CENTRE(old_records_keep_the_version_they_used),
        cmocka_unit_test(how_long_a_record_is_kept_follows_from_its_class_and_country),
        WITH_CENTRE(nothing_can_be_purged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
