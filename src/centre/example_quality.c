/* SPDX-License-Identifier: Apache-2.0 */
/* The example's production of FDG: a master record in force, and a batch in each state from the
 * first step to the certificate. */
#include "example.h"

#include <stdio.h>
#include <stdlib.h>

static const char technologist[] = "technologist", radiopharmacist[] = "radiopharmacist",
                  qualified[] = "qualified-person", physicist[] = "physicist";
static const double day_min = 1440.0;

static moly_instant after(moly_instant t, double minutes)
{
    return moly_instant_add_s(t, minutes * 60.0);
}

/* Rooms, people, instruments, materials, and the master record that they serve. */
static void prepare(example *e, moly_instant at)
{
    char year[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(after(at, 365.0 * day_min), year);
    example_act(e, technologist, "quality.receive_material", at,
                "{'material':'mannose triflate','supplier':'Isotope','number':'180226',"
                "'amount':20,'unit':'vials','expiry':'%s'}",
                year);
    example_act(e, radiopharmacist, "pharmacy.accept_lot", at,
                "{'lot':'LOT-000006','certificate':'C-180226'}");
    example_act(e, physicist, "instrument.register", at,
                "{'kind':'synthesis module','model':'Synthera','serial':'44'}");
    example_act(e, physicist, "instrument.register", at,
                "{'kind':'chromatograph','model':'Ultimate 3000','serial':'8061'}");
    example_act(e, physicist, "instrument.register", at,
                "{'kind':'analyser','model':'Osmomat 3000','serial':'13-0417'}");
    example_act(e, qualified, "quality.media_fill", at,
                "{'process':'filling of FDG','operators':['technologist'],'filled':12,'grown':0}");
    example_act(e, radiopharmacist, "quality.draft_master", at,
                "{'product':'fludeoxyglucose','content':{'process':'filling of FDG',"
                "'yield':{'min':0.4,'max':0.8},'reconciliation':{'min':0.95,'max':1.02},'steps':["
                "{'name':'irradiate','kind':'irradiation'},"
                "{'name':'synthesise','equipment':['synthesis module'],"
                "'materials':[{'material':'mannose triflate','amount':1,'unit':'vials'}],"
                "'checks':[{'name':'pressure','unit':'bar','min':1,'max':3}]},"
                "{'name':'fill','place':'hot cell 1','training':['aseptic work'],"
                "'checks':[{'name':'line cleared','type':'text'}]}],"
                "'tests':[{'method':'appearance'},{'method':'pH'},{'method':'osmolality','min':250,"
                "'max':350},{'method':'radiochemical purity','low':3,'high':5},"
                "{'method':'sterility'}]}}");
    example_second(e, radiopharmacist);
    example_act(e, qualified, "quality.approve_master", at, "{'master':'MBR-000001'}");
    example_act(e, radiopharmacist, "quality.draft_master", at,
                "{'product':'sodium-fluoride','content':{'steps':[{'name':'elute the cartridge'}],"
                "'tests':[{'method':'pH'},{'method':'appearance'}]}}");
}

static void monitor(example *e, const char *place, int particles, moly_instant at)
{
    example_act(e, technologist, "quality.monitor", at,
                "{'place':'%s','grade':'A','particles-05':%d,'settle-plate':0}", place, particles);
}

/* An HPLC run of 8 min: 1 % of free fluoride at 1.5 min, FDG at 4 min, noise of 3 counts. */
static char *chromatogram_text(void)
{
    enum { POINTS = 480, ROW = 24 };
    static const double step_min = 1.0 / 60.0, life_min = 109.73, fluoride = 0.01;
    char *text = moly_alloc(POINTS + 1, ROW);
    size_t length = text ? (size_t)snprintf(text, ROW, "min,cps\n") : 0;
    for (int i = 0; text && i < POINTS; i++) {
        double x = step_min * i, a = (x - 1.5) / 0.08, b = (x - 4.0) / 0.12;
        double noise = 3.0 * ((i * 7919) % 13 - 6) / 6.0;
        double y =
            20.0 + noise +
            40000.0 * exp2(-x / life_min) *
                (fluoride / 0.08 * exp(-0.5 * a * a) + (1.0 - fluoride) / 0.12 * exp(-0.5 * b * b));
        length += (size_t)snprintf(text + length, ROW, "%.3f,%.0f\n", x, y);
    }
    return text;
}

static void issue(example *e, int batch, moly_instant at)
{
    example_act(e, radiopharmacist, "quality.issue_batch", at,
                "{'master':'MBR-000001','activity':'10 GBq'}");
    char start[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(at, start);
    example_act(e, technologist, "production.irradiate", after(at, 10),
                "{'cyclotron':'C18','material':'H2O{18O:0.98,16O:0.02}','lot':'W-2211',"
                "'product':'F-18','energy':'16 MeV','current':'40 uA','start':'%s'}",
                start);
    example_act(e, technologist, "quality.do_step", after(at, 11),
                "{'batch':'BAT-%06d','step':1,'target':'TGT-%06d'}", batch, batch);
}

/* Through the last step; the vial's number is the target's but one from the third batch on. */
static void make(example *e, int batch, int vial, moly_instant at)
{
    char start[MOLY_INSTANT_TEXT_SIZE], target[40];
    (void)moly_instant_format(after(at, 12), start);
    (void)snprintf(target, sizeof target, "target/TGT-%06d", batch);
    issue(e, batch, at);
    example_act(e, technologist, "quality.do_step", after(at, 29),
                "{'batch':'BAT-%06d','step':2,'lots':['LOT-000006'],'equipment':['INS-000003'],"
                "'results':{'pressure':1.8}}",
                batch);
    example_act(e, technologist, "production.process", after(at, 30),
                "{'id':'VIA-%06d','target':'TGT-%06d','product':'fludeoxyglucose','yield':'60 %%',"
                "'start':'%s','volume':'18 mL','activity':'%.5g Bq'}",
                vial, batch, start, 0.59 * example_book(e, target, "F-18", after(at, 30)));
    example_act(e, technologist, "quality.do_step", after(at, 31),
                "{'batch':'BAT-%06d','step':3,'results':{'line cleared':'seen, nothing left'}}",
                batch);
}

static void reconcile(example *e, int batch, int vial, moly_instant at)
{
    example_act(e, technologist, "quality.reconcile", at,
                "{'batch':'BAT-%06d','vial':'VIA-%06d','made':'19 mL','sampled':'1 mL'}", batch,
                vial);
}

/* Approved tests, and the review; the first of them is test number `first`. */
static void test(example *e, int batch, int first, bool has_osmolality, moly_instant at)
{
    char *trace = chromatogram_text();
    int n = 3;
    example_act(e, technologist, "quality.test", at,
                "{'batch':'BAT-%06d','method':'appearance','conforms':true}", batch);
    example_act(e, technologist, "quality.test", at,
                "{'batch':'BAT-%06d','method':'pH','value':6.2}", batch);
    example_attach(e, "file", trace);
    example_act(e, technologist, "quality.test", at,
                "{'batch':'BAT-%06d','method':'radiochemical purity','instrument':'INS-000004'}",
                batch);
    if (has_osmolality) {
        example_act(e, technologist, "quality.test", at,
                    "{'batch':'BAT-%06d','method':'osmolality','value':296,"
                    "'instrument':'INS-000005'}",
                    batch);
        n++;
    }
    for (int i = 0; i < n; i++) {
        example_act(e, radiopharmacist, "quality.approve_test", after(at, 1), "{'test':'TST-%06d'}",
                    first + i);
    }
    example_act(e, radiopharmacist, "quality.review_batch", after(at, 2), "{'batch':'BAT-%06d'}",
                batch);
    moly_free(trace);
}

static void keep(example *e, int batch, moly_instant at)
{
    example_act(e, technologist, "quality.keep_sample", at,
                "{'batch':'BAT-%06d','place':'refrigerator 2, box 7','volume':'0.5 mL'}", batch);
}

/* Three days ago: certified, a part of it shipped. */
static void first_batch(example *e, moly_instant at)
{
    make(e, 1, 1, at);
    reconcile(e, 1, 1, after(at, 32));
    test(e, 1, 1, true, after(at, 35));
    example_act(e, technologist, "quality.ship_batch", after(at, 38),
                "{'batch':'BAT-000001','receiver':'City hospital','volume':'5 mL'}");
    example_act(e, qualified, "quality.certify_batch", after(at, 40), "{'batch':'BAT-000001'}");
    example_act(e, technologist, "quality.start_sterility", after(at, 60),
                "{'batch':'BAT-000001'}");
    example_act(e, technologist, "safety.discard", after(at, 600), "{'vial':'VIA-000001'}");
}

void example_quality(example *e, moly_instant now)
{
    moly_instant earlier = after(now, -3.0 * day_min), today = after(now, -70);
    prepare(e, after(now, -20.0 * day_min));
    monitor(e, "hot cell 1", 120, after(earlier, -90));
    first_batch(e, after(earlier, -80));
    issue(e, 2, after(now, -15));
    make(e, 3, 2, after(earlier, 10));
    make(e, 4, 3, after(earlier, 50));
    reconcile(e, 4, 3, after(earlier, 90));
    example_act(e, technologist, "quality.test", after(earlier, 95),
                "{'batch':'BAT-000004','method':'appearance','conforms':true}");
    monitor(e, "hot cell 1", 90, after(today, -5));
    make(e, 5, 4, today);
    reconcile(e, 5, 4, after(today, 32));
    test(e, 5, 6, true, after(today, 33));
    example_act(e, physicist, "instrument.withdraw", after(today, 34),
                "{'instrument':'INS-000005','reason':'the probe is broken; spare part ordered'}");
    make(e, 6, 5, after(today, 12));
    reconcile(e, 6, 5, after(today, 44));
    keep(e, 6, after(today, 45));
    test(e, 6, 10, false, after(today, 46));
    keep(e, 1, after(today, 47));
    monitor(e, "hot cell 2", 5200, after(today, 50));
}
