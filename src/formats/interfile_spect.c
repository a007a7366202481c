/* SPDX-License-Identifier: Apache-2.0 */
/* Interfile SPECT projections. */
#include "moly/formats/interfile.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "interfile_inside.h"

enum { MOST_SIDE = 65536 };
static const double degrees_per_rad = 57.295779513082321;

/* What the header says, checked. */
typedef struct spect {
    int64_t n_views, n_axial, n_bins, offset;
    double bin_mm, axial_mm, extent_degrees, start_degrees, scale, duration_s;
    moly_energy_window window;
    const double *radii; /* one, or one a view */
    size_t n_radii;
} spect;

static moly_status check_kind(const interfile_header *h, moly_error *err)
{
    int64_t n_windows = 1;
    if (!interfile_find(h, KEY_N_PROJECTIONS, 1)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s has no SPECT projections: the key 'number of projections' is missing",
                         h->name);
    }
    return interfile_whole_or(h, KEY_N_WINDOWS, 1, 1, 1, &n_windows, err);
}

static moly_status read_sizes(const interfile_header *h, spect *s, moly_error *err)
{
    const double *n = NULL;
    moly_status status = interfile_wholes(h, KEY_SIZE, 1, 1, 1, MOST_SIDE, &n, err);
    if (!status) {
        s->n_bins = (int64_t)*n;
        status = interfile_wholes(h, KEY_SIZE, 2, 1, 1, MOST_SIDE, &n, err);
    }
    if (!status) {
        s->n_axial = (int64_t)*n;
        status = interfile_whole(h, KEY_N_PROJECTIONS, 1, 1, MOST_SIDE, &s->n_views, err);
    }
    status = status ? status : interfile_real(h, KEY_PIXEL_MM, 1, 1e-3, 999.0, &s->bin_mm, err);
    status = status ? status : interfile_real(h, KEY_PIXEL_MM, 2, 1e-3, 999.0, &s->axial_mm, err);
    status = status
                 ? status
                 : interfile_whole_or(h, KEY_DATA_OFFSET, 1, 0, INT64_C(1) << 50, &s->offset, err);
    return status ? status : interfile_real_or(h, KEY_SCALE, 1, -1e30, 1e30, &s->scale, err);
}

static moly_status read_orbit(const interfile_header *h, spect *s, moly_error *err)
{
    const interfile_entry *direction = interfile_find(h, KEY_DIRECTION, 1);
    const bool is_ccw = interfile_is(h, KEY_DIRECTION, 1, "CCW");
    const bool is_contour = interfile_is(h, KEY_ORBIT, 1, "Non-circular");
    const interfile_entry *orbit = interfile_find(h, KEY_ORBIT, 1);
    moly_status status =
        interfile_real(h, KEY_EXTENT_DEGREES, 1, 0.0, 3600.0, &s->extent_degrees, err);
    status = status ? status
                    : interfile_real_or(h, KEY_START_DEGREES, 1, -3600.0, 3600.0, &s->start_degrees,
                                        err);
    if (status) {
        return status;
    }
    if (direction && !is_ccw && !interfile_is(h, KEY_DIRECTION, 1, "CW")) {
        return interfile_fail(h, direction, err, "'%.40s' is neither CW nor CCW", direction->text);
    }
    if (!is_ccw) {
        s->extent_degrees = -s->extent_degrees;
    }
    if (orbit && !is_contour && !interfile_is(h, KEY_ORBIT, 1, "Circular")) {
        return interfile_fail(h, orbit, err, "'%.40s' is neither Circular nor Non-circular",
                              orbit->text);
    }
    const interfile_id key = is_contour ? KEY_RADII_MM : KEY_RADIUS_MM;
    const interfile_entry *radii = interfile_find(h, key, 1);
    const size_t wanted = is_contour ? (size_t)s->n_views : 1;
    if (!radii) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the key '%s' is missing", h->name,
                         is_contour ? "radii" : "radius");
    }
    if (radii->n != wanted) {
        return interfile_fail(h, radii, err, "%zu numbers, must be %zu", radii->n, wanted);
    }
    s->radii = radii->numbers;
    s->n_radii = radii->n;
    return MOLY_OK;
}

static moly_status read_rest(const interfile_header *h, spect *s, moly_error *err)
{
    moly_status status = interfile_real_or(h, KEY_WINDOW_LOW, 1, 0.0, 1e4, &s->window.low_kev, err);
    status = status ? status
                    : interfile_real_or(h, KEY_WINDOW_HIGH, 1, 0.0, 1e4, &s->window.high_kev, err);
    return status ? status : interfile_real_or(h, KEY_DURATION_S, 1, 0.0, 1e7, &s->duration_s, err);
}

static moly_status read_counts(const interfile_data *d, const spect *s, moly_projections *p,
                               moly_error *err)
{
    const size_t n = moly_projections_view_size(p);
    const int64_t view_bytes = (int64_t)n * d->type.bytes;
    uint8_t *bytes = moly_alloc(n, (size_t)d->type.bytes);
    moly_status status = bytes ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (int64_t v = 0; v < p->n_views && !status; v++) {
        status = interfile_data_read(d, s->offset + v * view_bytes, bytes, (size_t)view_bytes, err);
        if (!status && number_floats(bytes, d->type, d->is_swapped, s->scale, n,
                                     moly_projections_view(p, 0, 0, v)) < n) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: view %lld has a bin that is not finite",
                               d->path, (long long)v);
        }
    }
    moly_free(bytes);
    return status;
}

static moly_status read_all(const interfile_header *h, interfile_data *d, moly_projections **p,
                            moly_error *err)
{
    spect s = {.scale = 1.0};
    moly_status status = check_kind(h, err);
    status = status ? status : read_sizes(h, &s, err);
    status = status ? status : read_orbit(h, &s, err);
    status = status ? status : read_rest(h, &s, err);
    status = status ? status : interfile_data_open(h, d, err);
    status = status ? status
                    : interfile_data_check(d, s.offset,
                                           s.n_views * s.n_axial * s.n_bins * d->type.bytes, err);
    status = status ? status
                    : moly_projections_new(1, 1, s.n_views, s.n_axial, s.n_bins, s.bin_mm,
                                           s.axial_mm, p, err);
    if (status) {
        return status;
    }
    moly_projections_orbit(*p, s.start_degrees / degrees_per_rad,
                           s.extent_degrees / degrees_per_rad, s.radii[0],
                           s.duration_s / (double)s.n_views);
    for (size_t v = 0; v < s.n_radii && s.n_radii > 1; v++) {
        (*p)->views[v].radius_mm = s.radii[v];
    }
    (*p)->windows[0] = s.window;
    status = read_counts(d, &s, *p, err);
    status = status ? status : moly_projections_check(*p, err);
    if (status) {
        moly_error_context(err, "%s", h->name);
    }
    return status;
}

moly_status moly_interfile_read_projections(const char *path, moly_projections **projections,
                                            moly_error *err)
{
    interfile_header h = {0};
    interfile_data d = {.fd = -1};
    moly_projections *p = NULL;
    *projections = NULL;
    moly_status status = interfile_load(path, true, &h, err);
    status = status ? status : read_all(&h, &d, &p, err);
    if (status) {
        moly_projections_free(p);
    } else {
        *projections = p;
    }
    interfile_data_close(&d);
    interfile_free(&h);
    return status;
}

/* ---- writing ---- */

/* All views' extent, radians, when they are evenly spread. */
static bool find_extent(const moly_projections *p, double *extent_rad)
{
    const double step = p->n_views > 1 ? p->views[1].angle_rad - p->views[0].angle_rad : 0.0;
    for (int64_t v = 0; v < p->n_views; v++) {
        if (fabs(p->views[v].angle_rad - p->views[0].angle_rad - (double)v * step) > 1e-4) {
            return false;
        }
    }
    *extent_rad = step * (double)p->n_views;
    return true;
}

static void put_orbit(moly_text *out, const moly_projections *p, double extent_rad)
{
    bool is_circle = true;
    for (int64_t v = 1; v < p->n_views; v++) {
        is_circle = is_circle && fabs(p->views[v].radius_mm - p->views[0].radius_mm) < 1e-6;
    }
    interfile_put_real(out, "!extent of rotation", fabs(extent_rad) * degrees_per_rad);
    interfile_put_text(out, "!process status", "acquired");
    moly_text_add(out, "!SPECT STUDY (acquired data) :=\n");
    interfile_put_text(out, "!direction of rotation", extent_rad < 0.0 ? "CW" : "CCW");
    interfile_put_real(out, "start angle", p->views[0].angle_rad * degrees_per_rad);
    interfile_put_text(out, "orbit", is_circle ? "Circular" : "Non-circular");
    if (is_circle) {
        interfile_put_real(out, "Radius", p->views[0].radius_mm);
        return;
    }
    moly_text_add(out, "Radii := {");
    for (int64_t v = 0; v < p->n_views; v++) {
        moly_text_printf(out, "%s%.9g", v ? ", " : "", p->views[v].radius_mm);
    }
    moly_text_add(out, "}\n");
}

static void put_header(moly_text *out, const char *data_name, const moly_projections *p,
                       double extent_rad)
{
    double duration_s = 0.0;
    for (int64_t v = 0; v < p->n_views; v++) {
        duration_s += p->views[v].duration_s;
    }
    moly_text_add(out, "!INTERFILE :=\n!imaging modality := nucmed\n!version of keys := 3.3\n");
    interfile_put_text(out, "name of data file", data_name);
    moly_text_add(out, "!GENERAL DATA :=\n!GENERAL IMAGE DATA :=\n"
                       "!type of data := Tomographic\n"
                       "imagedata byte order := LITTLEENDIAN\n"
                       "!number format := float\n!number of bytes per pixel := 4\n");
    if (p->windows[0].high_kev > 0.0) {
        moly_text_add(out, "number of energy windows := 1\n");
        interfile_put_real(out, "energy window lower level[1]", p->windows[0].low_kev);
        interfile_put_real(out, "energy window upper level[1]", p->windows[0].high_kev);
    }
    if (duration_s > 0.0) {
        moly_text_add(out, "number of time frames := 1\n");
        interfile_put_real(out, "image duration (sec)[1]", duration_s);
    }
    moly_text_printf(out,
                     "!SPECT STUDY (General) :=\n!matrix size [1] := %lld\n"
                     "!matrix size [2] := %lld\n!number of projections := %lld\n",
                     (long long)p->n_bins, (long long)p->n_axial, (long long)p->n_views);
    interfile_put_real(out, "!scaling factor (mm/pixel) [1]", p->bin_mm);
    interfile_put_real(out, "!scaling factor (mm/pixel) [2]", p->axial_mm);
    put_orbit(out, p, extent_rad);
    moly_text_add(out, "!END OF INTERFILE :=\n");
}

moly_status moly_interfile_write_projections(const char *path, const moly_projections *p,
                                             moly_error *err)
{
    const size_t n = (size_t)p->n_views * moly_projections_view_size(p);
    moly_text header = {0};
    uint8_t *bytes = NULL;
    char *data_path = NULL;
    double extent_rad = 0.0;
    moly_status status = interfile_swap_ending(path, ".hs", ".s", &data_path, err);
    if (!status && p->n_windows * p->n_gates > 1) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "%s: Interfile projections have one energy window and one gate; these "
                           "have %lld and %lld",
                           path, (long long)p->n_windows, (long long)p->n_gates);
    }
    if (!status && !find_extent(p, &extent_rad)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "%s: the views are not evenly spread, which Interfile cannot say", path);
    }
    if (!status) {
        bytes = moly_alloc(n, 4);
        const char *slash = strrchr(data_path, '/');
        put_header(&header, slash ? slash + 1 : data_path, p, extent_rad);
        status = !bytes || header.is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
    }
    if (!status) {
        number_put_floats(p->counts, n, bytes);
        status = moly_file_write(data_path, bytes, 4 * n, err);
    }
    status = status ? status : moly_file_write(path, header.data, header.length, err);
    moly_free(bytes);
    moly_free(data_path);
    moly_text_free(&header);
    return status;
}
