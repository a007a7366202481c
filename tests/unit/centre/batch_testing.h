/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BATCH_TESTING_H
#define TESTS_BATCH_TESTING_H

/* A centre that makes FDG under a master record: irradiation, synthesis, filling; four tests. */

#include "centre_testing.h"

/* As do_act_of(), with one file for `field`. */
static inline moly_status try_file(centre *c, const char *user, const char *act, const char *fields,
                                   const char *field, const char *data, moly_error *err)
{
    const moly_performer performer = {
        .user = user, .authentication = "password", .identity = identity_of(c, user)};
    const moly_attachment items[] = {{field, data, strlen(data)}};
    moly_attachments files = {items, 1};
    json_t *object = json_of(fields), *event = NULL;
    moly_status status = moly_centre_perform_prepared(c->ledger, act, object, &performer,
                                                      moly_centre_attach, &files, &event, err);
    json_decref(event);
    json_decref(object);
    return status;
}

static inline void do_with_file(centre *c, const char *user, const char *act, const char *fields,
                                const char *field, const char *data)
{
    moly_error err = {0};
    assert_ok(try_file(c, user, act, fields, field, data, &err), err);
}

static inline void refused_to_two(centre *c, const char *user, const char *second, const char *act,
                                  const char *fields, const char *rule, const char *piece)
{
    json_t *event = NULL;
    moly_error err = {0};
    moly_status status = try_act(c, user, second, act, fields, &event, &err);
    if (status == MOLY_OK || strcmp(err.rule, rule) != 0 || !strstr(err.message, piece)) {
        fail_msg("%s: wanted a refusal by %s with '%s', got %s %s: %s", act, rule, piece,
                 moly_status_name(status), err.rule, err.message);
    }
}

static inline void do_two(centre *c, const char *user, const char *second, const char *act,
                          const char *fields)
{
    json_decref(do_act_of(c, user, second, act, fields));
}

#define CONTENT                                                                                    \
    "{'process':'filling of FDG','yield':{'min':0.4,'max':0.8},"                                   \
    "'reconciliation':{'min':0.95,'max':1.02},'steps':["                                           \
    "{'name':'irradiate','kind':'irradiation'},"                                                   \
    "{'name':'synthesise','second':true,'file':true,'equipment':['synthesis module'],"             \
    "'materials':[{'material':'mannose triflate','amount':1,'unit':'vials'}],"                     \
    "'checks':[{'name':'pressure','unit':'bar','min':1,'max':3},"                                  \
    "{'name':'clear','type':'yes'}]},"                                                             \
    "{'name':'fill','place':'hot cell 1','training':['aseptic work'],"                             \
    "'checks':[{'name':'line cleared','type':'text'}]}],"                                          \
    "'tests':[{'method':'appearance'},{'method':'pH'},"                                            \
    "{'method':'radiochemical purity','low':3,'high':5},{'method':'sterility'}]}"

/* Master record MBR-000001 in force; precursor, module and room ready at 05:00 on the 23rd. */
static inline void master_in_force(centre *c)
{
    at(c, "2026-11-20T06:00Z");
    do_act(c, "technologist", "quality.receive_material",
           "{'material':'mannose triflate','supplier':'ABX','number':'180226','amount':2,"
           "'unit':'vials','expiry':'2027-06-30T00:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.accept_lot",
           "{'lot':'LOT-000001','certificate':'C-180226'}");
    do_act(c, "physicist", "instrument.register",
           "{'kind':'synthesis module','model':'Synthera','serial':'44'}");
    do_act(c, "physicist", "instrument.register",
           "{'kind':'chromatograph','model':'Ultimate 3000','serial':'8061'}");
    do_act(c, "qualified-person", "quality.media_fill",
           "{'process':'filling of FDG','operators':['technologist'],'filled':12,'grown':0}");
    do_act(c, "radiopharmacist", "quality.draft_master",
           "{'product':'fludeoxyglucose','content':" CONTENT "}");
    do_two(c, "qualified-person", "radiopharmacist", "quality.approve_master",
           "{'master':'MBR-000001'}");
    at(c, "2026-11-23T05:00Z");
    do_act(c, "technologist", "quality.monitor",
           "{'place':'hot cell 1','grade':'A','particles-05':120,'settle-plate':0}");
    do_act(c, "radiopharmacist", "quality.issue_batch",
           "{'master':'MBR-000001','activity':'100 GBq'}");
}

#define STEP(n) "{'batch':'BAT-000001','step':" #n
#define STEP_2 STEP(2) ",'lots':['LOT-000001'],'equipment':['INS-000001'],"

static inline moly_status try_step_2(centre *c, const char *second, const char *results,
                                     moly_error *err)
{
    char fields[400];
    (void)snprintf(fields, sizeof fields, STEP_2 "'results':%s}", results);
    const moly_performer performer = {.user = "technologist",
                                      .authentication = "password",
                                      .identity = identity_of(c, "technologist"),
                                      .second = identity_of(c, second)};
    const moly_attachment items[] = {{"file", "t,p\n1,2\n", 8}};
    moly_attachments files = {items, 1};
    json_t *object = json_of(fields), *event = NULL;
    moly_status status = moly_centre_perform_prepared(
        c->ledger, "quality.do_step", object, &performer, moly_centre_attach, &files, &event, err);
    json_decref(event);
    json_decref(object);
    return status;
}

/* The beam ended at 05:30 with 200 GBq. */
static inline void irradiated(centre *c)
{
    at(c, "2026-11-23T05:32Z");
    do_act(c, "technologist", "production.irradiate",
           "{'cyclotron':'C18','material':'H2O{18O:0.98,16O:0.02}','lot':'W-2211','product':'F-18',"
           "'energy':'16 MeV','current':'40 uA','start':'2026-11-23T03:30Z',"
           "'at':'2026-11-23T05:30Z','activity':'200 GBq'}");
    do_act(c, "technologist", "quality.do_step", STEP(1) ",'target':'TGT-000001'}");
}

/* Through step 3: 96 GBq in 18 mL at 06:05, reconciled at 06:10. */
static inline void made(centre *c, const char *results)
{
    moly_error err = {0};
    char fields[300];
    master_in_force(c);
    irradiated(c);
    at(c, "2026-11-23T06:05Z");
    assert_ok(try_step_2(c, "radiopharmacist", results, &err), err);
    double bq = 0.6 * book_of(c, "target/TGT-000001", "F-18");
    (void)snprintf(fields, sizeof fields,
                   "{'target':'TGT-000001','product':'fludeoxyglucose','yield':'60 %%',"
                   "'start':'2026-11-23T05:35Z','volume':'18 mL','activity':'%.9g Bq'}",
                   bq);
    do_act(c, "technologist", "production.process", fields);
    do_act(c, "technologist", "quality.do_step",
           STEP(3) ",'results':{'line cleared':'by technologist, 05:10'}}");
    at(c, "2026-11-23T06:10Z");
    do_act(c, "technologist", "quality.reconcile",
           "{'batch':'BAT-000001','vial':'VIA-000001','made':'19 mL','sampled':'1 mL'}");
}

/* An HPLC run of 8 min with a share of free fluoride at 1.5 min, FDG at 4 min. Release with free().
 */
static inline char *chromatogram_text(double fluoride)
{
    enum { POINTS = 800, ROW = 40 };
    char *text = calloc(POINTS + 1, ROW);
    size_t length = (size_t)snprintf(text, ROW, "min,cps\n");
    for (int i = 0; i < POINTS; i++) {
        double x = 0.01 * i, a = (x - 1.5) / 0.08, b = (x - 4.0) / 0.12;
        double y =
            20.0 + 3.0 * ((i * 7919) % 13 - 6) / 6.0 +
            40000.0 * exp2(-x / 109.73) *
                (fluoride / 0.08 * exp(-0.5 * a * a) + (1.0 - fluoride) / 0.12 * exp(-0.5 * b * b));
        length += (size_t)snprintf(text + length, ROW, "%.2f,%.1f\n", x, y);
    }
    return text;
}

static inline void purity_tested(centre *c, double fluoride)
{
    char *text = chromatogram_text(fluoride);
    do_with_file(c, "technologist", "quality.test",
                 "{'batch':'BAT-000001','method':'radiochemical purity','instrument':'INS-000002'}",
                 "file", text);
    free(text);
}

/* All tests but sterility, approved. */
static inline void tested(centre *c)
{
    at(c, "2026-11-23T06:30Z");
    do_act(c, "technologist", "quality.test",
           "{'batch':'BAT-000001','method':'appearance','conforms':true}");
    do_act(c, "technologist", "quality.test", "{'batch':'BAT-000001','method':'pH','value':6.2}");
    purity_tested(c, 0.02);
    for (int i = 1; i <= 3; i++) {
        char fields[60];
        (void)snprintf(fields, sizeof fields, "{'test':'TST-%06d'}", i);
        do_act(c, "radiopharmacist", "quality.approve_test", fields);
    }
}

#endif
