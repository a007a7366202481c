/* SPDX-License-Identifier: Apache-2.0 */
#include "pet_study.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/nifti.h"

static void a_volume_survives_the_way_there_and_back(void **state)
{
    (void)state;
    static const char *const names[] = {"a.nii", "a.nii.gz"};
    moly_volume *volume = study_volume();
    char folder[256], path[300];
    /* turned about z, and slices from head to feet */
    const double turned[9] = {0.6, 0.8, 0, 0.8, -0.6, 0, 0, 0, -1};
    memcpy(volume->grid.direction, turned, sizeof(turned));
    make_folder(folder);
    for (int i = 0; i < 2; i++) {
        moly_error err = {0};
        moly_volume *back = NULL;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        assert_ok(moly_volume_set_note(volume, i == 0 ? NULL : "made by a test, \xc2\xb5", &err),
                  err);
        assert_ok(moly_nifti_write(path, volume, &err), err);
        assert_ok(moly_nifti_read(path, &back, &err), err);
        assert_true(i == 0 ? !back->note : back->note && strcmp(back->note, volume->note) == 0);
        assert_true(moly_grid_equal(&back->grid, &volume->grid, 1e-4)); /* float32 header */
        assert_memory_equal(back->data, volume->data, 12 * 10 * 8 * sizeof(float));
        moly_volume_free(back);
    }
    moly_volume_free(volume);
    drop_folder(folder);
}

/* A whole plain file in memory, to be broken. */
static char *file_in_memory(size_t *length)
{
    moly_error err = {0};
    char folder[256], path[300], *data = NULL;
    moly_volume *volume = study_volume();
    make_folder(folder);
    (void)snprintf(path, sizeof(path), "%s/a.nii", folder);
    assert_ok(moly_nifti_write(path, volume, &err), err);
    assert_ok(moly_file_read(path, 1 << 20, &data, length, &err), err);
    moly_volume_free(volume);
    drop_folder(folder);
    return data;
}

static void a_header_that_contradicts_the_file_is_refused(void **state)
{
    (void)state;
    static const struct {
        int at;
        int16_t value;
        moly_status status;
        const char *piece;
    } cases[] = {
        {40, 9, MOLY_ERR_DATA, "9 dimensions"},
        {42, 0, MOLY_ERR_DATA, "dimension 1 is 0"},
        {42, -5, MOLY_ERR_DATA, "dimension 1 is -5"},
        {42, 13, MOLY_ERR_DATA, "do not fit"},
        {70, 32, MOLY_ERR_DATA, "data type 32"},
        {72, 16, MOLY_ERR_DATA, "16 bits"},
        {344, 0, MOLY_ERR_DATA, "no magic"},
        {0, 347, MOLY_ERR_DATA, "does not begin with a header"},
        {280 + 4 + 2, 0x7f80, MOLY_ERR_DATA, "voxel size"},
    };
    size_t length = 0;
    char *good = file_in_memory(&length);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        moly_volume *volume = NULL;
        char *bad = moly_alloc(length, 1);
        memcpy(bad, good, length);
        memcpy(bad + cases[i].at, &cases[i].value, 2);
        assert_fails(moly_nifti_parse(bad, length, &volume, &err), cases[i].status, cases[i].piece,
                     err);
        assert_null(volume);
        moly_free(bad);
    }
    moly_free(good);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    size_t length = 0;
    char *good = file_in_memory(&length);
    for (size_t n = 0; n < length; n += n < 400 ? 1 : 97) {
        moly_error err = {0};
        moly_volume *volume = NULL;
        char *part = moly_alloc(n, 1); /* its own block, so that a sanitizer sees a step beyond */
        memcpy(part, good, n);
        assert_int_equal(moly_nifti_parse(part, n, &volume, &err), MOLY_ERR_DATA);
        moly_free(part);
    }
    moly_free(good);
}

static void a_broken_gzip_stream_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300], *data = NULL;
    size_t length = 0;
    moly_volume *volume = study_volume(), *back = NULL;
    make_folder(folder);
    (void)snprintf(path, sizeof(path), "%s/a.nii.gz", folder);
    assert_ok(moly_nifti_write(path, volume, &err), err);
    assert_ok(moly_file_read(path, 1 << 20, &data, &length, &err), err);
    /* cut short, and with a flipped byte in the stream */
    assert_int_equal(moly_nifti_parse(data, length / 2, &back, &err), MOLY_ERR_DATA);
    data[length / 2] = (char)(data[length / 2] ^ 0x5a);
    err = (moly_error){0};
    assert_int_equal(moly_nifti_parse(data, length, &back, &err), MOLY_ERR_DATA);
    assert_null(back);
    moly_free(data);
    moly_volume_free(volume);
    drop_folder(folder);
}

static void every_failed_allocation_is_a_status(void **state)
{
    (void)state;
    size_t length = 0;
    char *good = file_in_memory(&length);
    moly_status status = MOLY_ERR_MEMORY;
    for (size_t nth = 1; status != MOLY_OK && nth < 10; nth++) {
        moly_error err = {0};
        moly_volume *volume = NULL;
        moly_alloc_fail_after(nth);
        status = moly_nifti_parse(good, length, &volume, &err);
        moly_alloc_fail_after(0);
        assert_true(status == MOLY_OK || (status == MOLY_ERR_MEMORY && !volume));
        moly_volume_free(volume);
    }
    assert_int_equal(status, MOLY_OK);
    moly_free(good);
}

static void files_of_other_hands_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t n[3], n_frames;
    } cases[] = {
        {"anatomical.nii", {33, 41, 25}, 1},
        {"example4d.nii.gz", {128, 96, 24}, 2},
        {"example_nifti2.nii.gz", {32, 20, 12}, 2},
        {"functional.nii", {17, 21, 3}, 20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        char relative[100], path[600];
        moly_volume *volume = NULL;
        (void)snprintf(relative, sizeof(relative), "data/clinical/fuzz/nibabel/%s", cases[i].name);
        need_shared(relative, path, sizeof(path));
        assert_ok(moly_nifti_read(path, &volume, &err), err);
        for (int axis = 0; axis < 3; axis++) {
            assert_int_equal(volume->grid.n[axis], cases[i].n[axis]);
        }
        assert_int_equal(volume->n_frames, cases[i].n_frames);
        moly_volume_free(volume);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_volume_survives_the_way_there_and_back),
        cmocka_unit_test(a_header_that_contradicts_the_file_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_broken_gzip_stream_is_refused),
        cmocka_unit_test(every_failed_allocation_is_a_status),
        cmocka_unit_test(files_of_other_hands_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
