/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of a telephone: the published vectors, and what may not be done with a code. */
#include "stores.h"

#include "telephone.h"

static const char ascii[] = "1234567890123456789012345678901234567890123456789012345678901234";

/* EVIDENCE: R-12 The codes are those of RFC 6238, appendix B, so that any authenticator makes them
 * without a network. */
static void codes_are_those_of_rfc_6238(void **state)
{
    (void)state;
    static const struct {
        uint64_t seconds;
        const char *sha1, *sha256, *sha512;
    } published[] = {
        {59, "94287082", "46119246", "90693936"},
        {1111111109, "07081804", "68084774", "25091201"},
        {1111111111, "14050471", "67062674", "99943326"},
        {1234567890, "89005924", "91819424", "93441116"},
        {2000000000, "69279037", "90698825", "38618901"},
        {20000000000, "65353130", "77737706", "47863826"},
    };
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        const struct {
            moly_totp_hash hash;
            size_t length;
            const char *code;
        } each[] = {{MOLY_TOTP_SHA1, 20, published[i].sha1},
                    {MOLY_TOTP_SHA256, 32, published[i].sha256},
                    {MOLY_TOTP_SHA512, 64, published[i].sha512}};
        for (size_t k = 0; k < 3; k++) {
            char code[MOLY_TOTP_MAX_DIGITS];
            moly_error err = {0};
            assert_ok(moly_totp_code((const uint8_t *)ascii, each[k].length, each[k].hash,
                                     published[i].seconds / MOLY_TOTP_STEP_S, 8, code, &err),
                      err);
            assert_string_equal(code, each[k].code);
        }
    }
}

/* ---- a person with a telephone ----------------------------------------------------------------
 */

static char *code_at(const json_t *offer, moly_instant t, char code[MOLY_TOTP_MAX_DIGITS])
{
    return telephone_code(json_string_value(json_object_get(offer, "secret")), t, code);
}

static json_t *offer_to(books *b, const char *user)
{
    moly_error err = {0};
    json_t *offer = NULL;
    assert_ok(moly_ledger_offer_second_factor(b->ledger, user, &offer, &err), err);
    return offer;
}

static json_t *give_telephone(books *b, const char *user)
{
    json_t *offer = offer_to(b, user);
    char body[300];
    enrol(b, user, "correct horse", "Anna");
    (void)snprintf(body, sizeof body,
                   "{'records':[{'kind':'person','id':'%s','set':{'second_factor_nonce':'%s'}}]}",
                   user, json_string_value(json_object_get(offer, "nonce")));
    enter(b, "admin.enrol", "person/anna", body);
    return offer;
}

static moly_status check(books *b, const char *code, moly_error *err)
{
    *err = (moly_error){0};
    return moly_ledger_check_second_factor(b->ledger, "anna", code, err);
}

static void a_code_is_taken_once_and_for_a_minute_and_a_half(void **state)
{
    books *b = *state;
    moly_error err = {0};
    char code[MOLY_TOTP_MAX_DIGITS], other[MOLY_TOTP_MAX_DIGITS];
    json_t *offer = give_telephone(b, "anna");
    assert_int_equal(check(b, NULL, &err), MOLY_ERR_SIGN_IN);
    assert_string_equal(err.rule, "R-12");
    assert_ok(check(b, code_at(offer, b->now, code), &err), err);
    /* EVIDENCE: R-12 A code that was taken is refused when it comes again. */
    assert_int_equal(check(b, code, &err), MOLY_ERR_SIGN_IN);
    assert_non_null(strstr(err.message, "used already"));
    /* one before it too, which the clock of the telephone would still allow */
    assert_int_equal(check(b, code_at(offer, moly_instant_add_s(b->now, -30), other), &err),
                     MOLY_ERR_SIGN_IN);
    assert_ok(check(b, code_at(offer, moly_instant_add_s(b->now, 30), other), &err), err);
    b->now = moly_instant_add_s(b->now, 600);
    assert_int_equal(check(b, code_at(offer, moly_instant_add_s(b->now, -61), other), &err),
                     MOLY_ERR_SIGN_IN);
    assert_int_equal(check(b, code_at(offer, moly_instant_add_s(b->now, 61), other), &err),
                     MOLY_ERR_SIGN_IN);
    assert_ok(check(b, code_at(offer, moly_instant_add_s(b->now, -30), other), &err), err);
    json_decref(offer);
}

static void who_has_no_second_factor_needs_no_code(void **state)
{
    books *b = *state;
    moly_error err = {0};
    enrol(b, "anna", "correct horse", "Anna");
    assert_ok(check(b, NULL, &err), err);
}

static void five_wrong_codes_lock_whatever_the_password_was(void **state)
{
    books *b = *state;
    moly_error err = {0};
    char code[MOLY_TOTP_MAX_DIGITS];
    json_t *offer = give_telephone(b, "anna");
    (void)code_at(offer, moly_instant_add_s(b->now, 3600), code);
    for (int i = 0; i < 5; i++) {
        moly_identity_free(sign_in(b, "anna", "correct horse")); /* which forgives no code */
        assert_int_equal(check(b, code, &err), MOLY_ERR_SIGN_IN);
        assert_string_equal(err.rule, "R-12");
    }
    assert_int_equal(check(b, code_at(offer, b->now, code), &err), MOLY_ERR_SIGN_IN);
    assert_string_equal(err.rule, "R-08");
    b->now = moly_instant_add_s(b->now, 16 * 60);
    assert_ok(check(b, code_at(offer, b->now, code), &err), err);
    json_decref(offer);
}

/* EVIDENCE: R-12 The shared secret stands in no record, event or table: two offers differ, and
 * neither is found in what is stored. */
static void the_secret_stands_nowhere_in_what_is_stored(void **state)
{
    books *b = *state;
    moly_error err = {0};
    json_t *offer = give_telephone(b, "anna"), *second = offer_to(b, "anna");
    json_t *events = NULL, *record = NULL;
    const char *secret = json_string_value(json_object_get(offer, "secret"));
    assert_string_not_equal(secret, json_string_value(json_object_get(second, "secret")));
    assert_non_null(strstr(json_string_value(json_object_get(offer, "uri")), secret));
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_events(reader, &(moly_event_query){.limit = 100}, &events, &err), err);
    assert_ok(moly_ledger_record(reader, "person", "anna", &record, &err), err);
    moly_ledger_reader_free(reader);
    char *texts[] = {json_dumps(events, 0), json_dumps(record, 0)};
    for (size_t i = 0; i < 2; i++) {
        assert_null(strstr(texts[i], secret));
        free(texts[i]);
    }
    json_decref(events);
    json_decref(record);
    json_decref(offer);
    json_decref(second);
}

static void a_nonce_or_code_of_another_shape_is_refused(void **state)
{
    books *b = *state;
    static const char *const codes[] = {"", "12345", "1234567", "abcdef", "-12345", "12345\n"};
    moly_error err = {0};
    json_t *offer = give_telephone(b, "anna");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        moly_status status = check(b, codes[i], &err);
        assert_int_equal(status, MOLY_ERR_SIGN_IN);
        b->now = moly_instant_add_s(b->now, 1000); /* no lock stands in the way */
    }
    json_decref(offer);
}

int main(void)
{
    const struct CMUnitTest vectors[] = {cmocka_unit_test(codes_are_those_of_rfc_6238)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_taken_once_and_for_a_minute_and_a_half),
        cmocka_unit_test(who_has_no_second_factor_needs_no_code),
        cmocka_unit_test(five_wrong_codes_lock_whatever_the_password_was),
        cmocka_unit_test(the_secret_stands_nowhere_in_what_is_stored),
        cmocka_unit_test(a_nonce_or_code_of_another_shape_is_refused),
    };
    int failures = cmocka_run_group_tests(vectors, NULL, NULL);
    return failures + RUN_OVER_STORES(tests);
}
