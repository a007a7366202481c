/* SPDX-License-Identifier: Apache-2.0 */
/* What the header promises of accounts of activity, on every store. */
#include "stores.h"

static const json_t *find_line(const json_t *list, const char *account, const char *nuclide)
{
    size_t i;
    json_t *line;
    json_array_foreach((json_t *)list, i, line)
    {
        const char *its_account = json_string_value(json_object_get(line, "account"));
        if ((!account || strcmp(its_account, account) == 0) &&
            strcmp(json_string_value(json_object_get(line, "nuclide")), nuclide) == 0) {
            return line;
        }
    }
    return NULL;
}

static double line_bq(const json_t *list, const char *account, const char *nuclide)
{
    const json_t *line = find_line(list, account, nuclide);
    return line ? json_number_value(json_object_get(line, "activity_bq")) : 0.0;
}

/* Half-lives and branching: DDEP (Mo-99 65.924 h 2004, Tc-99m 6.0067 h, branch 0.8868 to 2 %), so
 * the closed form of Bateman with Moly's own constants is the oracle. */
static double tc99m_from_mo99(double mo_bq, double seconds)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t mo, tc;
    double branch = 0.0;
    assert_int_equal(moly_nuclide_find(set, "Mo-99", &mo, NULL), MOLY_OK);
    assert_int_equal(moly_nuclide_find(set, "Tc-99m", &tc, NULL), MOLY_OK);
    const moly_nuclide *parent = moly_nuclide_at(set, mo);
    for (size_t i = 0; i < parent->n_branches; i++) {
        if (parent->branches[i].daughter == (int)tc) {
            branch += parent->branches[i].fraction;
        }
    }
    double lm = parent->lambda_per_s, lt = moly_nuclide_at(set, tc)->lambda_per_s;
    return mo_bq * branch * lt / (lt - lm) * (exp(-lm * seconds) - exp(-lt * seconds));
}

static void activity_grows_in_a_generator_and_leaves_with_the_eluate(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    moly_ledger_reader *reader = read_books(b);
    double bq = 0, sd_bq = 0, grown = tc99m_from_mo99(1e10, 86400.0);
    assert_ok(moly_ledger_activity(reader, "generator/G-1", "Tc99m", at("2026-11-23T06:00:00Z"),
                                   &bq, &sd_bq, &err),
              err);
    assert_relative(bq, grown, 1e-12);
    assert_relative(sd_bq, grown * 0.05, 1e-9); /* wholly due to the parent's 5 % */
    moly_ledger_reader_free(reader);
    elute(b, "6.1e9");
    reader = read_books(b);
    assert_ok(moly_ledger_activity(reader, "generator/G-1", "Tc-99m", at("2026-11-23T06:00:00Z"),
                                   &bq, NULL, &err),
              err);
    assert_relative(bq, grown - 6e9, 1e-9);
    assert_ok(moly_ledger_activity(reader, "eluate/E-000001", "Tc-99m", at("2026-11-23T06:00:00Z"),
                                   &bq, &sd_bq, &err),
              err);
    assert_relative(bq, 6e9, 1e-14);
    assert_relative(sd_bq, 1e8, 1e-12);
    /* before the elution there was none in it */
    assert_ok(moly_ledger_activity(reader, "eluate/E-000001", "Tc-99m", at("2026-11-23T05:00:00Z"),
                                   &bq, NULL, &err),
              err);
    assert_true(bq == 0.0);
    moly_ledger_reader_free(reader);
}

static void books_balance_at_every_instant_outside_included(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    elute(b, "6.1e9");
    moly_ledger_reader *reader = read_books(b);
    static const char *const instants[] = {"2026-11-22T06:00:00Z", "2026-11-22T18:30:00Z",
                                           "2026-11-23T06:00:00Z", "2026-11-24T00:00:00Z",
                                           "2027-06-01T00:00:00Z"};
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        json_t *balance = NULL, *line;
        size_t k;
        assert_ok(moly_ledger_balance(reader, at(instants[i]), &balance, &err), err);
        json_array_foreach(json_object_get(balance, "residue"), k, line)
        {
            /* rounding of amounts of 1e10 Bq */
            assert_true(fabs(json_number_value(json_object_get(line, "activity_bq"))) < 1e-3);
        }
        json_decref(balance);
    }
    json_t *balance = NULL;
    assert_ok(moly_ledger_balance(reader, at("2026-11-23T06:00:00Z"), &balance, &err), err);
    const json_t *results = json_object_get(balance, "results");
    assert_relative(line_bq(results, "eluate/E-000001", "Tc-99m"), 6e9, 1e-12);
    assert_relative(line_bq(json_object_get(balance, "totals"), NULL, "Tc-99m"),
                    tc99m_from_mo99(1e10, 86400.0), 1e-12);
    assert_int_equal(json_array_size(json_object_get(balance, "discrepancies")), 0);
    json_decref(balance);
    moly_ledger_reader_free(reader);
}

static void a_posting_dated_back_gives_the_same_books_as_one_in_order(void **state)
{
    books *b = *state;
    moly_error err = {0};
    static const char transfer[] =
        "{'transfers':[{'from':'outside/x','to':'vial/%s','at':'%s','nuclide':'Mo-99',"
        "'activity_bq':%s,'sd_bq':1e6}]}";
    static const char *const order[2][2] = {{"2026-11-22T06:00:00Z", "2026-11-22T09:00:00Z"},
                                            {"2026-11-22T09:00:00Z", "2026-11-22T06:00:00Z"}};
    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < 2; i++) {
            char body[400];
            (void)snprintf(body, sizeof body, transfer, way ? "B" : "A", order[way][i],
                           (i == 0) == (way == 0) ? "1e9" : "2e9");
            enter(b, "test", "vial/x", body);
        }
    }
    moly_ledger_reader *reader = read_books(b);
    static const char *const instants[] = {"2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z",
                                           "2026-11-25T09:00:00Z"};
    for (size_t i = 0; i < 3; i++) {
        double a[2], sd[2];
        for (int way = 0; way < 2; way++) {
            assert_ok(moly_ledger_activity(reader, way ? "vial/B" : "vial/A", "Tc-99m",
                                           at(instants[i]), &a[way], &sd[way], &err),
                      err);
        }
        assert_relative(a[1], a[0], 1e-12);
        assert_relative(sd[1], sd[0], 1e-9);
    }
    moly_ledger_reader_free(reader);
}

static void what_does_not_balance_is_named_with_its_act(void **state)
{
    books *b = *state;
    moly_error err = {0};
    receive_generator(b);
    elute(b, "9e9"); /* 6 GBq came of 9 GBq predicted: nine standard deviations */
    enter(b, "pharmacy.assay", "eluate/E-000001", /* a leak: 5 GBq left where the books say 6 */
          "{'measurements':[{'account':'eluate/E-000001','at':'2026-11-23T06:00:00Z',"
          "'nuclide':'Tc-99m','activity_bq':5e9,'sd_bq':5e7}]}");
    enter(b, "pharmacy.discard", "eluate/E-000001", "{'closes':['eluate/E-000001']}");
    moly_ledger_reader *reader = read_books(b);
    json_t *balance = NULL;
    assert_ok(moly_ledger_balance(reader, at("2026-11-24T06:00:00Z"), &balance, &err), err);
    const json_t *list = json_object_get(balance, "discrepancies");
    static const struct {
        const char *kind, *arose;
        double difference_bq, sd_bq;
    } rows[] = {{"pharmacy.elute", "transfer", -3e9, 3.1622776601683794e8},
                {"pharmacy.assay", "measurement", -1e9, 1.1180339887498949e8},
                {"pharmacy.discard", "close", -6e9, 1e8}};
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *row = json_array_get(list, i);
        assert_string_equal(json_string_value(json_object_get(row, "kind")), rows[i].kind);
        assert_string_equal(json_string_value(json_object_get(row, "arose")), rows[i].arose);
        assert_string_equal(json_string_value(json_object_get(row, "account")), "eluate/E-000001");
        assert_int_equal(json_integer_value(json_object_get(row, "seq")), 3 + (int)i);
        assert_relative(json_number_value(json_object_get(row, "difference_bq")),
                        rows[i].difference_bq, 1e-9);
        assert_relative(json_number_value(json_object_get(row, "sd_bq")), rows[i].sd_bq, 1e-9);
    }
    json_decref(balance);
    moly_ledger_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activity_grows_in_a_generator_and_leaves_with_the_eluate),
        cmocka_unit_test(books_balance_at_every_instant_outside_included),
        cmocka_unit_test(a_posting_dated_back_gives_the_same_books_as_one_in_order),
        cmocka_unit_test(what_does_not_balance_is_named_with_its_act),
    };
    return RUN_OVER_STORES(tests);
}
