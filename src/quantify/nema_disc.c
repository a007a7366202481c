/* SPDX-License-Identifier: Apache-2.0 */
/* Circles on pixels, by exact areas. */
#include <math.h>

#include "nema_inside.h"

/* Integral of sqrt(r^2 - x^2) from 0 to x, |x| <= r. */
static double half_chord_integral(double x, double r)
{
    const double t = fmin(1.0, fmax(-1.0, x / r));
    return 0.5 * r * r * (t * sqrt(1.0 - t * t) + asin(t));
}

/* Area of the circle about 0 that lies left of x and below y. */
static double quadrant(double x, double y, double r)
{
    const double to = fmin(r, fmax(-r, x));
    if (y <= -r || to <= -r) {
        return 0.0;
    }
    const double all = 2.0 * (half_chord_integral(to, r) - half_chord_integral(-r, r));
    if (y >= r) {
        return all;
    }
    /* within |x| < c the line y cuts the circle */
    const double c = sqrt(r * r - y * y), left = fmin(to, -c), right = fmin(to, c);
    double area = right > -c
                      ? half_chord_integral(right, r) - half_chord_integral(-c, r) + y * (right + c)
                      : 0.0;
    if (y > 0.0) { /* beside it all of the circle lies below */
        area += 2.0 * (half_chord_integral(left, r) - half_chord_integral(-r, r));
        area += to > c ? 2.0 * (half_chord_integral(to, r) - half_chord_integral(c, r)) : 0.0;
    }
    return area;
}

double disc_overlap(double x0, double x1, double y0, double y1, double r)
{
    const double area =
        quadrant(x1, y1, r) - quadrant(x0, y1, r) - quadrant(x1, y0, r) + quadrant(x0, y0, r);
    return fmax(0.0, area);
}

double moly_disc_mean(const float *plane, const int64_t n[2], const double pixel_mm[2],
                      const double centre_mm[2], double radius_mm)
{
    int64_t from[2], to[2];
    double sum = 0.0, area = 0.0;
    for (int i = 0; i < 2; i++) {
        const double low = (centre_mm[i] - radius_mm) / pixel_mm[i] + 0.5;
        const double high = (centre_mm[i] + radius_mm) / pixel_mm[i] + 0.5;
        if (!(low >= 0.0 && high <= (double)n[i])) {
            return NAN;
        }
        from[i] = (int64_t)floor(low);
        to[i] = (int64_t)fmin((double)n[i], ceil(high));
    }
    for (int64_t y = from[1]; y < to[1]; y++) {
        const double y0 = ((double)y - 0.5) * pixel_mm[1] - centre_mm[1];
        for (int64_t x = from[0]; x < to[0]; x++) {
            const double x0 = ((double)x - 0.5) * pixel_mm[0] - centre_mm[0];
            const double share =
                disc_overlap(x0, x0 + pixel_mm[0], y0, y0 + pixel_mm[1], radius_mm);
            sum += share * (double)plane[y * n[0] + x];
            area += share;
        }
    }
    return area > 0.0 ? sum / area : NAN;
}
