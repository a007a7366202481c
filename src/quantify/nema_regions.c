/* SPDX-License-Identifier: Apache-2.0 */
/* Twelve background circles in the body: 15 mm within its outline, 15 mm from the spheres. */
#include <math.h>

#include "nema_inside.h"

/* Of the standard's drawing: the body above is half of a circle, below two quarters and a floor. */
static const double upper_mm = 147.0, corner_mm = 77.0, middle_mm = 35.0, keep_mm = 15.0;
static const double step_mm = 0.5;
enum { N_APART = 30, N_STARTS = 32 };
static const double pi = 3.14159265358979323846;
static const double circle_mm = 57.2; /* of the spheres */

void iq_sphere(const iq_place *place, int i, double at[3])
{
    const double a =
        place->angle_rad + place->turn * (double)(MOLY_NEMA_N_SPHERES - 1 - i) * pi / 3.0;
    at[0] = place->centre[0] + circle_mm * cos(a);
    at[1] = place->centre[1] + circle_mm * sin(a);
    at[2] = place->centre[2];
}

double iq_inside_mm(const iq_place *place, const double at[2])
{
    const double x = fabs(at[0] - place->body[0]);
    const double y = place->flat * (at[1] - place->body[1]) - middle_mm;
    const double side = x - (upper_mm - corner_mm);
    if (y <= 0.0) {
        return upper_mm - hypot(x, y);
    }
    return side <= 0.0 ? corner_mm - y : corner_mm - hypot(side, y);
}

/* The point `s` mm along the outline drawn `in_mm` within it, from the middle of its flat side.
 * @return its whole length */
static double outline_at(const iq_place *place, double in_mm, double s, double at[2])
{
    const double r = upper_mm - in_mm, c = corner_mm - in_mm, flat = upper_mm - corner_mm;
    const double quarter = 0.5 * pi * c, half = pi * r;
    const double length = 2.0 * flat + 2.0 * quarter + half;
    const double sign = s <= 0.5 * length ? 1.0 : -1.0; /* the other half is its mirror image */
    double t = s <= 0.5 * length ? s : length - s, x, y;
    if (t <= flat) {
        x = t;
        y = c;
    } else if (t <= flat + quarter) {
        const double a = (t - flat) / c;
        x = flat + c * sin(a);
        y = c * cos(a);
    } else {
        const double a = (t - flat - quarter) / r;
        x = r * cos(a);
        y = -r * sin(a);
    }
    at[0] = place->body[0] + sign * x;
    at[1] = place->body[1] + place->flat * (y + middle_mm);
    return length;
}

static bool is_clear(const iq_place *place, const double diameter_mm[MOLY_NEMA_N_SPHERES],
                     const double at[2], double clearance_mm)
{
    const double own = 0.5 * diameter_mm[MOLY_NEMA_N_SPHERES - 1];
    for (int i = 0; i < MOLY_NEMA_N_SPHERES; i++) {
        double sphere[3];
        iq_sphere(place, i, sphere);
        if (hypot(at[0] - sphere[0], at[1] - sphere[1]) <
            own + 0.5 * diameter_mm[i] + clearance_mm) {
            return false;
        }
    }
    return true;
}

/* Go round from `start` and set a circle wherever it is clear and `apart` mm from all before.
 * @return how many were set, MOLY_NEMA_N_REGIONS at most */
static int walk(const iq_place *place, const double *diameter_mm, double clearance_mm, double apart,
                double start, double centres[MOLY_NEMA_N_REGIONS][2])
{
    const double in_mm = keep_mm + 0.5 * diameter_mm[MOLY_NEMA_N_SPHERES - 1];
    double at[2];
    const double length = outline_at(place, in_mm, 0.0, at);
    int n = 0;
    for (int step = 0; step_mm * step < length && n < MOLY_NEMA_N_REGIONS; step++) {
        (void)outline_at(place, in_mm, fmod(start + step_mm * step, length), at);
        bool is_free = is_clear(place, diameter_mm, at, clearance_mm);
        for (int i = 0; i < n && is_free; i++) {
            is_free = hypot(at[0] - centres[i][0], at[1] - centres[i][1]) >= apart;
        }
        if (is_free) {
            centres[n][0] = at[0];
            centres[n][1] = at[1];
            n++;
        }
    }
    return n;
}

double iq_regions(const iq_place *place, const double diameter_mm[MOLY_NEMA_N_SPHERES],
                  double centres[MOLY_NEMA_N_REGIONS][2])
{
    const double own = diameter_mm[MOLY_NEMA_N_SPHERES - 1];
    for (int less = 0; less <= (int)keep_mm; less++) {
        const double clearance = keep_mm - less;
        /* as far from each other as twelve of them can be, then closer, but never overlapping */
        for (int closer = N_APART; closer >= 0; closer--) {
            const double apart = own * (1.0 + 0.4 * closer / N_APART);
            for (int start = 0; start < N_STARTS; start++) {
                if (walk(place, diameter_mm, clearance, apart, 20.0 * start, centres) ==
                    MOLY_NEMA_N_REGIONS) {
                    return clearance;
                }
            }
        }
    }
    return NAN;
}
