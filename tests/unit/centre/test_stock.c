/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers, packages, rooms and sealed sources. */
#include "centre_testing.h"

#include "moly/centre/stock.h"

static const json_t *warning_of(const json_t *event, size_t i)
{
    return json_array_get(json_object_get(json_object_get(event, "body"), "warnings"), i);
}

/* EVIDENCE: R-20 a lot stays in quarantine until it is accepted with its certificate, and only from
 * a supplier that another person approved and whose approval holds */
static void lots_are_accepted_from_approved_suppliers_only(void **state)
{
    centre *c = *state;
    static const char accept[] = "{'generator':'GEN-000001','certificate':'C-24-1107'}";
    at(c, "2026-11-20T06:00Z");
    do_act(c, "radiopharmacist", "stock.register_supplier", "{'name':'Polatom','supplies':'kits'}");
    do_act(c, "technologist", "pharmacy.receive_generator",
           "{'supplier':'Isotope','serial':'24-1107','activity':'20 GBq',"
           "'calibrated':'2026-11-20T06:00Z','expiry':'2026-12-04T06:00Z'}");
    assert_record(c, "generator", "GEN-000001", "state", "quarantine");
    refused(c, "radiopharmacist", "pharmacy.accept_lot", accept, "R-20", "is not registered");
    do_act(c, "radiopharmacist", "stock.register_supplier",
           "{'name':'Isotope','supplies':'generators'}");
    refused(c, "radiopharmacist", "pharmacy.accept_lot", accept, "R-20", "is not approved");
    refused(c, "radiopharmacist", "stock.approve_supplier",
            "{'supplier':'SUP-000002','basis':'audit'}", "R-09", "another person must");
    do_act(c, "qualified-person", "stock.approve_supplier",
           "{'supplier':'SUP-000002','basis':'audit','until':'2026-11-21T00:00Z'}");
    at(c, "2026-11-22T06:00Z");
    refused(c, "radiopharmacist", "pharmacy.accept_lot", accept, "R-20", "ended at");
    do_act(c, "qualified-person", "stock.approve_supplier",
           "{'supplier':'SUP-000002','basis':'audit of November'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot", accept);
    assert_record(c, "generator", "GEN-000001", "state", "accepted");
    assert_record(c, "generator", "GEN-000001", "certificate", "C-24-1107");
    refused(c, "radiopharmacist", "stock.order",
            "{'supplier':'Polatom','item':'kits','wanted':'2026-11-30T00:00Z'}", "R-20",
            "is not approved");
}

#define PACKAGE                                                                                    \
    "'supplier':'Isotope','number':'24-1198','nuclide':'Mo-99','activity':'20 GBq',"               \
    "'category':'II-yellow','ti':0.6"

/* EVIDENCE: R-19 a package keeps time, TI, dose rates at the surface and 1 m, wipe, limits and
 * action; a late survey is flagged and what is over a limit needs an action */
static void a_package_is_surveyed_in_time_and_against_its_label(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T09:30Z");
    json_t *event = do_act_of(c, "technologist", NULL, "stock.receive_package",
                              "{" PACKAGE ",'surface':'210 uSv/h','metre':'5.2 uSv/h','wipe':0.3,"
                              "'arrived':'2026-11-20T06:00Z'}");
    assert_string_equal(text_in(warning_of(event, 0), "rule"), "R-19");
    assert_non_null(strstr(text_in(warning_of(event, 0), "message"), "3.5 h after it arrived"));
    json_decref(event);
    json_t *package = record_of(c, "package", "PKG-000001");
    assert_true(json_is_true(json_object_get(package, "is_late")));
    assert_relative(number_in(package, "ti"), 0.6, 1e-15);
    assert_relative(number_in(package, "surface_sv_per_h"), 210e-6, 1e-12);
    assert_relative(number_in(package, "metre_sv_per_h"), 5.2e-6, 1e-12);
    assert_relative(number_in(package, "wipe_bq_per_cm2"), 0.3, 1e-15);
    assert_string_equal(text_in(package, "arrived"), "2026-11-20T06:00:00Z");
    assert_string_equal(text_in(package, "state"), "received");
    json_decref(package);
    /* 0.5 mSv/h is the most of II-YELLOW, 4 Bq/cm2 of any package: SSR-6 table 8, 508 */
    refused(c, "technologist", "stock.receive_package",
            "{" PACKAGE ",'surface':'600 uSv/h','metre':'5 uSv/h','wipe':5}", "R-19",
            "over 2 limits");
    event = do_act_of(c, "technologist", NULL, "stock.receive_package",
                      "{" PACKAGE ",'surface':'600 uSv/h','metre':'12 uSv/h','wipe':5,"
                      "'action':'bagged, supplier and regulator told'}");
    assert_non_null(strstr(text_in(warning_of(event, 0), "message"), "0.6, limit 0.5"));
    assert_non_null(strstr(text_in(warning_of(event, 1), "message"), "5, limit 4"));
    assert_non_null(strstr(text_in(warning_of(event, 2), "message"), "1.2 measured, 0.6"));
    json_decref(event);
    assert_record(c, "package", "PKG-000002", "state", "over a limit");
    assert_record(c, "package", "PKG-000002", "action", "bagged, supplier and regulator told");
}

static double share_of(centre *c, const char *room, const char *nuclide)
{
    json_t *limits = NULL, *row;
    moly_error err = {0};
    double found = NAN;
    size_t i;
    moly_ledger_reader *reader = reader_of(c);
    assert_ok(moly_centre_stock_limits(reader, c->now, &limits, &err), err);
    json_array_foreach(json_object_get(limits, "results"), i, row)
    {
        if (strcmp(text_in(row, "room"), room) == 0 &&
            strcmp(text_in(row, "nuclide"), nuclide) == 0) {
            found = number_in(row, "fraction");
        }
    }
    json_decref(limits);
    moly_ledger_reader_free(reader);
    return found;
}

/* EVIDENCE: R-54 what is in a room is known at any time against its licence, and a receipt or a
 * move that would exceed it is refused */
static void a_receipt_over_the_licence_of_a_room_is_refused(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T06:00Z");
    do_act(c, "physicist", "stock.register_room",
           "{'name':'store','licence':'KG-1','nuclides':['Mo-99'],'limits':['10 GBq']}");
    do_act(c, "physicist", "stock.register_room",
           "{'name':'hot lab','licence':'KG-1','default':true,'nuclides':['Mo-99','Tc-99m'],"
           "'limits':['50 GBq','100 GBq']}");
    stock(c);
    assert_relative(share_of(c, "ROOM-000002", "Mo-99"), 0.4, 1e-3);
    refused(c, "technologist", "pharmacy.receive_generator",
            "{'supplier':'Isotope','serial':'2','activity':'31 GBq',"
            "'calibrated':'2026-11-20T06:00Z','expiry':'2026-12-04T06:00Z'}",
            "R-54", "over its licence of 50 GBq");
    refused(c, "physicist", "stock.register_source",
            "{'nuclide':'Cs-137','activity':'9 MBq','reference':'2026-11-01T00:00Z',"
            "'model':'E','serial':'1','certificate':'C'}",
            "R-54", "names no Cs-137");
    refused(c, "technologist", "stock.receive_package",
            "{" PACKAGE ",'room':'ROOM-000001','surface':'210 uSv/h','metre':'5 uSv/h','wipe':0}",
            "R-54", "over its licence of 10 GBq");
    refused(c, "technologist", "stock.move_vessel",
            "{'vessel':'generator/GEN-000001','room':'ROOM-000001'}", "R-54", "ROOM-000001");
    /* the same generator after a week and a half fits, and what is where follows it */
    do_act(c, "physicist", "stock.register_room",
           "{'id':'ROOM-000001','name':'store','licence':'KG-2','nuclides':['Mo-99','Tc-99m'],"
           "'limits':['10 GBq','10 GBq']}");
    at(c, "2026-12-01T06:00Z");
    do_act(c, "technologist", "stock.move_vessel",
           "{'vessel':'generator/GEN-000001','room':'ROOM-000001'}");
    assert_relative(share_of(c, "ROOM-000001", "Mo-99"), 2.0 * exp2(-11.0 / 2.7479), 1e-3);
    assert_true(share_of(c, "ROOM-000002", "Mo-99") == 0.0);
}

/* EVIDENCE: R-55 leak tests keep model, serial, nuclide, activity, date, place and person, follow
 * the plan, and raise the alarm at 185 Bq */
static void a_source_that_leaks_raises_the_alarm_and_is_no_longer_used(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T06:00Z");
    do_act(c, "physicist", "stock.register_room",
           "{'name':'hot lab','licence':'KG-1','nuclides':['Cs-137'],'limits':['1 GBq']}");
    do_act(c, "physicist", "stock.register_source",
           "{'nuclide':'Cs-137','activity':'9.25 MBq','reference':'2026-11-01T00:00Z',"
           "'model':'E','serial':'4410','certificate':'C','room':'ROOM-000001'}");
    assert_relative(book_of(c, "source/SRC-000001", "Cs-137"), 9.25e6, 2e-3);
    json_t *source = record_of(c, "source", "SRC-000001");
    assert_relative(moly_instant_difference_s(c->now, instant_of(text_in(source, "leak_test_due"))),
                    15778800.0, 1e-12); /* 10 CFR 35.67(b): six months */
    json_decref(source);
    do_act(c, "physicist", "stock.test_leak", "{'source':'SRC-000001','activity':'184 Bq'}");
    assert_record(c, "source", "SRC-000001", "state", "in use");
    json_t *event = do_act_of(c, "physicist", NULL, "stock.test_leak",
                              "{'source':'SRC-000001','activity':'185 Bq'}");
    assert_string_equal(text_in(warning_of(event, 0), "rule"), "R-55");
    assert_non_null(strstr(text_in(warning_of(event, 0), "message"), "it leaks"));
    json_decref(event);
    assert_record(c, "source", "SRC-000001", "state", "leaking");
    json_t *test = record_of(c, "leak_test", "LKT-000002");
    assert_string_equal(text_in(test, "model"), "E");
    assert_string_equal(text_in(test, "serial"), "4410");
    assert_string_equal(text_in(test, "nuclide"), "Cs-137");
    assert_string_equal(text_in(test, "room"), "ROOM-000001");
    assert_string_equal(text_in(test, "made_by"), "physicist");
    assert_relative(number_in(test, "activity_bq"), 185.0, 1e-15);
    json_decref(test);
    do_act(c, "physicist", "instrument.register",
           "{'kind':'dose calibrator','model':'X','serial':'1'}");
    refused(c, "technologist", "instrument.check_constancy",
            "{'instrument':'INS-000001','activity':'9.2 MBq','source':'SRC-000001'}", "R-55",
            "is leaking");
}

static void a_purchase_is_answered_by_its_package(void **state)
{
    centre *c = *state;
    at(c, "2026-11-20T06:00Z");
    do_act(c, "radiopharmacist", "stock.order",
           "{'supplier':'Isotope','item':'generator','nuclide':'Mo-99','activity':'20 GBq',"
           "'wanted':'2026-11-21T00:00Z'}");
    assert_record(c, "purchase", "PUR-000001", "state", "ordered");
    do_act(c, "technologist", "stock.receive_package",
           "{" PACKAGE ",'purchase':'PUR-000001','surface':'210 uSv/h','metre':'5 uSv/h',"
           "'wipe':0}");
    assert_record(c, "purchase", "PUR-000001", "state", "arrived");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, centre_set_up, centre_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lots_are_accepted_from_approved_suppliers_only),
        TEST(a_package_is_surveyed_in_time_and_against_its_label),
        TEST(a_receipt_over_the_licence_of_a_room_is_refused),
        TEST(a_source_that_leaks_raises_the_alarm_and_is_no_longer_used),
        TEST(a_purchase_is_answered_by_its_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
