/* SPDX-License-Identifier: Apache-2.0 */
#include "pet_study.h"

#include "moly/formats/nifti.h"
#include "moly/formats/regions.h"

#include "dcm.h"
#include "dicom_tags.h"

/* A study on disk, two regions on it: "a" of 300 voxels, "b" of 24 in one slice. */
typedef struct drawn {
    char folder[256], path[300];
    moly_dicom_image *image;
    moly_region_list list;
} drawn;

static void draw(drawn *d)
{
    moly_error err = {0};
    moly_region *region = NULL;
    *d = (drawn){0};
    make_folder(d->folder);
    write_study(d->folder);
    assert_ok(load_study(d->folder, &d->image, &err), err);
    assert_ok(moly_region_list_add(&d->list, "a", &d->image->volume->grid, &region, &err), err);
    memset(region->mask + 150, 1, 300);
    assert_ok(moly_region_list_add(&d->list, "b", &d->image->volume->grid, &region, &err), err);
    memset(region->mask + 724, 1, 24);
}

static void wipe(drawn *d)
{
    moly_dicom_image_free(d->image);
    moly_region_list_free(&d->list);
    drop_folder(d->folder);
}

static void assert_same_masks(const moly_region_list *a, const moly_region_list *b)
{
    assert_true(a->n == b->n);
    for (size_t r = 0; r < a->n; r++) {
        assert_memory_equal(a->regions[r].mask, b->regions[r].mask, 12 * 10 * 8);
    }
}

static void a_segmentation_survives_the_way_there_and_back(void **state)
{
    (void)state;
    moly_error err = {0};
    drawn d;
    moly_region_list back = {0};
    moly_text notes = {0};
    draw(&d);
    moly_region_target target = {&d.image->volume->grid, "2.25.102"};
    (void)snprintf(d.path, sizeof(d.path), "%s/seg.dcm", d.folder);
    assert_ok(moly_dicom_write_seg(d.path, d.image, &d.list, "A", (moly_instant){0}, &err), err);
    assert_ok(moly_regions_load(d.path, &target, &back, &notes, &err), err);
    assert_same_masks(&d.list, &back);
    assert_string_equal(back.regions[0].label, "a");
    assert_string_equal(moly_text_get(&notes), "");
    moly_region_list_free(&back);
    /* and within a folder, beside images that are no regions */
    assert_ok(moly_regions_load(d.folder, &target, &back, &notes, &err), err);
    assert_same_masks(&d.list, &back);
    moly_region_list_free(&back);
    moly_text_free(&notes);
    wipe(&d);
}

static void a_region_of_another_frame_of_reference_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    drawn d;
    moly_region_list back = {0};
    draw(&d);
    moly_region_target target = {&d.image->volume->grid, "2.25.999"};
    (void)snprintf(d.path, sizeof(d.path), "%s/seg.dcm", d.folder);
    assert_ok(moly_dicom_write_seg(d.path, d.image, &d.list, "A", (moly_instant){0}, &err), err);
    assert_fails(moly_regions_load(d.path, &target, &back, NULL, &err), MOLY_ERR_DATA,
                 "another frame of reference", err);
    assert_true(back.n == 0);
    wipe(&d);
}

static void labels_of_a_nifti_mask_become_regions(void **state)
{
    (void)state;
    moly_error err = {0};
    drawn d;
    moly_region_list back = {0};
    draw(&d);
    moly_region_target target = {&d.image->volume->grid, NULL};
    (void)snprintf(d.path, sizeof(d.path), "%s/organs.nii.gz", d.folder);
    assert_ok(moly_nifti_write_regions(d.path, &d.list, &err), err);
    assert_ok(moly_regions_load(d.path, &target, &back, NULL, &err), err);
    assert_same_masks(&d.list, &back);
    assert_string_equal(back.regions[1].label, "organs 2");
    moly_region_list_free(&back);
    wipe(&d);
}

static void an_image_is_no_mask(void **state)
{
    (void)state;
    moly_error err = {0};
    drawn d;
    moly_region_list back = {0};
    draw(&d);
    moly_region_target target = {&d.image->volume->grid, NULL};
    (void)snprintf(d.path, sizeof(d.path), "%s/image.nii", d.folder);
    d.image->volume->data[17] = 0.5f;
    assert_ok(moly_nifti_write(d.path, d.image->volume, &err), err);
    assert_fails(moly_regions_load(d.path, &target, &back, NULL, &err), MOLY_ERR_DATA,
                 "not a mask: voxel", err);
    wipe(&d);
}

/* An RT structure set with one ROI of the given contours. */
static void write_rtstruct(const char *path, const double *const *contours, const size_t *n_points,
                           size_t n)
{
    moly_error err = {0};
    dcm_file *file = NULL;
    char *data = NULL;
    size_t length = 0;
    assert_ok(dcm_new(&file, &err), err);
    dcm_item *root = dcm_root(file);
    dcm_set_text(file, root, TAG_SOPClassUID, UID_RT_STRUCTURE_SET);
    dcm_set_text(file, root, TAG_SOPInstanceUID, "2.25.7");
    dcm_item *roi = dcm_add_item(file, root, TAG_StructureSetROISequence);
    dcm_set_text(file, roi, TAG_ROINumber, "4");
    dcm_set_text(file, roi, TAG_ReferencedFrameOfReferenceUID, "2.25.102");
    dcm_set_text(file, roi, TAG_ROIName, "ring");
    dcm_item *outline = dcm_add_item(file, root, TAG_ROIContourSequence);
    dcm_set_text(file, outline, TAG_ReferencedROINumber, "4");
    for (size_t i = 0; i < n; i++) {
        dcm_item *contour = dcm_add_item(file, outline, TAG_ContourSequence);
        dcm_set_text(file, contour, TAG_ContourGeometricType, "CLOSED_PLANAR");
        dcm_set_numbers(file, contour, TAG_ContourData, contours[i], 3 * n_points[i]);
    }
    assert_ok(dcm_encode(file, &data, &length, &err), err);
    assert_ok(moly_file_write(path, data, length, &err), err);
    moly_free(data);
    dcm_close(file);
}

static void a_contour_within_another_is_a_hole(void **state)
{
    (void)state;
    moly_error err = {0};
    drawn d;
    moly_region_list back = {0};
    /* The lattice: x = -22 + 4 i, y = -18 + 4 j, z = 100 + 5 k. Slice k = 3. */
    static const double outer[] = {-19.9, -15.9, 115, 9.9,   -15.9, 115,
                                   9.9,   9.9,   115, -19.9, 9.9,   115};
    static const double inner[] = {-11.9, -7.9, 115, 1.9,   -7.9, 115,
                                   1.9,   1.9,  115, -11.9, 1.9,  115};
    const double *const contours[] = {outer, inner};
    draw(&d);
    moly_region_target target = {&d.image->volume->grid, "2.25.102"};
    (void)snprintf(d.path, sizeof(d.path), "%s/rs.dcm", d.folder);
    write_rtstruct(d.path, contours, (const size_t[]){4, 4}, 2);
    assert_ok(moly_regions_load(d.path, &target, &back, NULL, &err), err);
    assert_true(back.n == 1);
    assert_string_equal(back.regions[0].label, "ring");
    /* outer: i = 1..7, j = 1..6: 42; inner: i = 3..5, j = 3..4: 6 */
    assert_true(moly_region_n_voxels(&back.regions[0]) == 36);
    assert_true(back.regions[0].mask[3 * 120 + 1 * 12 + 1] == 1);
    assert_true(back.regions[0].mask[3 * 120 + 3 * 12 + 4] == 0);
    moly_region_list_free(&back);
    wipe(&d);
}

static void a_contour_across_the_slices_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    drawn d;
    moly_region_list back = {0};
    static const double tilted[] = {-19.9, -15.9, 105, 9.9, -15.9, 115, 9.9, 9.9, 125};
    const double *const contours[] = {tilted};
    draw(&d);
    moly_region_target target = {&d.image->volume->grid, NULL};
    (void)snprintf(d.path, sizeof(d.path), "%s/rs.dcm", d.folder);
    write_rtstruct(d.path, contours, (const size_t[]){3}, 1);
    assert_fails(moly_regions_load(d.path, &target, &back, NULL, &err), MOLY_ERR_DATA,
                 "leaves its slice", err);
    wipe(&d);
}

static void a_folder_without_regions_is_said_to_be_one(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256];
    moly_region_list back = {0};
    moly_volume *volume = study_volume();
    moly_region_target target = {&volume->grid, NULL};
    make_folder(folder);
    assert_fails(moly_regions_load(folder, &target, &back, NULL, &err), MOLY_ERR_NOT_FOUND,
                 "no segmentation", err);
    assert_fails(moly_regions_load("/nowhere/at/all", &target, &back, NULL, &err),
                 MOLY_ERR_NOT_FOUND, "/nowhere/at/all", err);
    moly_volume_free(volume);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segmentation_survives_the_way_there_and_back),
        cmocka_unit_test(a_region_of_another_frame_of_reference_is_refused),
        cmocka_unit_test(labels_of_a_nifti_mask_become_regions),
        cmocka_unit_test(an_image_is_no_mask),
        cmocka_unit_test(a_contour_within_another_is_a_hole),
        cmocka_unit_test(a_contour_across_the_slices_is_refused),
        cmocka_unit_test(a_folder_without_regions_is_said_to_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
