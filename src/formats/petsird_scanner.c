/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner in a PETSIRD header. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "petsird_inside.h"

static const size_t MOST_CRYSTALS = (size_t)1 << 22;

/* ---- geometry ---- */

static void add_number(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_transforms *t = ((petsird_reading *)context)->filling;
    const double value = yardl_number(r, type);
    if (t->n_filled < 12) {
        t->values[12 * (t->n - 1) + t->n_filled++] = value;
    } else {
        yardl_break(r, "a transformation of more than 12 numbers");
    }
}

static void read_matrix(yardl_reader *r, const yardl_type *type, void *context)
{
    yardl_items(r, type, add_number, context);
}

static void add_transform(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"matrix", read_matrix}};
    petsird_reading *x = context;
    petsird_transforms *t = x->filling;
    if (t->n == t->capacity) {
        const size_t capacity = t->capacity ? 2 * t->capacity : 64;
        double *values = moly_realloc(t->values, capacity, 12 * sizeof *values);
        if (!values) {
            x->status = MOLY_NO_MEMORY(x->err);
            yardl_break(r, "out of memory");
            return;
        }
        t->values = values;
        t->capacity = capacity;
    }
    t->n++;
    t->n_filled = 0;
    yardl_record(r, type, handlers, 1, context);
    if (t->n_filled != 12) {
        yardl_break(r, "a transformation without its 12 numbers");
    }
}

static void read_modules(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    x->filling = &x->modules;
    yardl_items(r, type, add_transform, context);
}

static void read_elements(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    x->filling = &x->elements;
    yardl_items(r, type, add_transform, context);
}

static void add_corner_number(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    const double value = yardl_number(r, type);
    if (x->n_corners < 24) {
        x->corners[x->n_corners++] = value;
    } else {
        yardl_break(r, "a box of more than 8 corners");
    }
}

static void read_coordinate(yardl_reader *r, const yardl_type *type, void *context)
{
    yardl_items(r, type, add_corner_number, context);
}

static void read_corner(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"c", read_coordinate}};
    yardl_record(r, type, handlers, 1, context);
}

static void read_corners(yardl_reader *r, const yardl_type *type, void *context)
{
    yardl_items(r, type, read_corner, context);
}

static void read_shape(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"corners", read_corners}};
    const char *name = NULL;
    const yardl_type *shape = yardl_case(r, type, &name);
    if (shape) {
        yardl_record(r, shape, handlers, 1, context);
    }
}

static void read_volume(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"shape", read_shape}};
    yardl_record(r, type, handlers, 1, context);
}

static void read_element(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"object", read_volume},
                                             {"transforms", read_elements}};
    ((petsird_reading *)context)->n_element_types++;
    yardl_record(r, type, handlers, 2, context);
}

/* A replicated box, or (older files) a list of them. */
static void read_detecting(yardl_reader *r, const yardl_type *type, void *context)
{
    if (type->kind == YARDL_VECTOR) {
        yardl_items(r, type, read_element, context);
    } else {
        read_element(r, type, context);
    }
}

static void read_detector_module(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"detectingElements", read_detecting}};
    yardl_record(r, type, handlers, 1, context);
}

static void read_module(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"object", read_detector_module},
                                             {"transforms", read_modules}};
    ((petsird_reading *)context)->n_module_types++;
    yardl_record(r, type, handlers, 2, context);
}

static void read_module_list(yardl_reader *r, const yardl_type *type, void *context)
{
    yardl_items(r, type, read_module, context);
}

static void read_geometry(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"replicatedModules", read_module_list}};
    yardl_record(r, type, handlers, 1, context);
}

/* ---- the rest of the scanner ---- */

static void read_name(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    moly_pet_scanner *s = &x->list.scanner;
    const char *name = NULL;
    const yardl_type *text = yardl_case(r, type, &name);
    size_t n = 0;
    const char *its = text ? yardl_string(r, text, &n) : "";
    if (memchr(its, '\0', n)) {
        n = strnlen(its, n);
    }
    (void)snprintf(s->name, sizeof s->name, "%.*s", n < 60 ? (int)n : 60, its);
    moly_text_harmless(s->name);
}

/* A number, or the first one of (nested) lists of them. */
static void read_first(yardl_reader *r, const yardl_type *type, double *value)
{
    if (type->kind != YARDL_VECTOR) {
        *value = yardl_number(r, type);
        return;
    }
    const size_t n = yardl_count(r, type);
    for (size_t i = 0; i < n && !r->why; i++) {
        if (i == 0) {
            read_first(r, type->parts[0], value);
        } else {
            yardl_skip(r, type->parts[0]);
        }
    }
}

static void read_tof_resolution(yardl_reader *r, const yardl_type *type, void *context)
{
    read_first(r, type, &((petsird_reading *)context)->tof_resolution_mm);
}

static void read_energy_resolution(yardl_reader *r, const yardl_type *type, void *context)
{
    read_first(r, type, &((petsird_reading *)context)->energy_resolution);
}

static void add_edge(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_edges *e = ((petsird_reading *)context)->edges_filling;
    const double value = yardl_number(r, type), width = value - e->last;
    if (e->n == 0) {
        e->first = value;
    } else if (e->n == 1) {
        e->width = width;
    } else {
        e->is_uneven = e->is_uneven || !(fabs(width - e->width) <= 0.01 * fabs(e->width));
    }
    e->last = value;
    e->n++;
}

static void read_edges_field(yardl_reader *r, const yardl_type *type, void *context)
{
    yardl_items(r, type, add_edge, context);
}

/* An array of edges, a record of it, or (nested) lists of those, of which the first counts. */
static void read_edges(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"edges", read_edges_field}};
    if (type->kind == YARDL_RECORD) {
        yardl_record(r, type, handlers, 1, context);
    } else if (type->kind == YARDL_ARRAY) {
        yardl_items(r, type, add_edge, context);
    } else {
        const size_t n = yardl_count(r, type);
        for (size_t i = 0; i < n && !r->why; i++) {
            if (i == 0) {
                read_edges(r, type->parts[0], context);
            } else {
                yardl_skip(r, type->parts[0]);
            }
        }
    }
}

static void read_tof_edges(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    x->edges_filling = &x->tof;
    read_edges(r, type, context);
}

static void read_energy_edges(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    x->edges_filling = &x->energy;
    read_edges(r, type, context);
}

static void read_scanner(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {
        {"modelName", read_name},
        {"scannerGeometry", read_geometry},
        {"tofBinEdges", read_tof_edges},
        {"tofResolution", read_tof_resolution},
        {"eventEnergyBinEdges", read_energy_edges},
        {"energyBinEdges", read_energy_edges},
        {"energyResolutionAt511", read_energy_resolution},
    };
    yardl_record(r, type, handlers, sizeof handlers / sizeof *handlers, context);
}

void petsird_read_header(yardl_reader *r, const yardl_type *type, petsird_reading *x)
{
    static const yardl_handler handlers[] = {{"scanner", read_scanner}};
    yardl_record(r, type, handlers, 1, x);
}

static void apply(const double m[12], const double p[3], double out[3])
{
    for (int i = 0; i < 3; i++) {
        out[i] = m[4 * i] * p[0] + m[4 * i + 1] * p[1] + m[4 * i + 2] * p[2] + m[4 * i + 3];
    }
}

/* Length of the box along that of its edges that is nearest to the radius. */
static double radial_length(const petsird_reading *x, const double centre[3],
                            const double middle[3])
{
    const double radius = hypot(centre[0], centre[1]);
    double most = -1.0, length = 0.0;
    for (int axis = 0; axis < 3; axis++) {
        double low = x->corners[axis], high = low, inside[3], moved[3], tip[3];
        for (int i = 1; i < 8; i++) {
            low = fmin(low, x->corners[3 * i + axis]);
            high = fmax(high, x->corners[3 * i + axis]);
        }
        for (int i = 0; i < 3; i++) {
            inside[i] = middle[i] + (i == axis ? 1.0 : 0.0);
        }
        apply(x->elements.values, inside, moved);
        apply(x->modules.values, moved, tip);
        const double out =
            fabs((tip[0] - centre[0]) * centre[0] + (tip[1] - centre[1]) * centre[1]) /
            (radius > 0.0 ? radius : 1.0);
        length = out > most ? high - low : length;
        most = out > most ? out : most;
    }
    return length;
}

/* Centres of all crystals, and how thick one is along the radius. */
static moly_status place_crystals(petsird_reading *x, double *centres, double *thickness)
{
    double middle[3] = {0.0};
    for (int i = 0; i < 24; i++) {
        middle[i % 3] += x->corners[i] / 8.0;
    }
    for (size_t m = 0; m < x->modules.n; m++) {
        for (size_t e = 0; e < x->elements.n; e++) {
            double inside[3], *p = &centres[3 * (m * x->elements.n + e)];
            apply(x->elements.values + 12 * e, middle, inside);
            apply(x->modules.values + 12 * m, inside, p);
            if (!(fabs(p[0]) + fabs(p[1]) + fabs(p[2]) < 1e5)) {
                return MOLY_FAIL(x->err, MOLY_ERR_DATA, "crystal %zu of module %zu lies nowhere", e,
                                 m);
            }
        }
    }
    *thickness = radial_length(x, centres, middle);
    return MOLY_OK;
}

static moly_status check_header(const petsird_reading *x)
{
    if (x->n_module_types != 1 || x->n_element_types != 1 || x->n_corners != 24) {
        return MOLY_FAIL(x->err, MOLY_ERR_DATA,
                         "%zu types of modules with %zu types of crystals and %zu numbers of "
                         "corners: Moly reads one of each, with 24",
                         x->n_module_types, x->n_element_types, x->n_corners);
    }
    if (x->elements.n < 1 || x->modules.n < 1 || x->modules.n > MOST_CRYSTALS / x->elements.n) {
        return MOLY_FAIL(x->err, MOLY_ERR_DATA, "%zu modules of %zu crystals, at most %zu in all",
                         x->modules.n, x->elements.n, MOST_CRYSTALS);
    }
    if (x->tof.n == 1 || x->tof.n > 5001 || x->tof.is_uneven || x->energy.n > 1000 ||
        (x->tof.n > 2 && !(x->tof.width > 0.0))) {
        return MOLY_FAIL(x->err, MOLY_ERR_DATA,
                         "%zu edges of TOF bins and %zu of energy bins: TOF bins must have one "
                         "width, and be at most 5000",
                         x->tof.n, x->energy.n);
    }
    return MOLY_OK;
}

static void set_bins(petsird_reading *x)
{
    moly_pet_scanner *s = &x->list.scanner;
    const size_t n_tof = x->tof.n > 1 ? x->tof.n - 1 : 1;
    s->n_tof_bins = (int64_t)(n_tof % 2 ? n_tof : 2 * n_tof - 1);
    s->tof_bin_ps = n_tof > 1 ? x->tof.width / PETSIRD_MM_PER_PS * (n_tof % 2 ? 1.0 : 0.5) : 0.0;
    s->tof_fwhm_ps = n_tof > 1 ? x->tof_resolution_mm / PETSIRD_MM_PER_PS : 0.0;
    s->coincidence_window_ps =
        n_tof == 1 && x->tof.n == 2 ? 2.0 * x->tof.width / PETSIRD_MM_PER_PS : 0.0;
    x->n_energy = x->energy.n > 1 ? x->energy.n - 1 : 1;
    const bool has_window = x->energy.n > 1 && x->energy.first <= 511.0 && x->energy.last >= 511.0;
    s->window_low_kev = has_window ? x->energy.first : 425.0;
    s->window_high_kev = has_window ? x->energy.last : 650.0;
    s->energy_fwhm = x->energy_resolution;
}

moly_status petsird_settle_scanner(petsird_reading *x)
{
    double thickness = 0.0;
    moly_pet_scanner *s = &x->list.scanner;
    moly_status status = check_header(x);
    if (status) {
        return status;
    }
    set_bins(x);
    x->n_crystals = x->modules.n * x->elements.n;
    double *centres = moly_alloc(x->n_crystals, 3 * sizeof *centres);
    x->crystals = moly_alloc(x->n_crystals, sizeof *x->crystals);
    status =
        centres && x->crystals ? place_crystals(x, centres, &thickness) : MOLY_NO_MEMORY(x->err);
    if (!status) {
        (void)snprintf(s->title, sizeof s->title, "%s", s->name);
        (void)snprintf(s->source, sizeof s->source, "a PETSIRD file");
        status = petsird_find_scanner(centres, x->n_crystals, thickness, s, x->crystals, x->err);
    }
    moly_free(centres);
    return status;
}
