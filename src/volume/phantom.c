/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/phantom.h"

#include <math.h>

#include "moly/base/random.h"

/* The body: a half circle above, two quarter circles and a rectangle below (seen from the feet, LPS
 * y grows towards the back), all along z. Millimetres, from the standard's drawing. */
static const double UPPER_RADIUS = 147.0, CORNER_RADIUS = 77.0, LOWER_DEPTH = 83.0;
static const double LENGTH = 180.0, LUNG_RADIUS = 22.5;
static const double SPHERE_CIRCLE_RADIUS = 57.2;
/* The plane of the spheres and the axis of the lung insert relative to the centre of the circle. */
static const double SPHERE_PLANE_Z = 20.0, SPHERE_AXIS_Y = 0.0;
static const double DEGREE = 3.14159265358979323846 / 180.0;

moly_phantom moly_phantom_iec(void)
{
    moly_phantom phantom = {
        .grid = {.n = {168, 168, 64},
                 .spacing_mm = {4.0, 4.0, 4.0},
                 .origin_mm = {-334.0, -334.0, -126.0},
                 .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}},
        .background_bq_per_ml = 5300.0,
        .sphere_ratio = 4.0,
        .fwhm_mm = 6.0,
        .noise = 0.06,
        .seed = 20261122,
        .sphere_diameter_mm = {10.0, 13.0, 17.0, 22.0, 28.0, 37.0},
    };
    return phantom;
}

void moly_phantom_sphere_centre(const moly_phantom *phantom, int index, double lps_mm[3])
{
    (void)phantom;
    MOLY_ASSERT(index >= 0 && index < MOLY_PHANTOM_N_SPHERES);
    double angle = (60.0 * index + 30.0) * DEGREE;
    lps_mm[0] = SPHERE_CIRCLE_RADIUS * cos(angle);
    lps_mm[1] = SPHERE_AXIS_Y - SPHERE_CIRCLE_RADIUS * sin(angle);
    lps_mm[2] = SPHERE_PLANE_Z;
}

static bool is_in_body(double x, double y, double z)
{
    if (fabs(z) > LENGTH / 2.0) {
        return false;
    }
    /* The circle's centre lies 35 mm behind the spheres' axis. */
    double v = y - 35.0;
    if (v <= 0.0) {
        return x * x + v * v <= UPPER_RADIUS * UPPER_RADIUS;
    }
    double side = fabs(x) - (UPPER_RADIUS - CORNER_RADIUS);
    if (side <= 0.0) {
        return v <= CORNER_RADIUS;
    }
    return v <= LOWER_DEPTH && side * side + v * v <= CORNER_RADIUS * CORNER_RADIUS;
}

/* The phantom with its centres worked out. */
typedef struct model {
    const moly_phantom *phantom;
    double centre[MOLY_PHANTOM_N_SPHERES][3];
} model;

static model model_of(const moly_phantom *phantom)
{
    model m = {.phantom = phantom};
    for (int i = 0; i < MOLY_PHANTOM_N_SPHERES; i++) {
        moly_phantom_sphere_centre(phantom, i, m.centre[i]);
    }
    return m;
}

static double truth_at(const model *m, const double lps_mm[3])
{
    double x = lps_mm[0], y = lps_mm[1], z = lps_mm[2];
    double background = m->phantom->background_bq_per_ml;
    if (!is_in_body(x, y, z)) {
        return 0.0;
    }
    if (x * x + (y - SPHERE_AXIS_Y) * (y - SPHERE_AXIS_Y) <= LUNG_RADIUS * LUNG_RADIUS) {
        return 0.0;
    }
    for (int i = 0; i < MOLY_PHANTOM_N_SPHERES; i++) {
        double r = m->phantom->sphere_diameter_mm[i] / 2.0;
        double dx = x - m->centre[i][0], dy = y - m->centre[i][1], dz = z - m->centre[i][2];
        if (dx * dx + dy * dy + dz * dz <= r * r) {
            return background * m->phantom->sphere_ratio;
        }
    }
    return background;
}

double moly_phantom_truth(const moly_phantom *phantom, const double lps_mm[3])
{
    model m = model_of(phantom);
    return truth_at(&m, lps_mm);
}

static moly_status check(const moly_phantom *phantom, moly_error *err)
{
    const struct {
        const char *name;
        double value, high;
    } ranges[] = {
        {"background concentration in Bq/mL", phantom->background_bq_per_ml, 1e12},
        {"ratio of spheres to background", phantom->sphere_ratio, 1e6},
        {"resolution in mm", phantom->fwhm_mm, 1e3},
        {"noise as a fraction", phantom->noise, 1.0},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (!(ranges[i].value >= 0.0 && ranges[i].value <= ranges[i].high)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "phantom: %s is %g, must be from 0 to %g",
                             ranges[i].name, ranges[i].value, ranges[i].high);
        }
    }
    for (int i = 0; i < MOLY_PHANTOM_N_SPHERES; i++) {
        if (!(phantom->sphere_diameter_mm[i] >= 0.0 && phantom->sphere_diameter_mm[i] <= 56.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "phantom: diameter of sphere %d is %g mm, must be from 0 to 56 mm", i,
                             phantom->sphere_diameter_mm[i]);
        }
    }
    return MOLY_OK;
}

/* Mean of 3x3x3 points within the voxel, so that an edge has its share of both sides. */
static double voxel_truth(const model *m, int64_t x, int64_t y, int64_t z)
{
    double sum = 0.0;
    for (int point = 0; point < 27; point++) {
        int dx = point % 3 - 1, dy = point / 3 % 3 - 1, dz = point / 9 - 1;
        double index[3] = {(double)x + dx / 3.0, (double)y + dy / 3.0, (double)z + dz / 3.0};
        double at[3];
        moly_grid_position(&m->phantom->grid, index, at);
        sum += truth_at(m, at);
    }
    return sum / 27.0;
}

/* White noise, smoothed to the camera's resolution, scaled to the wanted standard deviation. Each
 * voxel has a stream of its own, so the image does not depend on the order they are made in. */
static moly_status add_noise(const moly_phantom *phantom, moly_volume *volume, moly_error *err)
{
    moly_volume *noise = NULL;
    moly_status status = moly_volume_new(&phantom->grid, 1, MOLY_QUANTITY_BQ_PER_ML, &noise, err);
    if (status != MOLY_OK) {
        return status;
    }
    int64_t n = moly_grid_n_voxels(&phantom->grid);
    for (int64_t i = 0; i < n; i++) {
        moly_random random = moly_random_stream(phantom->seed, (uint64_t)i);
        noise->data[i] = (float)moly_random_normal(&random);
    }
    if (phantom->fwhm_mm > 0.0) {
        status = moly_volume_smooth(noise, phantom->fwhm_mm, err);
    }
    double sum2 = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sum2 += (double)noise->data[i] * (double)noise->data[i];
    }
    double scale = phantom->noise / sqrt(sum2 / (double)n);
    for (int64_t i = 0; status == MOLY_OK && i < n; i++) {
        /* Counting noise: it grows as the root of the activity. */
        double level = sqrt((double)volume->data[i] * phantom->background_bq_per_ml);
        double value = (double)volume->data[i] + scale * level * (double)noise->data[i];
        volume->data[i] = value > 0.0 ? (float)value : 0.0f;
    }
    moly_volume_free(noise);
    return status;
}

moly_status moly_phantom_make(const moly_phantom *phantom, moly_volume **volume, moly_error *err)
{
    moly_volume *made = NULL;
    model m = model_of(phantom);
    moly_status status = check(phantom, err);
    if (status != MOLY_OK) {
        return status;
    }
    status = moly_volume_new(&phantom->grid, 1, MOLY_QUANTITY_BQ_PER_ML, &made, err);
    if (status != MOLY_OK) {
        return status;
    }
    int64_t i = 0;
    for (int64_t z = 0; z < made->grid.n[2]; z++) {
        for (int64_t y = 0; y < made->grid.n[1]; y++) {
            for (int64_t x = 0; x < made->grid.n[0]; x++, i++) {
                made->data[i] = (float)voxel_truth(&m, x, y, z);
            }
        }
    }
    if (phantom->fwhm_mm > 0.0) {
        status = moly_volume_smooth(made, phantom->fwhm_mm, err);
    }
    if (status == MOLY_OK && phantom->noise > 0.0) {
        status = add_noise(phantom, made, err);
    }
    if (status != MOLY_OK) {
        moly_volume_free(made);
        return status;
    }
    *volume = made;
    return MOLY_OK;
}
