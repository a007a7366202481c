/* SPDX-License-Identifier: Apache-2.0 */
/* Phantoms from text: those of data/phantoms, compiled in, and files of one's own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "library.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/simulation/solids.h"

enum { MOST_BYTES = 1 << 20, MOST_ROWS = 40 };
static const double pi = 3.14159265358979323846;

/* ---- one property ---- */

/* What a line says, before it becomes solids. */
typedef struct entry {
    moly_solid solid;
    bool is_rods, has_size, is_hot;
    double rows, first_mm, turn_deg, length_mm;
} entry;

/* `n` numbers parted by blanks. */
static moly_status numbers(char *text, int n, double *values, moly_error *err)
{
    for (int i = 0; i < n; i++) {
        text += strspn(text, " \t");
        const size_t length = strcspn(text, " \t");
        const bool is_last = text[length] == '\0';
        text[length] = '\0';
        moly_status status =
            length > 0 ? moly_number_parse(text, &values[i], err)
                       : MOLY_FAIL(err, MOLY_ERR_DATA, "%d numbers are needed, not %d", n, i);
        if (status) {
            return status;
        }
        text += is_last ? length : length + 1;
    }
    text += strspn(text, " \t");
    return *text ? MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' stands behind %d numbers", text, n)
                 : MOLY_OK;
}

/* The third axis; the others are any two across it. */
static moly_status set_along(moly_solid *s, const double along[3], moly_error *err)
{
    const double length = sqrt(along[0] * along[0] + along[1] * along[1] + along[2] * along[2]);
    if (!(length > 0.0 && isfinite(length))) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a direction of length %g", length);
    }
    double *u = s->axes, *v = s->axes + 3, *w = s->axes + 6;
    int least = 0;
    for (int i = 0; i < 3; i++) {
        w[i] = along[i] / length;
        least = fabs(along[i]) < fabs(along[least]) ? i : least;
    }
    double dot = w[least], norm = sqrt(1.0 - dot * dot);
    for (int i = 0; i < 3; i++) {
        u[i] = ((i == least ? 1.0 : 0.0) - dot * w[i]) / norm;
    }
    for (int i = 0; i < 3; i++) {
        v[i] = w[(i + 1) % 3] * u[(i + 2) % 3] - w[(i + 2) % 3] * u[(i + 1) % 3];
    }
    return MOLY_OK;
}

static moly_status set_activity(entry *e, char *value, moly_error *err)
{
    e->is_hot = strcmp(value, "hot") == 0;
    return e->is_hot ? MOLY_OK : numbers(value, 1, &e->solid.bq_per_ml, err);
}

static moly_status set_diameter(entry *e, char *value, moly_error *err)
{
    double diameter = 0.0;
    moly_status status = numbers(value, 1, &diameter, err);
    for (int i = 0; i < 3; i++) {
        e->solid.half_mm[i] = 0.5 * diameter;
    }
    e->has_size = true;
    return status;
}

static moly_status set_property(moly_solids *solids, entry *e, const char *key, char *value,
                                moly_error *err)
{
    static const char *const keys[] = {"material", "activity", "at",    "half", "diameter", "along",
                                       "cut",      "rows",     "first", "turn", "length"};
    const struct {
        const char *key;
        int n;
        double *values;
    } plain[] = {{"at", 3, e->solid.centre_mm}, {"half", 3, e->solid.half_mm},
                 {"cut", 4, e->solid.cut},      {"rows", 1, &e->rows},
                 {"first", 1, &e->first_mm},    {"turn", 1, &e->turn_deg},
                 {"length", 1, &e->length_mm}};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(key, plain[i].key) == 0) {
            e->has_size |= strcmp(key, "half") == 0;
            return numbers(value, plain[i].n, plain[i].values, err);
        }
    }
    if (strcmp(key, "material") == 0) {
        return moly_solids_material(solids, value, &e->solid.material, err);
    }
    if (strcmp(key, "activity") == 0) {
        return set_activity(e, value, err);
    }
    if (strcmp(key, "diameter") == 0) {
        return set_diameter(e, value, err);
    }
    if (strcmp(key, "along") == 0) {
        double along[3];
        moly_status status = numbers(value, 3, along, err);
        return status ? status : set_along(&e->solid, along, err);
    }
    const char *near = moly_nearest(key, keys, sizeof keys / sizeof *keys);
    return MOLY_FAIL(err, MOLY_ERR_DATA, "no property '%.40s'%s%s%s", key, near ? "; is '" : "",
                     near ? near : "", near ? "' meant?" : "");
}

/* ---- one line ---- */

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL) {
        text[--n] = '\0';
    }
    return text;
}

/* Rows of 1, 2, 3, ... rods, twice their diameter apart, widening away from the middle. */
static moly_status add_rods(moly_solids *solids, const entry *e, moly_error *err)
{
    const double pitch = 4.0 * e->solid.half_mm[0], turn = e->turn_deg * pi / 180.0;
    if (!(e->rows >= 1.0 && e->rows <= MOST_ROWS)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%g rows of rods, not within 1 to %d", e->rows,
                         MOST_ROWS);
    }
    moly_status status = MOLY_OK;
    for (int row = 0; row < (int)e->rows; row++) {
        for (int i = 0; i <= row && !status; i++) {
            const double out = e->first_mm + row * pitch * sqrt(0.75);
            const double across = (i - 0.5 * row) * pitch;
            moly_solid rod = e->solid;
            rod.shape = MOLY_SOLID_CYLINDER;
            rod.half_mm[2] = 0.5 * e->length_mm;
            rod.centre_mm[0] += out * sin(turn) + across * cos(turn);
            rod.centre_mm[1] += -out * cos(turn) + across * sin(turn);
            status = moly_solids_add(solids, &rod, err);
        }
    }
    return status;
}

static moly_status read_shape(entry *e, char *head, moly_error *err)
{
    static const char *const shapes[] = {"sphere", "ellipsoid", "cylinder", "box", "rods"};
    static const moly_solid_shape kinds[] = {MOLY_SOLID_ELLIPSOID, MOLY_SOLID_ELLIPSOID,
                                             MOLY_SOLID_CYLINDER, MOLY_SOLID_BOX,
                                             MOLY_SOLID_CYLINDER};
    const size_t length = strcspn(head, " \t"), n_shapes = sizeof shapes / sizeof *shapes;
    const char *name = head + length + strspn(head + length, " \t");
    head[length] = '\0';
    if (strlen(name) >= sizeof e->solid.name || !moly_is_utf8(name)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the solid's name is no UTF-8 or above %d bytes",
                         MOLY_SOLID_NAME_SIZE - 1);
    }
    memcpy(e->solid.name, name, strlen(name) + 1);
    for (size_t i = 0; i < n_shapes; i++) {
        if (strcmp(head, shapes[i]) == 0) {
            e->solid.shape = kinds[i];
            e->is_rods = strcmp(head, "rods") == 0;
            return MOLY_OK;
        }
    }
    const char *near = moly_nearest(head, shapes, n_shapes);
    return MOLY_FAIL(err, MOLY_ERR_DATA, "no shape '%.40s'%s%s%s", head, near ? "; is '" : "",
                     near ? near : "", near ? "' meant?" : "");
}

static moly_status read_solid(moly_solids *solids, char *line, double hot, moly_error *err)
{
    entry e = {.solid = {.material = -1}};
    char *next = strchr(line, ';');
    if (next) {
        *next++ = '\0';
    }
    moly_status status = read_shape(&e, trim(line), err);
    while (next && !status) {
        char *field = next;
        next = strchr(field, ';');
        if (next) {
            *next++ = '\0';
        }
        field = trim(field);
        const size_t length = strcspn(field, " \t");
        char *value = trim(field + length);
        field[length] = '\0';
        if (*field) {
            status = set_property(solids, &e, field, value, err);
        }
        if (status) {
            moly_error_context(err, "%.40s", field);
        }
    }
    if (!status && (e.solid.material < 0 || !e.has_size)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s needs a material and a size (half or diameter)",
                           e.solid.name);
    }
    if (!status) {
        e.solid.bq_per_ml = e.is_hot ? hot : e.solid.bq_per_ml;
        status = e.is_rods ? add_rods(solids, &e, err) : moly_solids_add(solids, &e.solid, err);
    }
    return status;
}

static moly_status read_line(moly_solids *solids, char *line, double wanted_hot, double *hot,
                             moly_error *err)
{
    line = trim(line);
    if (*line == '\0' || *line == '#') {
        return MOLY_OK;
    }
    char *equals = strchr(line, '=');
    if (!equals) {
        return read_solid(solids, line, *hot, err);
    }
    *equals = '\0';
    const char *key = trim(line);
    char *value = trim(equals + 1);
    if (strcmp(key, "hot ratio") == 0) {
        moly_status status = numbers(value, 1, hot, err);
        *hot = !status && wanted_hot > 0.0 ? wanted_hot : *hot;
        return status;
    }
    return strcmp(key, "title") == 0 || strcmp(key, "source") == 0
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA,
                           "no key '%.40s'; there are 'title', 'source' and 'hot ratio'", key);
}

/* ---- whole texts ---- */

static moly_status parse(const char *text, const char *what, double wanted_hot,
                         moly_solids **solids, moly_error *err)
{
    moly_solids *made = NULL;
    double hot = wanted_hot > 0.0 ? wanted_hot : 1.0;
    moly_status status = moly_solids_new(what, &made, err);
    char *copy = status ? NULL : moly_strdup(text);
    if (!status && !copy) {
        status = MOLY_NO_MEMORY(err);
    }
    char *line = copy;
    for (int number = 1; line && !status; number++) {
        char *end = strchr(line, '\n');
        if (end) {
            *end++ = '\0';
        }
        status = read_line(made, line, wanted_hot, &hot, err);
        if (status) {
            moly_error_context(err, "%s, line %d", what, number);
        }
        line = end;
    }
    moly_free(copy);
    if (!status && made->n == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: there is no solid in it", what);
    }
    if (status) {
        moly_solids_free(made);
        made = NULL;
    }
    *solids = made;
    return status;
}

moly_status moly_solids_parse(const char *text, const char *what, moly_solids **solids,
                              moly_error *err)
{
    return parse(text, what, 0.0, solids, err);
}

const char *const *moly_solids_names(void)
{
    static const char *const names[] = {"annulus", "cross-calibration", "derenzo",
                                        "nema-iq", "nema-scatter",      "nema-sensitivity",
                                        "point",   "point-offset",      "spect-sphere",
                                        "torso",   "uniform-cylinder",  NULL};
    return names;
}

static moly_status find_named(const char *name, double hot_ratio, moly_solids **solids,
                              moly_error *err)
{
    const char *const *names = moly_solids_names();
    size_t n = 0;
    for (const library_phantom *p = library_phantoms; p->name; p++) {
        if (strcmp(p->name, name) == 0) {
            return parse(p->text, name, hot_ratio, solids, err);
        }
    }
    while (names[n]) {
        n++;
    }
    const char *near = moly_nearest(name, names, n);
    return near ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no phantom '%.60s'; is '%s' meant?", name, near)
                : MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                            "no phantom '%.60s'; 'nema-iq' is one, a file ends in .phantom", name);
}

moly_status moly_solids_find(const char *name, double hot_ratio, moly_solids **solids,
                             moly_error *err)
{
    const size_t length = strlen(name);
    char *text = NULL;
    size_t n = 0;
    *solids = NULL;
    if (length < 8 || strcmp(name + length - 8, ".phantom") != 0) {
        return find_named(name, hot_ratio, solids, err);
    }
    moly_status status = moly_file_read(name, MOST_BYTES, &text, &n, err);
    if (!status && strlen(text) != n) {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA, "%s is no text: a zero byte at %zu", name, strlen(text));
    }
    if (!status) {
        status = parse(text, name, hot_ratio, solids, err);
    }
    moly_free(text);
    return status;
}
