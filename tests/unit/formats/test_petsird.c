/* SPDX-License-Identifier: Apache-2.0 */
#include "pet_study.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/petsird.h"

#include "yardl.h"

/* ---- yardl: the worked example of its reference (docs/reference/binary.md), byte for byte ---- */

static const char example_schema[] =
    "{\"protocol\":{\"name\":\"MyProtocol\",\"sequence\":[{\"name\":\"floatArray\",\"type\":{"
    "\"array\":{\"items\":\"float32\",\"dimensions\":[{\"length\":2},{\"length\":2}]}}},{\"name\":"
    "\"points\",\"type\":{\"stream\":{\"items\":\"Sandbox.Point\"}}}]},\"types\":[{\"name\":"
    "\"Point\",\"fields\":[{\"name\":\"x\",\"type\":\"uint64\"},{\"name\":\"y\",\"type\":\"int32\"}"
    "]}]}";
static const uint8_t example_head[] = {0x79, 0x61, 0x72, 0x64, 0x6c, 1, 0, 0, 0, 0xb0, 0x02};
static const uint8_t example_values[] = {0x9a, 0x99, 0x99, 0x3f, 0x9a, 0x99, 0x59, 0x40, 0x33,
                                         0x33, 0xb3, 0x40, 0x9a, 0x99, 0xf9, 0x40, 0x03, 0x01,
                                         0x04, 0x03, 0x08, 0x05, 0x0c, 0x02, 0xbc, 0x05, 0xc0,
                                         0x0c, 0x80, 0xea, 0x30, 0xbf, 0xee, 0x6d, 0x00};

typedef struct numbers {
    double values[16];
    size_t n;
} numbers;

static void keep(yardl_reader *r, const yardl_type *type, void *context)
{
    numbers *k = context;
    assert_true(k->n < 16);
    k->values[k->n++] = yardl_number(r, type);
}

static void keep_point(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"y", keep}, {"x", keep}};
    yardl_record(r, type, handlers, 2, context);
}

static void the_worked_example_of_yardl_is_read_and_written_byte_for_byte(void **state)
{
    (void)state;
    static const double floats[] = {1.2F, 3.4F, 5.6F, 7.8F};
    static const double points[] = {1, 2, 3, 4, 5, 6, 700, 800, 800000, -900000};
    moly_error err = {0};
    moly_text out = {0};
    numbers got = {0};
    yardl_reader r = {0};
    moly_arena *arena = moly_arena_new();
    yardl_put_header(&out, example_schema);
    assert_int_equal(out.length, sizeof example_head + 304);
    assert_memory_equal(out.data, example_head, sizeof example_head);
    for (int i = 0; i < 4; i++) {
        yardl_put_float(&out, floats[i]);
    }
    for (int i = 0; i < 5; i++) {
        if (i == 0 || i == 3) {
            yardl_put_uint(&out, i == 0 ? 3 : 2);
        }
        yardl_put_uint(&out, (uint64_t)points[2 * i]);
        yardl_put_int(&out, (int64_t)points[2 * i + 1]);
    }
    yardl_put_uint(&out, 0);
    assert_int_equal(out.length, sizeof example_head + 304 + sizeof example_values);
    assert_memory_equal(out.data + sizeof example_head + 304, example_values,
                        sizeof example_values);

    assert_ok(yardl_open(out.data, out.length, arena, &r, &err), err);
    assert_string_equal(r.protocol, "MyProtocol");
    assert_int_equal(r.n_steps, 2);
    assert_true(r.steps[1].is_stream);
    yardl_items(&r, r.steps[0].type, keep, &got);
    assert_int_equal(got.n, 4);
    assert_memory_equal(got.values, floats, sizeof floats);
    got.n = 0;
    for (uint64_t n = yardl_uint(&r); n > 0; n = yardl_uint(&r)) {
        for (; n > 0; n--) {
            keep_point(&r, r.steps[1].type, &got);
        }
    }
    assert_memory_equal(got.values, points, sizeof points);
    assert_null(r.why);
    assert_int_equal(r.at, r.length);
    moly_arena_free(arena);
    moly_text_free(&out);
}

/* ---- PETSIRD ---- */

static moly_pet_scanner round_scanner(void)
{
    moly_error err = {0};
    moly_pet_scanner s;
    assert_ok(moly_pet_scanner_parse("title = Round\nrings = 6\ndetectors = 20\nblock rings = 3\n"
                                     "inner radius = 100 mm\ninteraction depth = 8 mm\n"
                                     "ring pitch = 5 mm\nblock gap = 2 mm\ncrystal depth = 20 mm\n"
                                     "timing resolution = 400 ps\ntof bin = 60 ps\ntof bins = 15\n"
                                     "view offset rad = 0.05\ntangential bins = 19\n",
                                     "round", &s, &err),
              err);
    return s;
}

static moly_event_list made_list(const moly_pet_scanner *s, int n)
{
    moly_event_list list = {.scanner = *s, .duration_s = 0.5};
    const int64_t crystals = s->n_rings * s->n_detectors;
    for (int i = 0; i < n; i++) {
        moly_error err = {0};
        const int64_t half = (s->n_tof_bins - 1) / 2;
        const moly_event e = {.crystal_1 = (uint32_t)(i * 37 % crystals),
                              .crystal_2 = (uint32_t)((i * 91 + 17) % crystals),
                              .time_ms = (uint32_t)(i / 7),
                              .tof_bin = (int16_t)(half > 0 ? i % (2 * half + 1) - half : 0),
                              .is_delayed = i % 5 == 0};
        assert_ok(moly_event_list_add(&list, &e, &err), err);
    }
    return list;
}

static int by_all(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(moly_event));
}

/* The same coincidences; each may be told the other way round, and within a millisecond they may
 * change places. */
static void assert_same_events(const moly_event_list *a, const moly_event_list *b)
{
    moly_event *sorted[2];
    const moly_event_list *lists[2] = {a, b};
    assert_int_equal(a->n, b->n);
    for (int k = 0; k < 2; k++) {
        sorted[k] = moly_alloc(a->n, sizeof **sorted);
        for (size_t i = 0; i < a->n; i++) {
            moly_event e = lists[k]->events[i];
            if (e.crystal_1 < e.crystal_2) {
                const uint32_t crystal = e.crystal_1;
                e.crystal_1 = e.crystal_2;
                e.crystal_2 = crystal;
                e.tof_bin = (int16_t)-e.tof_bin;
            }
            sorted[k][i] = e;
        }
        qsort(sorted[k], a->n, sizeof **sorted, by_all);
    }
    assert_memory_equal(sorted[0], sorted[1], a->n * sizeof **sorted);
    moly_free(sorted[0]);
    moly_free(sorted[1]);
}

static void list_mode_survives_the_way_there_and_back(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        moly_error err = {0};
        char folder[256], path[300];
        moly_pet_scanner s = round_scanner();
        if (round == 1) {
            assert_ok(moly_pet_scanner_find("ge-discovery-mi", &s, &err), err);
        }
        moly_event_list list = made_list(&s, 3000), back = {0};
        make_folder(folder);
        (void)snprintf(path, sizeof path, "%s/a.petsird", folder);
        assert_ok(moly_petsird_write(path, &list, &err), err);
        assert_ok(moly_petsird_read(path, &back, &err), err);
        assert_same_events(&list, &back);
        assert_relative(back.duration_s, 0.5, 1e-12);
        assert_string_equal(back.scanner.name, s.name);
        assert_int_equal(back.scanner.n_sides, s.n_sides);
        assert_int_equal(back.scanner.n_tof_bins, s.n_tof_bins);
        assert_relative(back.scanner.tof_bin_ps, s.tof_bin_ps, 1e-5);   /* float32 */
        assert_relative(back.scanner.tof_fwhm_ps, s.tof_fwhm_ps, 1e-6); /* float32 */
        assert_relative(back.scanner.inner_radius_mm, s.inner_radius_mm, 1e-5);
        for (int64_t c = 0; c < s.n_rings * s.n_detectors; c++) {
            double p[3], q[3];
            moly_pet_crystal(&s, c / s.n_detectors, c % s.n_detectors, p);
            moly_pet_crystal(&back.scanner, c / s.n_detectors, c % s.n_detectors, q);
            /* the depth of interaction has no place in PETSIRD: 8.5 mm is estimated for 8 mm */
            const double tolerance = round == 1 ? 1e-9 : 1.0;
            assert_true(fabs(p[0] - q[0]) < tolerance && fabs(p[1] - q[1]) < tolerance);
            assert_true(fabs(p[2] - q[2]) < 1e-3);
        }
        moly_event_list_free(&list);
        moly_event_list_free(&back);
        drop_folder(folder);
    }
}

/* An independent small writer, of the older model: one crystal a module, crystals not in order,
 * numbered without energy, events in one list, an even number of TOF bins. */
typedef struct bytes {
    uint8_t data[65536];
    size_t n;
} bytes;

static void w_uint(bytes *b, unsigned value)
{
    while (value >= 128) {
        b->data[b->n++] = (uint8_t)(value % 128 + 128);
        value /= 128;
    }
    b->data[b->n++] = (uint8_t)value;
}

static void w_float(bytes *b, double value)
{
    const float f = (float)value;
    memcpy(b->data + b->n, &f, 4); /* of a little-endian machine */
    b->n += 4;
}

static void w_text(bytes *b, const char *text)
{
    w_uint(b, (unsigned)strlen(text));
    memcpy(b->data + b->n, text, strlen(text));
    b->n += strlen(text);
}

static const char old_schema[] =
    "{\"protocol\":{\"name\":\"PETSIRD\",\"sequence\":[{\"name\":\"header\",\"type\":"
    "\"PETSIRD.Header\"},{\"name\":\"timeBlocks\",\"type\":{\"stream\":{\"items\":"
    "\"PETSIRD.TimeBlock\"}}}]},\"types\":[{\"name\":\"Header\",\"fields\":[{\"name\":\"scanner\","
    "\"type\":\"PETSIRD.Scanner\"},{\"name\":\"exam\",\"type\":[null,\"string\"]}]},"
    "{\"name\":\"Policy\",\"values\":[{\"symbol\":\"a\",\"value\":0}]},"
    "{\"name\":\"Matrix\",\"fields\":[{\"name\":\"matrix\",\"type\":{\"array\":{\"items\":"
    "\"float32\",\"dimensions\":[{\"length\":3},{\"length\":4}]}}}]},"
    "{\"name\":\"Corner\",\"fields\":[{\"name\":\"c\",\"type\":{\"array\":{\"items\":\"float32\","
    "\"dimensions\":[{\"length\":3}]}}}]},"
    "{\"name\":\"Box\",\"fields\":[{\"name\":\"corners\",\"type\":{\"vector\":{\"items\":"
    "\"PETSIRD.Corner\",\"length\":8}}}]},"
    "{\"name\":\"Solid\",\"typeParameters\":[\"S\"],\"fields\":[{\"name\":\"shape\",\"type\":"
    "\"S\"},{\"name\":\"materialId\",\"type\":\"uint32\"}]},"
    "{\"name\":\"Many\",\"typeParameters\":[\"T\"],\"fields\":[{\"name\":\"object\",\"type\":\"T\"}"
    ",{\"name\":\"transforms\",\"type\":{\"vector\":{\"items\":\"PETSIRD.Matrix\"}}},{\"name\":"
    "\"ids\",\"type\":{\"vector\":{\"items\":\"uint32\"}}}]},"
    "{\"name\":\"Module\",\"fields\":[{\"name\":\"detectingElements\",\"type\":{\"vector\":{"
    "\"items\":{\"name\":\"PETSIRD.Many\",\"typeArguments\":[{\"name\":\"PETSIRD.Solid\","
    "\"typeArguments\":[\"PETSIRD.Box\"]}]}}}}]},"
    "{\"name\":\"Geometry\",\"fields\":[{\"name\":\"replicatedModules\",\"type\":{\"vector\":{"
    "\"items\":{\"name\":\"PETSIRD.Many\",\"typeArguments\":[\"PETSIRD.Module\"]}}}}]},"
    "{\"name\":\"Scanner\",\"fields\":[{\"name\":\"modelName\",\"type\":\"string\"},{\"name\":"
    "\"scannerGeometry\",\"type\":\"PETSIRD.Geometry\"},{\"name\":\"extra\",\"type\":{\"map\":{"
    "\"keys\":\"string\",\"values\":\"int32\"}}},{\"name\":\"tofBinEdges\",\"type\":{\"array\":{"
    "\"items\":\"float32\",\"dimensions\":1}}},{\"name\":\"tofResolution\",\"type\":\"float32\"},"
    "{\"name\":\"energyBinEdges\",\"type\":{\"array\":{\"items\":\"float32\",\"dimensions\":1}}},"
    "{\"name\":\"energyResolutionAt511\",\"type\":\"float32\"},{\"name\":\"policy\",\"type\":"
    "\"PETSIRD.Policy\"}]},"
    "{\"name\":\"Event\",\"fields\":[{\"name\":\"detectorIds\",\"type\":{\"vector\":{\"items\":"
    "\"uint32\",\"length\":2}}},{\"name\":\"tofIdx\",\"type\":\"uint32\"},{\"name\":"
    "\"energyIndices\",\"type\":{\"vector\":{\"items\":\"uint32\",\"length\":2}}}]},"
    "{\"name\":\"EventTimeBlock\",\"fields\":[{\"name\":\"start\",\"type\":\"uint32\"},{\"name\":"
    "\"promptEvents\",\"type\":{\"vector\":{\"items\":\"PETSIRD.Event\"}}},{\"name\":"
    "\"delayedEvents\",\"type\":[null,{\"vector\":{\"items\":\"PETSIRD.Event\"}}]}]},"
    "{\"name\":\"Signal\",\"fields\":[{\"name\":\"start\",\"type\":\"uint32\"},{\"name\":\"values\""
    ",\"type\":{\"vector\":{\"items\":\"float64\"}}}]},"
    "{\"name\":\"TimeBlock\",\"type\":[{\"tag\":\"Signal\",\"type\":\"PETSIRD.Signal\"},{\"tag\":"
    "\"EventTimeBlock\",\"type\":\"PETSIRD.EventTimeBlock\"}]}]}";

enum { OLD_RINGS = 2, OLD_DETECTORS = 8 };

/* crystal of detector number `id` of that file */
static int old_ring(int id)
{
    return id % 2 == 0;
}
static int old_detector(int id)
{
    return (id / 2 * 3) % OLD_DETECTORS;
}

static void write_old(bytes *b)
{
    b->n = 0;
    memcpy(b->data, "yardl\1\0\0\0", 9);
    b->n = 9;
    w_text(b, old_schema);
    w_text(b, "Old");
    w_uint(b, 1); /* module */
    w_uint(b, 1); /* element */
    for (int corner = 0; corner < 8; corner++) {
        w_float(b, corner % 2 ? 4 : 0);
        w_float(b, corner / 2 % 2 ? 4 : 0);
        w_float(b, corner / 4 ? 20 : 0);
    }
    w_uint(b, 0);
    w_uint(b, 1); /* its transformation: the box's long side along x, from 100 mm on */
    const double out[12] = {0, 0, 1, 100, 1, 0, 0, -2, 0, 1, 0, -2};
    for (int i = 0; i < 12; i++) {
        w_float(b, out[i]);
    }
    w_uint(b, 1);
    w_uint(b, 0);
    w_uint(b, OLD_RINGS * OLD_DETECTORS);
    for (int id = 0; id < OLD_RINGS * OLD_DETECTORS; id++) {
        /* x towards (sin, -cos) of the crystal's angle from the top */
        const double a = 2 * 3.14159265358979 * old_detector(id) / OLD_DETECTORS;
        const double turn[12] = {sin(a), cos(a), 0, 0, -cos(a), sin(a),
                                 0,      0,      0, 0, 1,       30.0 + 6.0 * old_ring(id)};
        for (int i = 0; i < 12; i++) {
            w_float(b, turn[i]);
        }
    }
    w_uint(b, 0); /* ids */
    w_uint(b, 1); /* extra */
    w_text(b, "key");
    w_uint(b, 5);
    w_uint(b, 5);
    for (int i = 0; i < 5; i++) {
        w_float(b, 30.0 * (i - 2)); /* four TOF bins */
    }
    w_float(b, 59.9584916);
    w_uint(b, 3);
    w_float(b, 430);
    w_float(b, 500);
    w_float(b, 650);
    w_float(b, 0.11);
    w_uint(b, 0); /* policy */
    w_uint(b, 1); /* exam */
    w_text(b, "nothing");
    w_uint(b, 2); /* stream */
    w_uint(b, 0);
    w_uint(b, 4); /* a signal */
    w_uint(b, 1);
    w_float(b, 0);
    w_float(b, 0);
    w_uint(b, 1);
    w_uint(b, 4); /* events at 4 ms */
    w_uint(b, 1);
    w_uint(b, 3);
    w_uint(b, 12);
    w_uint(b, 0); /* the first detector was first by most */
    w_uint(b, 1);
    w_uint(b, 0);
    w_uint(b, 1);
    w_uint(b, 1);
    w_uint(b, 5);
    w_uint(b, 2);
    w_uint(b, 3);
    w_uint(b, 0);
    w_uint(b, 0);
    w_uint(b, 0); /* end */
}

static void a_file_of_another_hand_is_read_by_its_own_schema(void **state)
{
    (void)state;
    static bytes b;
    moly_error err = {0};
    moly_event_list list = {0};
    write_old(&b);
    assert_ok(moly_petsird_parse(b.data, b.n, &list, &err), err);
    assert_string_equal(list.scanner.name, "Old");
    assert_int_equal(list.scanner.n_rings, OLD_RINGS);
    assert_int_equal(list.scanner.n_detectors, OLD_DETECTORS);
    assert_int_equal(list.scanner.n_sides, 0);
    assert_relative(list.scanner.inner_radius_mm, 100.0, 1e-6);
    assert_relative(list.scanner.crystal_depth_mm, 20.0, 1e-6);
    assert_relative(list.scanner.ring_pitch_mm, 6.0, 1e-6);
    assert_relative(list.scanner.tof_fwhm_ps, 400.0, 1e-6);
    assert_int_equal(list.scanner.n_tof_bins, 7); /* 4 bins as 7 of half their width */
    assert_relative(list.scanner.tof_bin_ps, 15.0 / 0.149896229, 1e-6);
    assert_int_equal(list.n, 2);
    static const int ids[2][2] = {{3, 12}, {5, 2}};
    for (int i = 0; i < 2; i++) {
        const moly_event *e = &list.events[i];
        assert_int_equal(e->crystal_1,
                         old_ring(ids[i][0]) * OLD_DETECTORS + old_detector(ids[i][0]));
        assert_int_equal(e->crystal_2,
                         old_ring(ids[i][1]) * OLD_DETECTORS + old_detector(ids[i][1]));
        assert_int_equal(e->time_ms, 4);
        assert_int_equal(e->is_delayed, i);
    }
    assert_int_equal(list.events[0].tof_bin, 3); /* nearest the first */
    assert_int_equal(list.events[1].tof_bin, -3);
    moly_event_list_free(&list);
    for (size_t n = 0; n < b.n; n += n < 4000 ? 13 : 1) { /* every truncation is refused */
        assert_int_equal(moly_petsird_parse(b.data, n, &list, &err), MOLY_ERR_DATA);
        assert_int_not_equal(err.message[0], '\0');
        err = (moly_error){0};
    }
}

static void what_is_no_petsird_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_event_list list = {0};
    moly_text file = {0};
    assert_fails(moly_petsird_parse("hello", 5, &list, &err), MOLY_ERR_DATA, "no yardl file", err);
    assert_fails(moly_petsird_parse("yardl\2\0\0\0", 9, &list, &err), MOLY_ERR_DATA,
                 "another version", err);
    yardl_put_header(&file, example_schema);
    moly_text_add_n(&file, (const char *)example_values, sizeof example_values);
    assert_fails(moly_petsird_parse(file.data, file.length, &list, &err), MOLY_ERR_DATA,
                 "none of PETSIRD", err);
    moly_text_free(&file);
    const moly_pet_scanner s = round_scanner();
    list = made_list(&s, 10);
    list.events[3].time_ms = 99;
    assert_fails(moly_petsird_write("nowhere", &list, &err), MOLY_ERR_DATA, "event 4", err);
    moly_event_list_free(&list);
}

static void every_failed_allocation_is_a_status(void **state)
{
    (void)state;
    static bytes b;
    moly_status status = MOLY_ERR_MEMORY;
    write_old(&b);
    for (size_t nth = 1; status != MOLY_OK && nth < 2000; nth++) {
        moly_error err = {0};
        moly_event_list list = {0};
        moly_alloc_fail_after(nth);
        status = moly_petsird_parse(b.data, b.n, &list, &err);
        moly_alloc_fail_after(0);
        assert_true(status == MOLY_OK || !list.events);
        assert_true(status == MOLY_OK || err.message[0] != '\0');
        moly_event_list_free(&list);
    }
    assert_int_equal(status, MOLY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_of_yardl_is_read_and_written_byte_for_byte),
        cmocka_unit_test(list_mode_survives_the_way_there_and_back),
        cmocka_unit_test(a_file_of_another_hand_is_read_by_its_own_schema),
        cmocka_unit_test(what_is_no_petsird_is_refused),
        cmocka_unit_test(every_failed_allocation_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
