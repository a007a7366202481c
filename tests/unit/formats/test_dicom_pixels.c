/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "dicom_inside.h"
#include "dicom_tags.h"

/* Rescale a row of stored bytes. */
static void rescale(const dcm_pixels *layout, const void *bytes, size_t length, double slope,
                    double intercept, float *values)
{
    moly_error err = {0};
    dcm_file *file = NULL;
    dcm_pixels pixels = *layout;
    raw_slice slice = {.told = {.slope = slope, .intercept = intercept},
                       .rows = layout->rows,
                       .columns = layout->columns};
    pixels.data = bytes;
    pixels.length = length;
    pixels.n_frames = 1;
    assert_ok(dcm_new(&file, &err), err);
    assert_ok(dicom_rescale(dcm_root(file), &pixels, &slice, values, &err), err);
    dcm_close(file);
}

static void every_width_and_sign_is_read(void **state)
{
    (void)state;
    float v[3];
    const uint8_t bytes[3] = {0, 127, 255};
    rescale(
        &(dcm_pixels){
            .rows = 1, .columns = 3, .bits_allocated = 8, .bits_stored = 8, .high_bit = 7},
        bytes, 3, 2.0, 1.0, v);
    assert_true(v[0] == 1.0f && v[1] == 255.0f && v[2] == 511.0f);
    const int16_t words[3] = {-32768, -1, 32767};
    rescale(&(dcm_pixels){.rows = 1,
                          .columns = 3,
                          .bits_allocated = 16,
                          .bits_stored = 16,
                          .high_bit = 15,
                          .is_signed = true},
            words, 6, 1.0, 0.0, v);
    assert_true(v[0] == -32768.0f && v[1] == -1.0f && v[2] == 32767.0f);
    rescale(
        &(dcm_pixels){
            .rows = 1, .columns = 3, .bits_allocated = 16, .bits_stored = 16, .high_bit = 15},
        words, 6, 1.0, 0.0, v);
    assert_true(v[0] == 32768.0f && v[1] == 65535.0f && v[2] == 32767.0f);
    const uint32_t longs[2] = {UINT32_C(0xffffffff), 7};
    rescale(&(dcm_pixels){.rows = 1,
                          .columns = 2,
                          .bits_allocated = 32,
                          .bits_stored = 32,
                          .high_bit = 31,
                          .is_signed = true},
            longs, 8, 1.0, 0.0, v);
    assert_true(v[0] == -1.0f && v[1] == 7.0f);
    rescale(
        &(dcm_pixels){
            .rows = 1, .columns = 2, .bits_allocated = 32, .bits_stored = 32, .high_bit = 31},
        longs, 8, 1.0, 0.0, v);
    assert_true(v[0] == 4294967296.0f);
}

static void twelve_bits_within_sixteen_are_cut_out_and_signed(void **state)
{
    (void)state;
    float v[2];
    /* 0x801 and 0x7ff stored in bits 15..4, noise in the low four */
    const uint16_t words[2] = {0x801f, 0x7ff5};
    rescale(&(dcm_pixels){.rows = 1,
                          .columns = 2,
                          .bits_allocated = 16,
                          .bits_stored = 12,
                          .high_bit = 15,
                          .is_signed = true},
            words, 4, 1.0, 0.0, v);
    assert_true(v[0] == -2047.0f && v[1] == 2047.0f);
}

static void floats_are_read_and_must_be_finite(void **state)
{
    (void)state;
    moly_error err = {0};
    dcm_file *file = NULL;
    float v[2];
    const double doubles[2] = {0.5, -2.0};
    rescale(&(dcm_pixels){.rows = 1, .columns = 2, .bits_allocated = 64, .is_float = true}, doubles,
            16, 2.0, 0.0, v);
    assert_true(v[0] == 1.0f && v[1] == -4.0f);
    const float broken[2] = {1.0f, INFINITY};
    dcm_pixels p = {.rows = 1,
                    .columns = 2,
                    .n_frames = 1,
                    .bits_allocated = 32,
                    .is_float = true,
                    .data = (const uint8_t *)broken,
                    .length = 8};
    raw_slice slice = {.told = {.slope = 1.0}, .rows = 1, .columns = 2};
    assert_ok(dcm_new(&file, &err), err);
    assert_fails(dicom_rescale(dcm_root(file), &p, &slice, v, &err), MOLY_ERR_DATA,
                 "pixel 1 of row 0 is not a finite number", err);
    dcm_close(file);
}

/* Sum of an image, decoded. */
static moly_status sum_of(const char *path, double *sum, moly_error *err)
{
    dcm_file *file = NULL;
    dcm_pixels p;
    *sum = 0.0;
    moly_status status = dicom_open(path, &file, NULL, NULL, err);
    if (status == MOLY_OK) {
        status = dcm_decode(file, &p, err);
    }
    if (status == MOLY_OK) {
        raw_slice slice = {.told = {.slope = 1.0}, .rows = p.rows, .columns = p.columns};
        float *values = calloc((size_t)(p.rows * p.columns), sizeof(float));
        status = dicom_rescale(dcm_root(file), &p, &slice, values, err);
        for (int64_t i = 0; i < p.rows * p.columns; i++) {
            *sum += (double)values[i];
        }
        free(values);
    }
    dcm_close(file);
    return status;
}

static void one_scan_in_four_encodings_decodes_to_the_same_counts(void **state)
{
    (void)state;
    static const char *const names[] = {"NM1_UNC", "NM1_RLE", "NM1_JPLL", "NM1_JLSL"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        moly_error err = {0};
        char relative[100], path[600];
        double sum = 0.0;
        (void)snprintf(relative, sizeof(relative), "data/clinical/dicom_nm/ge_wholebody/%s",
                       names[i]);
        need_shared(relative, path, sizeof(path));
        assert_ok(sum_of(path, &sum, &err), err);
        assert_relative(sum, 3596452.0, 0.0); /* Counts Accumulated of the header */
    }
}

static void jpeg_2000_is_refused_with_a_sentence(void **state)
{
    (void)state;
    moly_error err = {0};
    char path[600];
    double sum = 0.0;
    need_shared("data/clinical/dicom_nm/ge_wholebody/NM1_J2KR", path, sizeof(path));
    assert_fails(sum_of(path, &sum, &err), MOLY_ERR_DATA, "JPEG 2000", err);
}

static void a_deflated_and_a_big_endian_file_are_read(void **state)
{
    (void)state;
    static const char *const names[] = {"image_dfl.dcm", "MR_small_bigendian.dcm", "MR_small.dcm",
                                        "MR_small_RLE.dcm"};
    double sums[4];
    for (size_t i = 0; i < 4; i++) {
        moly_error err = {0};
        char relative[100], path[600];
        (void)snprintf(relative, sizeof(relative), "data/clinical/fuzz/pydicom_test_files/%s",
                       names[i]);
        need_shared(relative, path, sizeof(path));
        assert_ok(sum_of(path, &sums[i], &err), err);
    }
    assert_relative(sums[1], sums[2], 0.0);
    assert_relative(sums[3], sums[2], 0.0);
}

static void more_pixels_than_the_file_holds_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    dcm_file *file = NULL;
    dcm_pixels p;
    static const uint16_t words[4] = {1, 2, 3, 4};
    assert_ok(dcm_new(&file, &err), err);
    dcm_item *root = dcm_root(file);
    dcm_set_u16(file, root, TAG_Rows, 20000);
    dcm_set_u16(file, root, TAG_Columns, 20000);
    dcm_set_u16(file, root, TAG_BitsAllocated, 16);
    dcm_set_text(file, root, TAG_NumberOfFrames, "1");
    dcm_set_words(file, root, TAG_PixelData, words, 4);
    assert_fails(dcm_decode(file, &p, &err), MOLY_ERR_DATA, "the file holds 8", err);
    dcm_set_text(file, root, TAG_NumberOfFrames, "2000000000");
    assert_fails(dcm_decode(file, &p, &err), MOLY_ERR_RANGE, "2 GiB", err);
    dcm_close(file);
}

static void names_are_utf_8_whatever_the_file_declares(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
    } cases[] = {
        /* names as the files' own README gives them */
        {"chrRuss.dcm", "Люкceмбypг"},
        {"chrGreek.dcm", "Διονυσιος"},
        {"chrArab.dcm", "قباني^لنزار"},
        {"chrHbrw.dcm", "שרון^דבורה"},
        {"chrGerm.dcm", "Äneas^Rüdiger"},
        {"chrX1.dcm", "Wang^XiaoDong=王^小東="},
        {"chrX2.dcm", "Wang^XiaoDong=王^小东="},
        {"chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう"},
        {"chrH32.dcm", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"},
        {"chrI2.dcm", "Hong^Gildong=洪^吉洞=홍^길동"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        char relative[100], path[600];
        dcm_file *file = NULL;
        moly_arena *arena = moly_arena_new();
        (void)snprintf(relative, sizeof(relative), "data/clinical/fuzz/pydicom_charset_files/%s",
                       cases[i].file);
        need_shared(relative, path, sizeof(path));
        assert_ok(dicom_open(path, &file, NULL, NULL, &err), err);
        assert_string_equal(dcm_text(dcm_root(file), TAG_PatientName, arena), cases[i].name);
        dcm_close(file);
        moly_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_width_and_sign_is_read),
        cmocka_unit_test(twelve_bits_within_sixteen_are_cut_out_and_signed),
        cmocka_unit_test(floats_are_read_and_must_be_finite),
        cmocka_unit_test(one_scan_in_four_encodings_decodes_to_the_same_counts),
        cmocka_unit_test(jpeg_2000_is_refused_with_a_sentence),
        cmocka_unit_test(a_deflated_and_a_big_endian_file_are_read),
        cmocka_unit_test(more_pixels_than_the_file_holds_are_refused),
        cmocka_unit_test(names_are_utf_8_whatever_the_file_declares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
