/* SPDX-License-Identifier: Apache-2.0 */
/* PETSIRD list mode out. */
#include "moly/formats/petsird.h"

#include <math.h>

#include "petsird_inside.h"
#include "yardl.h"

static const double pi = 3.14159265358979323846;

/* The part of PETSIRD's model that Moly has something to say of. */
static const char schema[] =
    "{\"protocol\":{\"name\":\"PETSIRD\",\"sequence\":[{\"name\":\"header\",\"type\":"
    "\"PETSIRD.Header\"},{\"name\":\"timeBlocks\",\"type\":{\"stream\":{\"items\":"
    "\"PETSIRD.TimeBlock\"}}}]},\"types\":["
    "{\"name\":\"BinEdges\",\"fields\":[{\"name\":\"edges\",\"type\":{\"array\":{\"items\":"
    "\"float32\",\"dimensions\":1}}}]},"
    "{\"name\":\"BoxShape\",\"fields\":[{\"name\":\"corners\",\"type\":{\"vector\":{\"items\":"
    "\"PETSIRD.Coordinate\",\"length\":8}}}]},"
    "{\"name\":\"BoxSolidVolume\",\"type\":{\"name\":\"PETSIRD.SolidVolume\",\"typeArguments\":["
    "\"PETSIRD.BoxShape\"]}},"
    "{\"name\":\"CoincidenceEvent\",\"fields\":[{\"name\":\"detectionBins\",\"type\":{\"vector\":"
    "{\"items\":\"uint32\",\"length\":2}}},{\"name\":\"tofIdx\",\"type\":\"uint32\"}]},"
    "{\"name\":\"Coordinate\",\"fields\":[{\"name\":\"c\",\"type\":{\"array\":{\"items\":"
    "\"float32\",\"dimensions\":[{\"length\":3}]}}}]},"
    "{\"name\":\"DetectorModule\",\"fields\":[{\"name\":\"detectingElements\",\"type\":"
    "\"PETSIRD.ReplicatedBoxSolidVolume\"}]},"
    "{\"name\":\"EventTimeBlock\",\"fields\":[{\"name\":\"timeInterval\",\"type\":"
    "\"PETSIRD.TimeInterval\"},{\"name\":\"promptEvents\",\"type\":{\"vector\":{\"items\":"
    "{\"vector\":{\"items\":{\"vector\":{\"items\":\"PETSIRD.CoincidenceEvent\"}}}}}}},{\"name\":"
    "\"delayedEvents\",\"type\":[null,{\"vector\":{\"items\":{\"vector\":{\"items\":{\"vector\":"
    "{\"items\":\"PETSIRD.CoincidenceEvent\"}}}}}}]}]},"
    "{\"name\":\"Header\",\"fields\":[{\"name\":\"scanner\",\"type\":\"PETSIRD.ScannerInformation\""
    "}]},"
    "{\"name\":\"ReplicatedBoxSolidVolume\",\"type\":{\"name\":\"PETSIRD.ReplicatedObject\","
    "\"typeArguments\":[\"PETSIRD.BoxSolidVolume\"]}},"
    "{\"name\":\"ReplicatedDetectorModule\",\"type\":{\"name\":\"PETSIRD.ReplicatedObject\","
    "\"typeArguments\":[\"PETSIRD.DetectorModule\"]}},"
    "{\"name\":\"ReplicatedObject\",\"typeParameters\":[\"T\"],\"fields\":[{\"name\":\"object\","
    "\"type\":\"T\"},{\"name\":\"transforms\",\"type\":{\"vector\":{\"items\":"
    "\"PETSIRD.RigidTransformation\"}}}]},"
    "{\"name\":\"RigidTransformation\",\"fields\":[{\"name\":\"matrix\",\"type\":{\"array\":"
    "{\"items\":\"float32\",\"dimensions\":[{\"length\":3},{\"length\":4}]}}}]},"
    "{\"name\":\"ScannerGeometry\",\"fields\":[{\"name\":\"replicatedModules\",\"type\":{\"vector\""
    ":{\"items\":\"PETSIRD.ReplicatedDetectorModule\"}}}]},"
    "{\"name\":\"ScannerInformation\",\"fields\":[{\"name\":\"modelName\",\"type\":\"string\"},"
    "{\"name\":\"scannerGeometry\",\"type\":\"PETSIRD.ScannerGeometry\"},{\"name\":\"tofBinEdges\","
    "\"type\":{\"vector\":{\"items\":{\"vector\":{\"items\":\"PETSIRD.BinEdges\"}}}}},{\"name\":"
    "\"tofResolution\",\"type\":{\"vector\":{\"items\":{\"vector\":{\"items\":\"float32\"}}}}},"
    "{\"name\":\"eventEnergyBinEdges\",\"type\":{\"vector\":{\"items\":\"PETSIRD.BinEdges\"}}},"
    "{\"name\":\"energyResolutionAt511\",\"type\":{\"vector\":{\"items\":\"float32\"}}}]},"
    "{\"name\":\"SolidVolume\",\"typeParameters\":[\"Shape\"],\"fields\":[{\"name\":\"shape\","
    "\"type\":\"Shape\"},{\"name\":\"materialId\",\"type\":\"uint32\"}]},"
    "{\"name\":\"TimeBlock\",\"type\":[{\"tag\":\"EventTimeBlock\",\"type\":"
    "\"PETSIRD.EventTimeBlock\"}]},"
    "{\"name\":\"TimeInterval\",\"fields\":[{\"name\":\"start\",\"type\":\"uint32\"},{\"name\":"
    "\"stop\",\"type\":\"uint32\"}]}]}";

/* A module is a side of the ring, or one column of a round one. */
static int64_t columns_of(const moly_pet_scanner *s)
{
    return s->n_sides > 0 ? s->n_detectors / s->n_sides : 1;
}

static double thickness_of(const moly_pet_scanner *s)
{
    return s->crystal_depth_mm > 0.0
               ? s->crystal_depth_mm
               : 2.0 * (s->interaction_depth_mm > 0.5 ? s->interaction_depth_mm : 0.5);
}

static void put_matrix(moly_text *out, const double m[12])
{
    for (int i = 0; i < 12; i++) {
        yardl_put_float(out, m[i]);
    }
}

/* The crystal as it lies at the top of the ring, its middle in the origin. */
static void put_box(moly_text *out, const moly_pet_scanner *s)
{
    const double across = s->n_sides > 0 ? s->crystal_pitch_mm
                                         : 2.0 * pi * s->inner_radius_mm / (double)s->n_detectors;
    const double half[3] = {0.5 * across, 0.5 * thickness_of(s), 0.5 * s->ring_pitch_mm};
    for (int corner = 0; corner < 8; corner++) {
        for (int axis = 0; axis < 3; axis++) {
            yardl_put_float(out, (corner >> axis) % 2 ? half[axis] : -half[axis]);
        }
    }
    yardl_put_uint(out, 0); /* material */
}

static void put_geometry(moly_text *out, const moly_pet_scanner *s)
{
    const int64_t columns = columns_of(s), modules = s->n_detectors / columns;
    yardl_put_uint(out, 1); /* type of module */
    put_box(out, s);
    yardl_put_uint(out, (uint64_t)(columns * s->n_rings));
    for (int64_t ring = 0; ring < s->n_rings; ring++) {
        for (int64_t c = 0; c < columns; c++) {
            const double across = s->crystal_pitch_mm * ((double)c - 0.5 * (double)(columns - 1));
            const double place[12] = {1, 0, 0, columns > 1 ? across : 0.0,
                                      0, 1, 0, -s->inner_radius_mm - 0.5 * thickness_of(s),
                                      0, 0, 1, moly_pet_ring_z(s, ring)};
            put_matrix(out, place);
        }
    }
    yardl_put_uint(out, (uint64_t)modules);
    for (int64_t m = 0; m < modules; m++) {
        const double a = 2.0 * pi * (double)m / (double)modules + s->view_offset_rad;
        const double turn[12] = {cos(a), -sin(a), 0, 0, sin(a), cos(a), 0, 0, 0, 0, 1, 0};
        put_matrix(out, turn);
    }
}

static void put_scanner(moly_text *out, const moly_pet_scanner *s)
{
    const int64_t n = s->n_tof_bins;
    const double window = s->coincidence_window_ps > 0.0 ? s->coincidence_window_ps : 1e4;
    const double width = (n > 1 ? s->tof_bin_ps : 0.5 * window) * PETSIRD_MM_PER_PS;
    yardl_put_string(out, s->name);
    put_geometry(out, s);
    yardl_put_uint(out, 1); /* by the types of both modules */
    yardl_put_uint(out, 1);
    yardl_put_uint(out, (uint64_t)n + 1);
    for (int64_t i = 0; i <= n; i++) {
        yardl_put_float(out, width * ((double)i - 0.5 * (double)n));
    }
    yardl_put_uint(out, 1);
    yardl_put_uint(out, 1);
    yardl_put_float(out, s->tof_fwhm_ps * PETSIRD_MM_PER_PS);
    yardl_put_uint(out, 1);
    yardl_put_uint(out, 2);
    yardl_put_float(out, s->window_low_kev);
    yardl_put_float(out, s->window_high_kev);
    yardl_put_uint(out, 1);
    yardl_put_float(out, s->energy_fwhm);
}

/* Detection bin of a crystal: side by side, ring by ring. */
static uint64_t bin_of(const moly_pet_scanner *s, uint32_t crystal)
{
    const int64_t columns = columns_of(s);
    const int64_t ring = crystal / s->n_detectors, d = crystal % s->n_detectors;
    return (uint64_t)((d / columns * s->n_rings + ring) * columns + d % columns);
}

static void put_event(moly_text *out, const moly_pet_scanner *s, const moly_event *e)
{
    const uint64_t a = bin_of(s, e->crystal_1), b = bin_of(s, e->crystal_2);
    const int64_t middle = (s->n_tof_bins - 1) / 2, tof = a >= b ? e->tof_bin : -e->tof_bin;
    yardl_put_uint(out, a >= b ? a : b); /* the larger first, as the model wants it */
    yardl_put_uint(out, a >= b ? b : a);
    yardl_put_uint(out, (uint64_t)(middle - tof));
}

static void put_events(moly_text *out, const moly_event_list *list, size_t first, size_t last,
                       bool is_delayed)
{
    size_t n = 0;
    for (size_t i = first; i < last; i++) {
        n += (list->events[i].is_delayed != 0) == is_delayed;
    }
    if (is_delayed) {
        yardl_put_uint(out, n > 0);
        if (n == 0) {
            return;
        }
    }
    yardl_put_uint(out, 1);
    yardl_put_uint(out, 1);
    yardl_put_uint(out, n);
    for (size_t i = first; i < last; i++) {
        if ((list->events[i].is_delayed != 0) == is_delayed) {
            put_event(out, &list->scanner, &list->events[i]);
        }
    }
}

static void put_block(moly_text *out, const moly_event_list *list, size_t first, size_t last,
                      uint32_t start_ms, uint32_t stop_ms)
{
    yardl_put_uint(out, 1); /* one in this part of the stream */
    yardl_put_uint(out, 0); /* an EventTimeBlock */
    yardl_put_uint(out, start_ms);
    yardl_put_uint(out, stop_ms);
    put_events(out, list, first, last, false);
    put_events(out, list, first, last, true);
}

static moly_status check(const moly_event_list *list, moly_error *err)
{
    const moly_pet_scanner *s = &list->scanner;
    const uint64_t crystals = (uint64_t)(s->n_rings * s->n_detectors);
    const int64_t most = (s->n_tof_bins - 1) / 2;
    moly_status status = moly_pet_scanner_check(s, err);
    for (size_t i = 0; i < list->n && !status; i++) {
        const moly_event *e = &list->events[i];
        if (e->crystal_1 >= crystals || e->crystal_2 >= crystals || e->tof_bin > most ||
            e->tof_bin < -most || (i > 0 && e->time_ms < list->events[i - 1].time_ms)) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA,
                               "event %zu: crystals %u and %u of %llu, TOF bin %d of +-%lld, at %u "
                               "ms: not of this scanner, or before the one before it",
                               i, e->crystal_1, e->crystal_2, (unsigned long long)crystals,
                               e->tof_bin, (long long)most, e->time_ms);
        }
    }
    return status;
}

moly_status moly_petsird_write(const char *path, const moly_event_list *list, moly_error *err)
{
    moly_text out = {0};
    const double duration_ms = ceil(1e3 * list->duration_s - 1e-6);
    uint32_t stop_ms = 0;
    moly_status status = check(list, err);
    if (status) {
        return status;
    }
    yardl_put_header(&out, schema);
    put_scanner(&out, &list->scanner);
    for (size_t first = 0, last = 0; first < list->n; first = last) {
        const uint32_t start_ms = list->events[first].time_ms;
        while (last < list->n && list->events[last].time_ms == start_ms) {
            last++;
        }
        stop_ms = start_ms + 1;
        put_block(&out, list, first, last, start_ms, stop_ms);
    }
    if (duration_ms > (double)stop_ms && duration_ms < 4294967295.0) { /* a quiet end */
        put_block(&out, list, 0, 0, stop_ms, (uint32_t)duration_ms);
    }
    yardl_put_uint(&out, 0);
    status = out.is_broken ? MOLY_NO_MEMORY(err) : moly_file_write(path, out.data, out.length, err);
    moly_text_free(&out);
    return status;
}
