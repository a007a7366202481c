/* SPDX-License-Identifier: Apache-2.0 */
/* Segmentation Storage (PS3.3 A.51), binary: one frame for each slice a region touches. */
#include <math.h>
#include <string.h>

#include "dicom_write.h"

#include "regions_inside.h"

enum { MAX_SEGMENTS = 65535, MAX_FRAMES = 65535 };

typedef struct seg_frame {
    size_t region;
    int64_t z;
} seg_frame;

typedef struct seg_writer {
    const moly_dicom_image *image;
    const moly_region_list *regions;
    const char *creator;
    moly_dicom_time at;
    seg_frame *frames;
    size_t n_frames;
    uint8_t *bits;
    size_t n_bytes;
    char sop_uid[65], series_uid[65], dimension_uid[65];
} seg_writer;

static moly_status check(const seg_writer *w, moly_error *err)
{
    const moly_grid *grid = &w->image->volume->grid;
    if (w->regions->n == 0 || w->regions->n > MAX_SEGMENTS) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu regions for a segmentation, must be 1 to %d",
                         w->regions->n, (int)MAX_SEGMENTS);
    }
    if (w->image->volume->n_frames != 1) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a segmentation of a dynamic series is not written");
    }
    for (size_t i = 0; i < w->regions->n; i++) {
        const moly_region *region = &w->regions->regions[i];
        if (!moly_grid_equal(&region->grid, grid, region_tolerance_mm(grid))) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "region '%s' lies on another lattice than the image", region->label);
        }
    }
    return MOLY_OK;
}

static bool touches(const moly_region *region, int64_t z)
{
    int64_t n = region->grid.n[0] * region->grid.n[1];
    return memchr(region->mask + z * n, 1, (size_t)n) != NULL;
}

/* Frames in order of segment, then slice; their bits one after the other, without gaps. */
static moly_status pack(seg_writer *w, moly_error *err)
{
    const moly_grid *grid = &w->image->volume->grid;
    int64_t per_slice = grid->n[0] * grid->n[1];
    w->frames = moly_alloc(w->regions->n * (size_t)grid->n[2], sizeof(*w->frames));
    if (!w->frames) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t r = 0; r < w->regions->n; r++) {
        for (int64_t z = 0; z < grid->n[2]; z++) {
            if (touches(&w->regions->regions[r], z)) {
                w->frames[w->n_frames++] = (seg_frame){r, z};
            }
        }
    }
    if (w->n_frames == 0 || w->n_frames > MAX_FRAMES) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "the regions touch %zu slices together, must be 1 to %d", w->n_frames,
                         (int)MAX_FRAMES);
    }
    w->n_bytes = (w->n_frames * (size_t)per_slice + 7) / 8;
    w->n_bytes += w->n_bytes % 2;
    w->bits = moly_alloc(w->n_bytes, 1);
    if (!w->bits) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t f = 0; f < w->n_frames; f++) {
        const uint8_t *mask =
            w->regions->regions[w->frames[f].region].mask + w->frames[f].z * per_slice;
        for (int64_t i = 0; i < per_slice; i++) {
            size_t bit = f * (size_t)per_slice + (size_t)i;
            w->bits[bit / 8] = (uint8_t)(w->bits[bit / 8] | (mask[i] ? 1u << bit % 8 : 0u));
        }
    }
    return MOLY_OK;
}

static void out_segments(const seg_writer *w, dicom_out out)
{
    for (size_t i = 0; i < w->regions->n; i++) {
        dicom_out segment = out_item(out, TAG_SegmentSequence);
        out_u16(segment, TAG_SegmentNumber, (int64_t)i + 1);
        out_text(segment, TAG_SegmentLabel, w->regions->regions[i].label);
        out_text(segment, TAG_SegmentAlgorithmType, "MANUAL");
        out_code(segment, TAG_SegmentedPropertyCategoryCodeSequence, "91772007", "SCT",
                 "Anatomical Structure");
        out_code(segment, TAG_SegmentedPropertyTypeCodeSequence, "113343008", "SCT", "Organ");
    }
}

static void out_dimensions(const seg_writer *w, dicom_out out)
{
    static const struct {
        uint32_t pointer, group;
        const char *label;
    } dimensions[2] = {
        {TAG_ReferencedSegmentNumber, TAG_SegmentIdentificationSequence, "Segment"},
        {TAG_ImagePositionPatient, TAG_PlanePositionSequence, "Position"},
    };
    out_text(out_item(out, TAG_DimensionOrganizationSequence), TAG_DimensionOrganizationUID,
             w->dimension_uid);
    for (size_t i = 0; i < 2; i++) {
        dicom_out index = out_item(out, TAG_DimensionIndexSequence);
        out_text(index, TAG_DimensionOrganizationUID, w->dimension_uid);
        dcm_set_tag(index.file, index.item, TAG_DimensionIndexPointer, dimensions[i].pointer);
        dcm_set_tag(index.file, index.item, TAG_FunctionalGroupPointer, dimensions[i].group);
        out_text(index, TAG_DimensionDescriptionLabel, dimensions[i].label);
    }
}

static void out_groups(const seg_writer *w, dicom_out out)
{
    const moly_grid *grid = &w->image->volume->grid;
    const double *d = grid->direction;
    dicom_out shared = out_item(out, TAG_SharedFunctionalGroupsSequence);
    dicom_out measures = out_item(shared, TAG_PixelMeasuresSequence);
    out_number(measures, TAG_SliceThickness, grid->spacing_mm[2]);
    out_number(measures, TAG_SpacingBetweenSlices, grid->spacing_mm[2]);
    out_numbers(measures, TAG_PixelSpacing,
                (const double[2]){grid->spacing_mm[1], grid->spacing_mm[0]}, 2);
    out_numbers(out_item(shared, TAG_PlaneOrientationSequence), TAG_ImageOrientationPatient,
                (const double[6]){d[0], d[3], d[6], d[1], d[4], d[7]}, 6);
    for (size_t f = 0; f < w->n_frames; f++) {
        const seg_frame *frame = &w->frames[f];
        double at[3];
        moly_grid_position(grid, (double[3]){0, 0, (double)frame->z}, at);
        dicom_out own = out_item(out, TAG_PerFrameFunctionalGroupsSequence);
        dicom_out content = out_item(own, TAG_FrameContentSequence);
        dcm_set_u32s(content.file, content.item, TAG_DimensionIndexValues,
                     (const uint32_t[2]){(uint32_t)frame->region + 1, (uint32_t)frame->z + 1}, 2);
        out_numbers(out_item(own, TAG_PlanePositionSequence), TAG_ImagePositionPatient, at, 3);
        out_u16(out_item(own, TAG_SegmentIdentificationSequence), TAG_ReferencedSegmentNumber,
                (int64_t)frame->region + 1);
        dicom_out derived = out_item(own, TAG_DerivationImageSequence);
        out_code(derived, TAG_DerivationCodeSequence, "113076", "DCM", "Segmentation");
        dicom_out source = out_item(derived, TAG_SourceImageSequence);
        out_text(source, TAG_ReferencedSOPClassUID, w->image->header.sop_class_uid);
        out_text(source, TAG_ReferencedSOPInstanceUID, w->image->slices[frame->z].sop_instance_uid);
        out_code(source, TAG_PurposeOfReferenceCodeSequence, "121322", "DCM",
                 "Source image for image processing operation");
    }
}

static void out_references(const seg_writer *w, dicom_out out)
{
    dicom_out series = out_item(out, TAG_ReferencedSeriesSequence);
    out_text(series, TAG_SeriesInstanceUID, w->image->header.series_uid);
    for (size_t i = 0; i < w->image->n_slices; i++) {
        dicom_out instance = out_item(series, TAG_ReferencedInstanceSequence);
        out_text(instance, TAG_ReferencedSOPClassUID, w->image->header.sop_class_uid);
        out_text(instance, TAG_ReferencedSOPInstanceUID, w->image->slices[i].sop_instance_uid);
    }
}

static void out_object(const seg_writer *w, dicom_out out)
{
    const moly_grid *grid = &w->image->volume->grid;
    out_common(out, &w->image->header, UID_SEGMENTATION, w->sop_uid);
    out_text(out, TAG_Modality, "SEG");
    out_text(out, TAG_SeriesInstanceUID, w->series_uid);
    out_integer(out, TAG_SeriesNumber, 1);
    out_date(out, TAG_SeriesDate, w->at);
    out_time(out, TAG_SeriesTime, w->at);
    out_text(out, TAG_SeriesDescription, "Regions");
    out_text(out, TAG_Manufacturer, "Moly");
    out_text(out, TAG_ManufacturerModelName, "Moly");
    out_text(out, TAG_DeviceSerialNumber, "0");
    out_text(out, TAG_SoftwareVersions, MOLY_VERSION);
    out_text(out, TAG_ImageType, "DERIVED\\PRIMARY");
    out_integer(out, TAG_InstanceNumber, 1);
    out_date(out, TAG_ContentDate, w->at);
    out_time(out, TAG_ContentTime, w->at);
    out_text(out, TAG_ContentLabel, "REGIONS");
    out_text(out, TAG_ContentDescription, "Regions");
    out_text(out, TAG_ContentCreatorName, w->creator);
    out_text(out, TAG_SegmentationType, "BINARY");
    out_text(out, TAG_LossyImageCompression, "00");
    out_u16(out, TAG_SamplesPerPixel, 1);
    out_text(out, TAG_PhotometricInterpretation, "MONOCHROME2");
    out_integer(out, TAG_NumberOfFrames, (int64_t)w->n_frames);
    out_u16(out, TAG_Rows, grid->n[1]);
    out_u16(out, TAG_Columns, grid->n[0]);
    out_u16(out, TAG_BitsAllocated, 1);
    out_u16(out, TAG_BitsStored, 1);
    out_u16(out, TAG_HighBit, 0);
    out_u16(out, TAG_PixelRepresentation, 0);
    out_segments(w, out);
    out_dimensions(w, out);
    out_groups(w, out);
    out_references(w, out);
    dcm_set_bytes(out.file, out.item, TAG_PixelData, w->bits, w->n_bytes);
}

static moly_status write_file(seg_writer *w, const char *path, moly_error *err)
{
    dicom_out out = {0};
    moly_status status = moly_dicom_new_uid(w->sop_uid, err);
    if (status == MOLY_OK) {
        status = moly_dicom_new_uid(w->series_uid, err);
    }
    if (status == MOLY_OK) {
        status = moly_dicom_new_uid(w->dimension_uid, err);
    }
    if (status == MOLY_OK) {
        status = dcm_new(&out.file, err);
    }
    if (status == MOLY_OK) {
        out.item = dcm_root(out.file);
        out_object(w, out);
        status = out_save(out, path, err);
    }
    dcm_close(out.file);
    return status;
}

moly_status moly_dicom_write_seg(const char *path, const moly_dicom_image *image,
                                 const moly_region_list *regions, const char *creator,
                                 moly_instant at, moly_error *err)
{
    int64_t us_per_day = INT64_C(86400000000);
    int64_t day = at.us / us_per_day - (at.us % us_per_day < 0);
    seg_writer w = {.image = image,
                    .regions = regions,
                    .creator = creator,
                    .at = {day, (double)(at.us - day * us_per_day) * 1e-6}};
    moly_status status = check(&w, err);
    if (status == MOLY_OK) {
        status = pack(&w, err);
    }
    if (status == MOLY_OK) {
        status = write_file(&w, path, err);
    }
    moly_free(w.frames);
    moly_free(w.bits);
    return status;
}
