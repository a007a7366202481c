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

/* ---- uncertainty ---------------------------------------------------------------------------- */

static void assert_holds(books *b, const char *name, const char *nuclide, const char *when,
                         double bq, double sd_bq)
{
    moly_error err = {0};
    double found_bq = 0, found_sd_bq = 0;
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_activity(reader, name, nuclide, at(when), &found_bq, &found_sd_bq, &err),
              err);
    moly_ledger_reader_free(reader);
    /* amounts of 1e9 Bq, written with 15 digits */
    assert_true(fabs(found_bq - bq) <= 1e-3 + 1e-12 * fabs(bq));
    assert_true(fabs(found_sd_bq - sd_bq) <= 1e-9 * (1.0 + sd_bq));
}

static double left_after(const char *nuclide, double seconds)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index;
    assert_int_equal(moly_nuclide_find(set, nuclide, &index, NULL), MOLY_OK);
    return exp(-moly_nuclide_at(set, index)->lambda_per_s * seconds);
}

static void move(books *b, const char *from, const char *to, const char *when, const char *nuclide,
                 double bq, const char *uncertainty)
{
    char body[400];
    (void)snprintf(body, sizeof body,
                   "{'transfers':[{'from':'%s','to':'%s','at':'%s','nuclide':'%s',"
                   "'activity_bq':%.15g,%s}]}",
                   from, to, when, nuclide, bq, uncertainty);
    enter(b, "test", to, body);
}

static void assert_rebuilt_identical(books *b)
{
    moly_error err = {0};
    json_t *report = NULL;
    assert_ok(moly_ledger_rebuild(b->ledger, NULL, &report, &err), err);
    assert_true(json_is_true(json_object_get(report, "identical")));
    json_decref(report);
}

/* A syringe of m1 +- s1 is given whole: its error goes along and nothing stays. The residual r +-
 * sr that is measured in it then has the uncertainty of that reading alone; the patient keeps m1 -
 * r with s1 and sr, which are independent readings. */
static void what_is_left_carries_its_uncertainty_along(void **state)
{
    books *b = *state;
    static const char drawn[] = "2026-11-22T06:00:00Z", given[] = "2026-11-22T07:00:00Z",
                      read[] = "2026-11-22T07:30:00Z", thrown[] = "2026-11-22T12:00:00Z";
    const double m1 = 7.4e8, s1 = 1.5e7, r = 2e7, sr = 4e5;
    double hour = left_after("Tc-99m", 3600), half = left_after("Tc-99m", 1800),
           long_after = left_after("Tc-99m", 4.5 * 3600);
    move(b, "outside/kit", "dose/D", drawn, "Tc-99m", m1, "'sd_bq':1.5e7");
    move(b, "dose/D", "patient/P", given, "Tc-99m", m1 * hour, "'share':1");
    assert_holds(b, "dose/D", "Tc-99m", given, 0.0, 0.0);
    assert_holds(b, "patient/P", "Tc-99m", given, m1 * hour, s1 * hour);
    move(b, "patient/P", "dose/D", read, "Tc-99m", r, "'sd_bq':4e5");
    assert_holds(b, "dose/D", "Tc-99m", read, r, sr);
    assert_holds(b, "patient/P", "Tc-99m", read, m1 * hour * half - r, hypot(s1 * hour * half, sr));
    move(b, "dose/D", "waste/W", thrown, "Tc-99m", r * long_after, "'share':1");
    assert_holds(b, "waste/W", "Tc-99m", thrown, r * long_after, sr * long_after);
    assert_holds(b, "dose/D", "Tc-99m", thrown, 0.0, 0.0);
    /* the past is read as it was */
    assert_holds(b, "dose/D", "Tc-99m", "2026-11-22T06:30:00Z", m1 * half, s1 * half);
    assert_holds(b, "dose/D", "Tc-99m", read, r, sr);
    assert_rebuilt_identical(b);
}

/* X = X1 + X2 + X3, shares f of it: (1 - f) sd stays, f sd goes; a reading in between is added. */
static void a_share_takes_its_share_of_the_uncertainty(void **state)
{
    books *b = *state;
    static const char now[] = "2026-11-22T06:00:00Z";
    move(b, "outside/x", "vial/A", now, "F-18", 1e9, "'sd_bq':3e7");
    move(b, "outside/x", "vial/A", now, "F-18", 2e9, "'sd_bq':4e7");
    move(b, "vial/A", "vial/B", now, "F-18", 0.75e9, "'share':0.25");
    assert_holds(b, "vial/A", "F-18", now, 2.25e9, 0.75 * 5e7);
    assert_holds(b, "vial/B", "F-18", now, 0.75e9, 0.25 * 5e7);
    move(b, "vial/A", "vial/C", now, "F-18", 1e9, "'sd_bq':1e7");
    assert_holds(b, "vial/A", "F-18", now, 1.25e9, hypot(0.75 * 5e7, 1e7));
    assert_rebuilt_identical(b);
}

/* Tc-99m that grew from Mo-99 is taken with its error; what grows again has the parent's. */
static void what_grows_again_has_the_uncertainty_of_its_parent(void **state)
{
    books *b = *state;
    static const char later[] = "2026-11-23T06:00:00Z";
    double grown = tc99m_from_mo99(1e10, 86400.0), day = left_after("Mo-99", 86400.0);
    receive_generator(b); /* 10 GBq of Mo-99, 5 % */
    move(b, "generator/G-1", "vial/A", later, "Tc-99m", grown, "'share':1");
    assert_holds(b, "generator/G-1", "Tc-99m", later, 0.0, 0.0);
    assert_holds(b, "vial/A", "Tc-99m", later, grown, 0.05 * grown);
    double again = tc99m_from_mo99(1e10 * day, 86400.0);
    assert_holds(b, "generator/G-1", "Tc-99m", "2026-11-24T06:00:00Z", again, 0.05 * again);
    assert_holds(b, "generator/G-1", "Mo-99", later, 1e10 * day, 5e8 * day);
    assert_rebuilt_identical(b);
}

static void a_posting_dated_before_a_share_gives_the_same_uncertainty(void **state)
{
    books *b = *state;
    static const char first[] = "2026-11-22T06:00:00Z", second[] = "2026-11-22T07:00:00Z",
                      third[] = "2026-11-22T08:00:00Z";
    double hour = left_after("F-18", 3600);
    move(b, "outside/x", "vial/A", first, "F-18", 1e9, "'sd_bq':3e7");
    move(b, "outside/x", "vial/A", third, "F-18", 1e8, "'sd_bq':2e6");
    move(b, "vial/A", "vial/B", second, "F-18", 1e9 * hour, "'share':1"); /* dated back */
    assert_holds(b, "vial/A", "F-18", third, 1e8, 2e6);
    assert_holds(b, "vial/B", "F-18", second, 1e9 * hour, 3e7 * hour);
    move(b, "outside/x", "vial/A", first, "F-18", 1e9, "'sd_bq':4e7"); /* before the share */
    /* the share took all the uncertainty there was, the amount only what it took */
    assert_holds(b, "vial/A", "F-18", third, 1e8 + 1e9 * hour * hour, 2e6);
    assert_rebuilt_identical(b);
}

static void a_share_that_is_none_is_refused(void **state)
{
    books *b = *state;
    static const char *const wrong[] = {"'share':0", "'share':1.1", "'share':-1", "'share':'all'"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        moly_error err = {0};
        char body[300];
        (void)snprintf(body, sizeof body,
                       "{'transfers':[{'from':'vial/A','to':'vial/B','at':'2026-11-22T06:00:00Z',"
                       "'nuclide':'F-18','activity_bq':1,%s}]}",
                       wrong[i]);
        assert_int_equal(try_entry(b, "test", "vial/A", body, &err), MOLY_ERR_DATA);
        assert_non_null(strstr(err.message, "share"));
    }
}

/* Half of what the books have arrives in the waste: one loss, at the act, of the vessel that took
 * it; and what nobody moved or measured is one as well. */
static void one_loss_is_one_line(void **state)
{
    books *b = *state;
    static const char now[] = "2026-11-22T06:00:00Z";
    b->now = at(now);
    move(b, "outside/x", "kit/K", now, "Tc-99m", 1e9, "'sd_bq':1e7");
    enter(b, "safety.discard", "kit/K",
          "{'transfers':[{'from':'kit/K','to':'waste/W','at':'2026-11-22T06:00:00Z',"
          "'nuclide':'Tc-99m','activity_bq':5e8,'sd_bq':5e6,'predicted_bq':1e9,"
          "'predicted_sd_bq':1e7,'basis':'measured'}],'closes':['kit/K']}");
    move(b, "outside/x", "kit/L", now, "Tc-99m", 1e9, "'sd_bq':1e7");
    enter(b, "safety.discard", "kit/L",
          "{'transfers':[{'from':'kit/L','to':'waste/W','at':'2026-11-22T06:00:00Z',"
          "'nuclide':'Tc-99m','activity_bq':5e8,'sd_bq':5e6}],'closes':['kit/L']}");
    moly_error err = {0};
    json_t *balance = NULL;
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_balance(reader, at(now), &balance, &err), err);
    const json_t *list = json_object_get(balance, "discrepancies");
    static const struct {
        const char *account, *arose;
    } rows[] = {{"waste/W", "transfer"}, {"kit/L", "close"}};
    assert_int_equal(json_array_size(list), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *row = json_array_get(list, i);
        assert_string_equal(json_string_value(json_object_get(row, "account")), rows[i].account);
        assert_string_equal(json_string_value(json_object_get(row, "arose")), rows[i].arose);
        assert_relative(json_number_value(json_object_get(row, "difference_bq")), -5e8, 1e-9);
    }
    json_decref(balance);
    moly_ledger_reader_free(reader);
}

/* ---- holdings -------------------------------------------------------------------------------- */

static const char *const looked_for[] = {"Tc-99m", "Mo-99", "F-18", "Lu-177",
                                         "Ge-68",  "Ga-68", NULL};

/* Of the balance: lines of at least 100 Bq inside, of the nuclides that are looked for. */
static size_t lines_of_balance(const json_t *balance, const json_t *lines)
{
    size_t n = 0, i, k;
    const json_t *row, *line;
    json_array_foreach(json_object_get(balance, "results"), i, row)
    {
        const char *account = json_string_value(json_object_get(row, "account"));
        const char *nuclide = json_string_value(json_object_get(row, "nuclide"));
        double bq = json_number_value(json_object_get(row, "activity_bq"));
        bool is_wanted = false, is_found = false;
        for (size_t w = 0; looked_for[w]; w++) {
            is_wanted = is_wanted || strcmp(looked_for[w], nuclide) == 0;
        }
        if (!is_wanted || bq < 100.0 || strncmp(account, "outside/", 8) == 0) {
            continue;
        }
        n++;
        json_array_foreach(lines, k, line)
        {
            if (strcmp(json_string_value(json_object_get(line, "account")), account) == 0 &&
                strcmp(json_string_value(json_object_get(line, "nuclide")), nuclide) == 0) {
                is_found = true;
                assert_relative(json_number_value(json_object_get(line, "activity_bq")), bq, 1e-12);
            }
        }
        if (!is_found) {
            fail_msg("%s has %g Bq of %s, and no line of it", account, bq, nuclide);
        }
    }
    return n;
}

static void compare_holdings(books *b, moly_instant when)
{
    moly_error err = {0};
    json_t *balance = NULL, *lines = NULL;
    moly_ledger_reader *reader = read_books(b);
    assert_ok(moly_ledger_balance(reader, when, &balance, &err), err);
    assert_ok(moly_ledger_holdings(reader, looked_for, when, &lines, &err), err);
    assert_int_equal(json_array_size(lines), lines_of_balance(balance, lines));
    json_decref(balance);
    json_decref(lines);
    moly_ledger_reader_free(reader);
}

/* Two years of postings by chance, dated back by up to two days, of nuclides from 68 min to 271 d:
 * what is held is what the whole balance says, now and at instants of the past. */
static void what_is_held_is_what_the_balance_says(void **state)
{
    static const char *const posted[] = {"Tc-99m", "Mo-99", "F-18", "Lu-177", "Ge-68"};
    books *b = *state;
    uint64_t seed = 20261123;
    moly_instant instants[4];
    for (int day = 0; day < 240; day++) {
        for (int i = 0; i < 3; i++) {
            char body[400], time[MOLY_INSTANT_TEXT_SIZE], vial[40];
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            unsigned r = (unsigned)(seed >> 33);
            double bq = 1e3 * pow(10.0, (double)(r / 5 % 8)); /* 1 kBq to 10 GBq */
            moly_instant when = moly_instant_add_s(b->now, -(double)(r / 40 % 48) * 3600.0);
            (void)snprintf(vial, sizeof vial, "vial/V%d-%d", day, i);
            (void)snprintf(body, sizeof body,
                           "{'transfers':[{'from':'%s','to':'%s','at':'%s','nuclide':'%s',"
                           "'activity_bq':%g,'sd_bq':%g,'basis':'calculated'}]}",
                           r / 7 % 3 == 0 ? "generator/G1" : "outside/supplier",
                           r / 11 % 2 == 0 ? "waste/W1" : vial, moly_instant_format(when, time),
                           posted[r % 5], bq, 0.01 * bq);
            enter(b, "test.post", "vial/V", body);
        }
        if (day % 60 == 30) {
            instants[day / 60] = b->now;
        }
        b->now = moly_instant_add_s(b->now, 3.0 * 86400.0);
    }
    for (int i = 0; i < 4; i++) {
        compare_holdings(b, instants[i]);
    }
    compare_holdings(b, b->now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activity_grows_in_a_generator_and_leaves_with_the_eluate),
        cmocka_unit_test(books_balance_at_every_instant_outside_included),
        cmocka_unit_test(a_posting_dated_back_gives_the_same_books_as_one_in_order),
        cmocka_unit_test(what_does_not_balance_is_named_with_its_act),
        cmocka_unit_test(what_is_left_carries_its_uncertainty_along),
        cmocka_unit_test(a_share_takes_its_share_of_the_uncertainty),
        cmocka_unit_test(what_grows_again_has_the_uncertainty_of_its_parent),
        cmocka_unit_test(a_posting_dated_before_a_share_gives_the_same_uncertainty),
        cmocka_unit_test(a_share_that_is_none_is_refused),
        cmocka_unit_test(one_loss_is_one_line),
        cmocka_unit_test(what_is_held_is_what_the_balance_says),
    };
    return RUN_OVER_STORES(tests);
}
