/* SPDX-License-Identifier: Apache-2.0 */
#include "pet_study.h"

#include "moly/base/text.h"

static void a_written_series_reads_back_as_it_was(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256];
    moly_dicom_image *image = NULL;
    moly_volume *volume = study_volume();
    make_folder(folder);
    write_study(folder);
    assert_ok(load_study(folder, &image, &err), err);
    assert_true(moly_grid_equal(&image->volume->grid, &volume->grid, 1e-9));
    assert_int_equal(image->volume->quantity, MOLY_QUANTITY_BQ_PER_ML);
    for (int64_t i = 0; i < moly_grid_n_voxels(&volume->grid); i++) {
        /* half a step of 16 bits of the slice's maximum, which is 119 * slice * 10 */
        double step = 1190.0 * (double)(i / 120 + 1) / 65000.0;
        assert_true(fabs((double)image->volume->data[i] - (double)volume->data[i]) <= step);
    }
    const moly_dicom_header *h = &image->header;
    assert_string_equal(h->patient_name, "Жумабаев^Айбек");
    assert_string_equal(h->series_uid, "2.25.101");
    assert_string_equal(h->units, "BQML");
    assert_relative(h->total_dose, 370e6, 0.0);
    assert_relative(h->half_life_s, 6586.2, 0.0);
    assert_true(h->injection_datetime.day == 20000 && h->injection_datetime.second == 36000.0);
    assert_true(image->n_slices == 8);
    assert_true(image->slices[0].instance_number == 1);
    assert_relative(image->slices[3].frame_duration_s, 300.0, 0.0);
    assert_true(image->n_warnings == 0);
    moly_dicom_image_free(image);
    moly_volume_free(volume);
    drop_folder(folder);
}

static void what_dicom_needs_is_asked_for_by_name(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = study_volume();
    moly_dicom_header header = study_header();
    header.patient_id = NULL;
    assert_fails(moly_dicom_write_pet("/nowhere", &header, volume, 300.0, &err), MOLY_ERR_USAGE,
                 "patient_id", err);
    header = study_header();
    header.total_dose = NAN;
    assert_fails(moly_dicom_write_pet("/nowhere", &header, volume, 300.0, &err), MOLY_ERR_USAGE,
                 "total_dose", err);
    header = study_header();
    assert_fails(moly_dicom_write_pet("/nowhere", &header, volume, 0.0, &err), MOLY_ERR_USAGE,
                 "frame duration", err);
    volume->data[5] = -1.0f;
    assert_fails(moly_dicom_write_pet("/nowhere", &header, volume, 300.0, &err), MOLY_ERR_RANGE,
                 "voxel 5", err);
    moly_volume_free(volume);
}

static void new_uids_are_valid_and_differ(void **state)
{
    (void)state;
    moly_error err = {0};
    char a[65], b[65];
    assert_ok(moly_dicom_new_uid(a, &err), err);
    assert_ok(moly_dicom_new_uid(b, &err), err);
    assert_true(strncmp(a, "2.25.", 5) == 0 && strlen(a) <= 64 &&
                strspn(a, "0123456789.") == strlen(a));
    assert_true(a[5] != '0' || a[6] == '\0');
    assert_string_not_equal(a, b);
}

/* dciodvfy of dicom3tools judges an object; it writes what is wrong as lines with "Error". */
static void judge(const char *path)
{
    char command[700], line[400], wrong[4000] = "";
    if (system("command -v dciodvfy >/dev/null 2>&1") != 0) {
        print_message("[  SKIPPED ] dciodvfy (package dicom3tools) is not installed\n");
        skip();
    }
    (void)snprintf(command, sizeof(command), "dciodvfy '%s' 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while (fgets(line, sizeof(line), pipe)) {
        if (strstr(line, "Error")) {
            size_t length = strlen(wrong);
            (void)snprintf(wrong + length, sizeof(wrong) - length, "%s", line);
        }
    }
    (void)pclose(pipe);
    if (*wrong) {
        fail_msg("%s", wrong);
    }
}

static void a_validator_finds_nothing_wrong_with_a_pet_slice(void **state)
{
    (void)state;
    char folder[256], path[300];
    make_folder(folder);
    write_study(folder);
    (void)snprintf(path, sizeof(path), "%s/0003.dcm", folder);
    judge(path);
    drop_folder(folder);
}

static void a_validator_finds_nothing_wrong_with_a_segmentation(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300];
    moly_dicom_image *image = NULL;
    moly_region_list list = {0};
    moly_region *region = NULL;
    make_folder(folder);
    write_study(folder);
    assert_ok(load_study(folder, &image, &err), err);
    for (int r = 0; r < 2; r++) {
        assert_ok(moly_region_list_add(&list, r ? "Опухоль" : "liver", &image->volume->grid,
                                       &region, &err),
                  err);
        for (int64_t i = 200 + 100 * r; i < 500; i++) {
            region->mask[i] = 1;
        }
    }
    (void)snprintf(path, sizeof(path), "%s/seg.dcm", folder);
    assert_ok(moly_dicom_write_seg(path, image, &list, "Асанов^А", (moly_instant){1728000000000000},
                                   &err),
              err);
    moly_dicom_image_free(image);
    moly_region_list_free(&list);
    judge(path);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_series_reads_back_as_it_was),
        cmocka_unit_test(what_dicom_needs_is_asked_for_by_name),
        cmocka_unit_test(new_uids_are_valid_and_differ),
        cmocka_unit_test(a_validator_finds_nothing_wrong_with_a_pet_slice),
        cmocka_unit_test(a_validator_finds_nothing_wrong_with_a_segmentation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
