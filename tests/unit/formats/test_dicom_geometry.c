/* SPDX-License-Identifier: Apache-2.0 */
#include "pet_study.h"

#include "dicom_inside.h"

/* Slices of a series in memory, as the reader finds them. */
typedef struct series {
    raw_slice slices[24];
    size_t n;
    moly_arena *arena;
    moly_grid grid;
    int64_t n_frames;
    text_list warnings;
} series;

static void make_series(series *s, size_t n)
{
    *s = (series){.n = n, .arena = moly_arena_new()};
    for (size_t i = 0; i < n; i++) {
        s->slices[i] = (raw_slice){
            .told = {.path = "file",
                     .instance_number = (int64_t)i + 1,
                     .slope = 1.0,
                     .acquisition = {20000, 3600.0},
                     .frame_reference_time_s = NAN},
            .entry = i,
            .rows = 10,
            .columns = 12,
            .position_mm = {-22.0, -18.0, 100.0 - 3.27 * (double)i},
            .orientation = {1, 0, 0, 0, 1, 0},
            .spacing_mm = {4.0, 5.0},
            .thickness_mm = 3.27,
            .trigger_ms = NAN,
        };
    }
}

static moly_status arrange(series *s, moly_error *err)
{
    return dicom_arrange(s->slices, s->n, s->arena, &s->warnings, &s->grid, &s->n_frames, err);
}

static void slices_are_sorted_along_their_normal(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 9);
    raw_slice swapped = s.slices[2];
    s.slices[2] = s.slices[7];
    s.slices[7] = swapped;
    assert_ok(arrange(&s, &err), err);
    assert_true(s.n_frames == 1 && s.grid.n[0] == 12 && s.grid.n[1] == 10 && s.grid.n[2] == 9);
    assert_relative(s.grid.spacing_mm[0], 5.0, 0.0); /* between columns */
    assert_relative(s.grid.spacing_mm[1], 4.0, 0.0);
    assert_relative(s.grid.spacing_mm[2], 3.27, 1e-12);
    assert_relative(s.grid.origin_mm[2], 100.0 - 8 * 3.27, 1e-12);
    for (int64_t i = 0; i < 9; i++) {
        assert_true(s.slices[i].told.instance_number == 9 - i);
    }
    moly_arena_free(s.arena);
}

static void a_missing_slice_is_named_with_its_neighbours(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 9);
    s.slices[4] = s.slices[8];
    s.n = 8;
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA,
                 "1 slice(s) missing between slice 6 (file) and slice 4 (file)", err);
    moly_arena_free(s.arena);
}

static void two_slices_at_one_place_are_named(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 9);
    s.slices[3].position_mm[2] = s.slices[4].position_mm[2];
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "lie at the same place", err);
    moly_arena_free(s.arena);
}

static void an_uneven_step_is_named(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 9);
    s.slices[8].position_mm[2] -= 0.4;
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "uneven slices", err);
    moly_arena_free(s.arena);
}

static void a_tilted_series_is_named(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 9);
    for (size_t i = 0; i < 9; i++) {
        s.slices[i].position_mm[1] += 0.3 * (double)i;
    }
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "tilted", err);
    moly_arena_free(s.arena);
}

static void slices_that_differ_are_named(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 9);
    s.slices[5].orientation[1] = 0.1;
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "slice 6 (file) is turned", err);
    s.slices[5].orientation[1] = 0.0;
    s.slices[5].spacing_mm[0] = 4.1;
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "slice 6 (file) has pixels of 4.1 mm", err);
    s.slices[5].spacing_mm[0] = 4.0;
    s.slices[5].rows = 11;
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "12 x 11 pixels", err);
    s.slices[5].rows = 10;
    s.slices[0].orientation[0] = 0.5;
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "unit vectors", err);
    moly_arena_free(s.arena);
}

static void frames_of_a_dynamic_series_are_told_apart_by_time(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 18);
    for (size_t i = 0; i < 18; i++) {
        s.slices[i].position_mm[2] = 3.27 * (double)(i % 6);
        s.slices[i].told.acquisition.second = 3600.0 - 60.0 * (double)(i / 6);
    }
    assert_ok(arrange(&s, &err), err);
    assert_true(s.n_frames == 3 && s.grid.n[2] == 6);
    /* the last ones given were the earliest */
    assert_true(s.slices[0].told.instance_number == 13 && s.slices[0].told.frame == 0);
    assert_true(s.slices[17].told.instance_number == 6 && s.slices[17].told.frame == 2);
    moly_arena_free(s.arena);
}

static void a_dynamic_series_that_lost_a_slice_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 17);
    for (size_t i = 0; i < 17; i++) {
        s.slices[i].position_mm[2] = 3.27 * (double)(i % 6);
        s.slices[i].told.acquisition.second = 3600.0 - 60.0 * (double)(i / 6);
    }
    assert_fails(arrange(&s, &err), MOLY_ERR_DATA, "missing or doubled", err);
    moly_arena_free(s.arena);
}

static void one_slice_takes_its_thickness_for_a_step(void **state)
{
    (void)state;
    moly_error err = {0};
    series s;
    make_series(&s, 1);
    assert_ok(arrange(&s, &err), err);
    assert_relative(s.grid.spacing_mm[2], 3.27, 0.0);
    s.slices[0].thickness_mm = NAN;
    assert_ok(arrange(&s, &err), err);
    assert_true(s.warnings.n == 1);
    moly_arena_free(s.arena);
}

static void the_same_file_twice_in_a_folder_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], command[600];
    moly_dicom_image *image = NULL;
    make_folder(folder);
    write_study(folder);
    (void)snprintf(command, sizeof(command), "cp '%s/0002.dcm' '%s/copy.dcm'", folder, folder);
    assert_int_equal(system(command), 0);
    assert_fails(load_study(folder, &image, &err), MOLY_ERR_DATA, "slice 2 is there twice", err);
    assert_null(image);
    drop_folder(folder);
}

static void a_lost_file_is_found_by_the_gap_it_leaves(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300];
    moly_dicom_image *image = NULL;
    make_folder(folder);
    write_study(folder);
    (void)snprintf(path, sizeof(path), "%s/0004.dcm", folder);
    assert_int_equal(unlink(path), 0);
    assert_fails(load_study(folder, &image, &err), MOLY_ERR_DATA, "1 slice(s) missing", err);
    drop_folder(folder);
}

static void a_lost_file_at_the_end_and_a_broken_one_are_warned_of(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300];
    moly_dicom_image *image = NULL;
    make_folder(folder);
    write_study(folder);
    (void)snprintf(path, sizeof(path), "%s/0008.dcm", folder);
    assert_int_equal(truncate(path, 1000), 0);
    assert_ok(load_study(folder, &image, &err), err);
    assert_true(image->n_warnings == 2);
    assert_non_null(strstr(image->warnings[0], "0008.dcm"));
    assert_non_null(strstr(image->warnings[1], "Number of Slices says 8, 7 are here"));
    moly_dicom_image_free(image);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_sorted_along_their_normal),
        cmocka_unit_test(a_missing_slice_is_named_with_its_neighbours),
        cmocka_unit_test(two_slices_at_one_place_are_named),
        cmocka_unit_test(an_uneven_step_is_named),
        cmocka_unit_test(a_tilted_series_is_named),
        cmocka_unit_test(slices_that_differ_are_named),
        cmocka_unit_test(frames_of_a_dynamic_series_are_told_apart_by_time),
        cmocka_unit_test(a_dynamic_series_that_lost_a_slice_is_refused),
        cmocka_unit_test(one_slice_takes_its_thickness_for_a_step),
        cmocka_unit_test(the_same_file_twice_in_a_folder_is_refused),
        cmocka_unit_test(a_lost_file_is_found_by_the_gap_it_leaves),
        cmocka_unit_test(a_lost_file_at_the_end_and_a_broken_one_are_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
