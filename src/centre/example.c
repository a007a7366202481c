/* SPDX-License-Identifier: Apache-2.0 */
/* The example centre, made by performing acts that are dated back from the clock: a generator three
 * days old, kits in every state, twelve patients of today, one of whom has been injected and one is
 * next. */
#include "example.h"
#include "physics.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *user, *name, *role;
} staff[] = {
    {"technologist", "Айбек Токтоматов", "technologist"},
    {"radiopharmacist", "Нуржан Абдыкадырова", "radiopharmacist"},
    {"qualified-person", "Elena Petrova", "qualified-person"},
    {"physicist", "Данияр Осмонов", "physicist"},
    {"physician", "Гүлзат Маматова", "physician"},
    {"inspector", "Layla Haddad", "inspector"},
};
enum { N_STAFF = sizeof staff / sizeof staff[0] };

static const struct {
    const char *name, *born, *sex, *examination, *question, *product;
    int weight_kg, height_cm, activity_mbq, hour, minute;
} patients[] = {
    {"Айгүл Сатыбалдиева", "1968-03-14", "female", "bone scan", "breast cancer: metastases?",
     "medronate", 68, 164, 600, 8, 0},
    {"Бакыт Эсенов", "1951-11-02", "male", "bone scan", "prostate cancer, PSA 34", "medronate", 81,
     172, 600, 8, 30},
    {"فاطمة الزهراء بن علي", "1974-07-21", "female", "myocardial perfusion, stress",
     "chest pain on effort", "sestamibi", 74, 160, 370, 9, 15},
    {"Иван Кузнецов", "1959-01-30", "male", "myocardial perfusion, stress", "after stent, new pain",
     "sestamibi", 92, 178, 400, 9, 45},
    {"María José Ñúñez", "1980-05-09", "female", "thyroid scan", "nodule, TSH low", "pertechnetate",
     61, 166, 110, 10, 15},
    {"Жылдыз Асанова", "1990-09-17", "female", "renography", "hydronephrosis on the left",
     "mertiatide", 58, 163, 100, 10, 45},
    {"محمد عبد الله", "1947-12-05", "male", "bone scan", "hip prosthesis, loosening?", "medronate",
     77, 170, 600, 11, 15},
    {"Søren Åkesson", "1966-02-28", "male", "sentinel node", "melanoma of the back", "nanocolloid",
     85, 183, 40, 12, 0},
    {"Гүлнара Исаева", "1972-06-11", "female", "sentinel node", "breast cancer T1", "nanocolloid",
     66, 159, 60, 12, 30},
    {"Талант Жумабеков", "1985-10-23", "male", "thyroid scan", "Graves or thyroiditis?",
     "pertechnetate", 79, 176, 110, 13, 30},
    {"Ольга Шевченко", "1956-04-04", "female", "bone scan", "unclear alkaline phosphatase",
     "medronate", 71, 161, 450, 14, 15},
    {"Nguyễn Thị Hoa", "1963-08-19", "female", "renography", "donor kidney", "mertiatide", 49, 152,
     90, 15, 0},
};
static const double half_life_s = 6.0067 * 3600.0; /* Tc-99m, for readings that agree */
enum { N_PATIENTS = sizeof patients / sizeof patients[0], N_STEPS = N_PATIENTS + 4 };

static const struct {
    const char *product, *number;
    bool is_accepted;
} lots[] = {{"medronate", "MDP-0926", true},
            {"sestamibi", "MIBI-114", true},
            {"mertiatide", "MAG3-22", true},
            {"nanocolloid", "NC-8801", true},
            {"tetrofosmin", "TF-3310", false}};

struct example {
    moly_ledger *ledger;
    const moly_progress *progress;
    moly_identity *admin, *staff[N_STAFF];
    moly_instant midnight, morning; /* of the site's day; of today's elution */
    double eluate_bq;               /* of today, when it was eluted */
    const char *second;             /* of the next act, or NULL */
    moly_attachment file;           /* likewise; .field NULL: none */
    moly_status status;             /* once something failed, the rest is left out */
    moly_error *err;
};

static moly_identity *identity_of(const example *e, const char *user)
{
    for (size_t i = 0; i < N_STAFF; i++) {
        if (strcmp(staff[i].user, user) == 0) {
            return e->staff[i];
        }
    }
    return e->admin;
}

void example_act(example *e, const char *user, const char *name, moly_instant at,
                 const char *fields, ...)
{
    char text[2000], when[MOLY_INSTANT_TEXT_SIZE];
    json_t *object = NULL, *event = NULL;
    va_list args;
    if (e->status) {
        return;
    }
    va_start(args, fields);
    int length = vsnprintf(text, sizeof text, fields, args);
    va_end(args);
    MOLY_ASSERT(length > 0 && (size_t)length < sizeof text);
    for (char *c = text; *c; c++) {
        if (*c == '\'') {
            *c = '"';
        }
    }
    e->status = moly_json_parse(text, strlen(text), &object, e->err);
    if (!e->status &&
        json_object_set_new(object, "at", json_string(moly_instant_format(at, when))) != 0) {
        e->status = MOLY_NO_MEMORY(e->err);
    }
    if (!e->status) {
        const moly_performer performer = {.user = user,
                                          .authentication = "example",
                                          .identity = identity_of(e, user),
                                          .second = e->second ? identity_of(e, e->second) : NULL};
        moly_attachments files = {&e->file, e->file.field ? 1 : 0};
        e->status = moly_centre_perform_prepared(e->ledger, name, object, &performer,
                                                 moly_centre_attach, &files, &event, e->err);
    }
    e->second = NULL;
    e->file = (moly_attachment){0};
    if (e->status) {
        moly_error_context(e->err, "example: %s", name);
    }
    json_decref(event);
    json_decref(object);
}

static moly_instant after(moly_instant t, double minutes)
{
    return moly_instant_add_s(t, minutes * 60.0);
}

void example_second(example *e, const char *user)
{
    e->second = user;
}

void example_attach(example *e, const char *field, const char *text)
{
    if (!text) {
        e->status = e->status ? e->status : MOLY_NO_MEMORY(e->err);
        return;
    }
    e->file = (moly_attachment){field, text, strlen(text)};
}

double example_book(example *e, const char *account, const char *nuclide, moly_instant at)
{
    moly_ledger_reader *reader = NULL;
    double bq = 0.0;
    if (!e->status) {
        e->status = moly_ledger_reader_new(e->ledger, &reader, e->err);
    }
    if (!e->status) {
        e->status = moly_ledger_activity(reader, account, nuclide, at, &bq, NULL, e->err);
    }
    moly_ledger_reader_free(reader);
    return bq;
}

static void hire(example *e)
{
    moly_instant now = moly_clock_now(moly_ledger_clock(e->ledger));
    char password[80];
    if (!e->status) {
        e->status =
            moly_centre_found(e->ledger, "admin", "admin-moly", MOLY_PASSWORD_MINIMAL, e->err);
    }
    if (!e->status) {
        e->status = moly_ledger_sign_in(e->ledger, "admin", "admin-moly", &e->admin, e->err);
    }
    for (size_t i = 0; i < N_STAFF && !e->status; i++) {
        (void)snprintf(password, sizeof password, "%s-moly", staff[i].user);
        example_act(e, "admin", "centre.create_person", now,
                    "{'user':'%s','name':'%s','roles':['%s'],'password':'%s','cost':'minimal'}",
                    staff[i].user, staff[i].name, staff[i].role, password);
        if (!e->status) {
            e->status =
                moly_ledger_sign_in(e->ledger, staff[i].user, password, &e->staff[i], e->err);
        }
    }
}

static void stock(example *e)
{
    char calibrated[MOLY_INSTANT_TEXT_SIZE], ends[MOLY_INSTANT_TEXT_SIZE],
        kits_end[MOLY_INSTANT_TEXT_SIZE];
    moly_instant arrived = after(e->morning, -3 * 1440 + 60);
    (void)moly_instant_format(arrived, calibrated);
    (void)moly_instant_format(after(arrived, 14 * 1440), ends);
    (void)moly_instant_format(after(arrived, 200 * 1440), kits_end);
    example_act(e, "technologist", "pharmacy.receive_generator", arrived,
                "{'supplier':'Isotope','serial':'24-1107','activity':'20 GBq','calibrated':'%s',"
                "'expiry':'%s'}",
                calibrated, ends);
    example_act(e, "radiopharmacist", "pharmacy.accept_lot", after(arrived, 20),
                "{'generator':'GEN-000001','certificate':'C-24-1107'}");
    for (size_t i = 0; i < sizeof lots / sizeof lots[0]; i++) {
        example_act(e, "technologist", "pharmacy.receive_kit", after(arrived, 30),
                    "{'product':'%s','supplier':'Polatom','number':'%s','vials':6,'expiry':'%s'}",
                    lots[i].product, lots[i].number, kits_end);
        if (lots[i].is_accepted) {
            example_act(e, "radiopharmacist", "pharmacy.accept_lot", after(arrived, 40),
                        "{'lot':'LOT-%06zu','certificate':'C-%s'}", i + 1, lots[i].number);
        }
    }
}

/* A reading never agrees with the prediction to the last digit; these are fixed, so that every
 * example is the same. */
static void elute(example *e, size_t number, moly_instant at, double factor)
{
    double measured_bq = 0.9 * factor * example_book(e, "generator/GEN-000001", TC99M, at);
    example_act(e, "technologist", "pharmacy.elute", at,
                "{'generator':'GEN-000001','volume':'10 mL','activity':'%.4g MBq'}",
                measured_bq / 1e6);
    example_act(e, "technologist", "pharmacy.test_breakthrough", after(at, 10),
                "{'eluate':'ELU-%06zu','molybdenum':'%.3g kBq','aluminium':2}", number,
                measured_bq / 1e3 * 1.5e-5);
}

/* What went to the waste yesterday held less than the books had: the example's one discrepancy, at
 * event 25, for somebody to explain. */
static void earlier_days(example *e)
{
    moly_instant first = after(e->morning, -2 * 1440), second = after(e->morning, -1440);
    elute(e, 1, first, 1.02);
    example_act(e, "technologist", "safety.discard", after(first, 660), "{'eluate':'ELU-000001'}");
    elute(e, 2, second, 0.97);
    example_act(e, "technologist", "safety.discard", after(second, 660),
                "{'eluate':'ELU-000002','activity':'%.4g MBq'}",
                0.85 * example_book(e, "eluate/ELU-000002", TC99M, after(second, 660)) / 1e6);
}

static void admit(example *e, size_t i)
{
    char planned[MOLY_INSTANT_TEXT_SIZE];
    moly_instant yesterday = after(e->morning, -1000.0 + 3.0 * (double)i);
    (void)moly_instant_format(after(e->midnight, patients[i].hour * 60.0 + patients[i].minute),
                              planned);
    example_act(e, "technologist", "clinic.register_patient", yesterday,
                "{'name':'%s','birth_date':'%s','sex':'%s','weight':'%d kg','height':'%d cm'}",
                patients[i].name, patients[i].born, patients[i].sex, patients[i].weight_kg,
                patients[i].height_cm);
    example_act(
        e, "technologist", "clinic.refer", yesterday,
        "{'patient':'PAT-%06zu','examination':'%s','question':'%s','referrer':'Dr Sultanov'}",
        i + 1, patients[i].examination, patients[i].question);
    example_act(
        e, "physician", "clinic.justify", after(yesterday, 1),
        "{'referral':'REF-%06zu','justification':'the result decides the treatment'%s}", i + 1,
        strcmp(patients[i].sex, "female") == 0 ? ",'pregnancy':'excluded','breast_feeding':'no'"
                                               : "");
    example_act(e, "physician", "clinic.order", after(yesterday, 2),
                "{'referral':'REF-%06zu','product':'%s','activity':'%d MBq','planned':'%s'}", i + 1,
                patients[i].product, patients[i].activity_mbq, planned);
}

/* A referral that waits for the physician. */
static void refer_again(example *e)
{
    example_act(
        e, "technologist", "clinic.refer", after(e->morning, -30),
        "{'patient':'PAT-000005','examination':'parathyroid scan','question':'calcium 2.9 mmol/L',"
        "'referrer':'Dr Sultanov'}");
}

static void label(example *e, int lot, double volume_ml, double saline_ml, double reading,
                  moly_instant at)
{
    static const double eluate_ml = 10.0;
    example_act(e, "technologist", "pharmacy.label_kit", at,
                "{'lot':'LOT-%06d','eluate':'ELU-000003','volume':'%g mL','saline':'%g mL',"
                "'activity':'%.4g MBq'}",
                lot, volume_ml, saline_ml,
                reading * volume_ml / eluate_ml * e->eluate_bq *
                    exp2(-moly_instant_difference_s(e->morning, at) / half_life_s) / 1e6);
}

static void draw(example *e, int number, double reading, moly_instant at, moly_instant injection)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    double needed_bq = 600e6 * exp2(moly_instant_difference_s(at, injection) / half_life_s);
    example_act(e, "technologist", "clinic.draw_dose", at,
                "{'order':'ORD-%06d','kit':'KIT-000001','activity':'%.4g MBq','injection':'%s'}",
                number, reading * needed_bq / 1e6, moly_instant_format(injection, text));
}

static void this_morning(example *e)
{
    moly_instant m = e->morning;
    elute(e, 3, m, 1.01);
    e->eluate_bq = example_book(e, "eluate/ELU-000003", TC99M, m);
    label(e, 1, 5.0, 0.0, 0.99, after(m, 20));
    label(e, 2, 2.0, 0.0, 1.01, after(m, 25));
    label(e, 4, 1.0, 1.0, 1.005, after(m, 30));
    example_act(e, "technologist", "pharmacy.test_rcp", after(m, 40),
                "{'kit':'KIT-000001','purity':'98.1 %%','method':'ITLC-SG, saline and acetone'}");
    example_act(e, "technologist", "pharmacy.test_rcp", after(m, 45),
                "{'kit':'KIT-000002','purity':'96.4 %%','method':'TLC, aluminium oxide, ethanol'}");
    example_act(e, "radiopharmacist", "pharmacy.release", after(m, 50), "{'kit':'KIT-000001'}");
    draw(e, 1, 1.01, after(m, 60), after(m, 70));
    example_act(e, "technologist", "clinic.administer", after(m, 70),
                "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'%s',"
                "'site':'left antecubital vein'}",
                patients[0].born);
    example_act(e, "technologist", "clinic.measure_residual", after(m, 75),
                "{'dose':'DOS-000001','activity':'11.4 MBq'}");
    draw(e, 2, 0.99, after(m, 80), after(m, 100));
}

static void advance(example *e, size_t step)
{
    if (!e->status) {
        e->status = moly_progress_step(e->progress, (double)step / (double)N_STEPS,
                                       "making the example centre", e->err);
    }
}

moly_status moly_centre_found_example(moly_ledger *ledger, const moly_progress *progress,
                                      moly_error *err)
{
    const int64_t day_us = 86400LL * 1000000;
    moly_instant now = moly_clock_now(moly_ledger_clock(ledger));
    int64_t offset_us = moly_ledger_site(ledger)->utc_offset_minutes * 60000000LL;
    example e = {.ledger = ledger, .progress = progress, .err = err};
    e.midnight.us = (now.us + offset_us) / day_us * day_us - offset_us;
    /* Half past six, but whenever the centre is founded the first dose lies behind us and the kits
     * still live. */
    e.morning = after(e.midnight, 390);
    moly_instant latest = after(now, -90), earliest = after(now, -240);
    if (e.morning.us > latest.us) {
        e.morning = latest;
    } else if (e.morning.us < earliest.us) {
        e.morning = earliest;
    }
    hire(&e);
    advance(&e, 1);
    stock(&e);
    earlier_days(&e);
    advance(&e, 2);
    for (size_t i = 0; i < N_PATIENTS; i++) {
        admit(&e, i);
        advance(&e, 3 + i);
    }
    refer_again(&e);
    this_morning(&e);
    /* last, so that the numbers of the events above stay what the examples say */
    example_stock(&e, after(e.morning, -4 * 1440));
    example_calibrator(&e, after(e.morning, -20));
    example_quality(&e, now);
    example_checks(&e, after(e.morning, -10));
    example_protection(&e, after(e.morning, -15));
    advance(&e, N_STEPS);
    for (size_t i = 0; i < N_STAFF; i++) {
        moly_identity_free(e.staff[i]);
    }
    moly_identity_free(e.admin);
    return e.status;
}
