/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "suv_inside.h"

/* W kg, H cm. Each formula gives kg, the surface m2. */
static double james(double w, double h, bool is_man)
{
    double q = w / h;
    return is_man ? 1.10 * w - 128.0 * q * q : 1.07 * w - 148.0 * q * q;
}

/* As Morgan has it: 120 for men. What DICOM's plain "LBM" means. */
static double morgan(double w, double h, bool is_man)
{
    double q = w / h;
    return is_man ? 1.10 * w - 120.0 * q * q : 1.07 * w - 148.0 * q * q;
}

static double janmahasatian(double w, double h, bool is_man)
{
    double bmi = w / (h * h) * 1e4;
    return is_man ? 9270.0 * w / (6680.0 + 216.0 * bmi) : 9270.0 * w / (8780.0 + 244.0 * bmi);
}

static double ideal(double w, double h, bool is_man)
{
    (void)w;
    return is_man ? 48.0 + 1.06 * (h - 152.0) : 45.5 + 0.91 * (h - 152.0);
}

static double du_bois(double w, double h, bool is_man)
{
    (void)is_man;
    return 0.007184 * pow(h, 0.725) * pow(w, 0.425);
}

static double weight(double w, double h, bool is_man)
{
    (void)h;
    (void)is_man;
    return w;
}

static const struct {
    double (*measure)(double w, double h, bool is_man);
    double per_unit; /* to g or cm2 */
    bool needs_height, needs_sex;
    const char *name;
} measures[] = {
    [BODY_WEIGHT] = {weight, 1e3, false, false, "body weight"},
    [BODY_LEAN_JAMES] = {james, 1e3, true, true, "lean body mass (James)"},
    [BODY_LEAN_JANMAHASATIAN] = {janmahasatian, 1e3, true, true, "lean body mass (Janmahasatian)"},
    [BODY_SURFACE] = {du_bois, 1e4, true, false, "body surface (Du Bois)"},
    [BODY_IDEAL] = {ideal, 1e3, true, true, "ideal body weight"},
    [BODY_LEAN_MORGAN] = {morgan, 1e3, true, true, "lean body mass (Morgan)"},
};

moly_status body_measure(body_kind kind, double weight_kg, double height_cm, const char *sex,
                         double *measure, moly_error *err)
{
    bool is_man = sex && strcmp(sex, "M") == 0, is_woman = sex && strcmp(sex, "F") == 0;
    bool is_other = sex && strcmp(sex, "O") == 0;
    const char *name = measures[kind].name;
    if (!(weight_kg > 0.0) || !isfinite(weight_kg)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "Patient Weight (0010,1030) is missing: %s needs it",
                         name);
    }
    if (measures[kind].needs_height && (!(height_cm > 0.0) || !isfinite(height_cm))) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "Patient Size (0010,1020) is missing: %s needs it",
                         name);
    }
    if (measures[kind].needs_sex && !is_man && !is_woman && !is_other) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Patient Sex (0010,0040) is %s, not M, F or O: %s needs it",
                         sex ? sex : "missing", name);
    }
    double of_man = measures[kind].measure(weight_kg, height_cm, true);
    double of_woman = measures[kind].measure(weight_kg, height_cm, false);
    double value = is_man ? of_man : is_woman ? of_woman : 0.5 * (of_man + of_woman);
    if (!(value > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the formula for %s gives %.3g for %.4g kg and %.4g cm: not for this body",
                         name, value, weight_kg, height_cm);
    }
    *measure = value * measures[kind].per_unit;
    return MOLY_OK;
}

bool body_needs_sex(body_kind kind)
{
    return measures[kind].needs_sex;
}

bool body_needs_height(body_kind kind)
{
    return measures[kind].needs_height;
}

const char *body_name(body_kind kind)
{
    return measures[kind].name;
}

moly_status moly_suv_body_measure(moly_suv_type type, double weight_kg, double height_cm,
                                  const char *sex, double *measure, moly_error *err)
{
    return body_measure((body_kind)type, weight_kg, height_cm, sex, measure, err);
}
