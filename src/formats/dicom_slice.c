/* SPDX-License-Identifier: Apache-2.0 */
/* Where a frame lies, from whichever of three places the object keeps it: the object itself (one
 * frame a file), the functional groups (enhanced objects), the detector (gamma cameras). */
#include <math.h>
#include <strings.h>

#include "dicom_inside.h"
#include "dicom_tags.h"

int64_t dicom_n_frames(const dcm_item *root)
{
    return dcm_integer(root, TAG_NumberOfFrames, 1, INT32_MAX, 1);
}

/* Item of a functional group for a frame: its own, else the shared one. */
static const dcm_item *group_of(const dcm_item *root, int64_t frame, uint32_t group)
{
    const dcm_item *own = dcm_sequence(root, TAG_PerFrameFunctionalGroupsSequence, (size_t)frame);
    const dcm_item *shared = dcm_sequence(root, TAG_SharedFunctionalGroupsSequence, 0);
    const dcm_item *found = own ? dcm_sequence(own, group, 0) : NULL;
    return found || !shared ? found : dcm_sequence(shared, group, 0);
}

static bool read_array(const dcm_item *item, uint32_t tag, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = item ? dcm_number(item, tag, i) : NAN;
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

const dcm_item *dicom_activity_map(const dcm_item *root, moly_arena *arena)
{
    for (size_t i = 0; i < dcm_sequence_size(root, TAG_RealWorldValueMappingSequence); i++) {
        const dcm_item *map = dcm_sequence(root, TAG_RealWorldValueMappingSequence, i);
        const dcm_item *unit = dcm_sequence(map, TAG_MeasurementUnitsCodeSequence, 0);
        const char *code = unit ? dcm_text(unit, TAG_CodeValue, arena) : NULL;
        if (code && strcasecmp(code, "Bq/ml") == 0 &&
            isfinite(dcm_number(map, TAG_RealWorldValueSlope, 0))) {
            return map;
        }
    }
    return NULL;
}

static void read_rescale(const dcm_item *item, moly_arena *arena, raw_slice *slice)
{
    double slope = item ? dcm_number(item, TAG_RescaleSlope, 0) : NAN;
    double intercept = item ? dcm_number(item, TAG_RescaleIntercept, 0) : NAN;
    const dcm_item *map = item && !isfinite(slope) ? dicom_activity_map(item, arena) : NULL;
    if (map) {
        slope = dcm_number(map, TAG_RealWorldValueSlope, 0);
        intercept = dcm_number(map, TAG_RealWorldValueIntercept, 0);
    }
    slice->told.slope = isfinite(slope) ? slope : 1.0;
    slice->told.intercept = isfinite(intercept) ? intercept : 0.0;
}

static double scaled(double value, double factor)
{
    return isfinite(value) ? value * factor : NAN;
}

static int64_t slice_of(const dcm_item *root, int64_t frame)
{
    const double number = dcm_number(root, TAG_SliceVector, (size_t)frame);
    return number >= 1.0 && number <= 65535.0 ? (int64_t)number - 1 : frame;
}

/* Gamma cameras give the first slice's place and the step, which may be negative; which slice a
 * frame is says the Slice Vector. */
static bool read_detector(const dcm_item *root, int64_t frame, raw_slice *slice)
{
    const dcm_item *detector = dcm_sequence(root, TAG_DetectorInformationSequence, 0);
    double step = dcm_number(root, TAG_SpacingBetweenSlices, 0);
    const int64_t number = slice_of(root, frame);
    const double *o = slice->orientation;
    if (!read_array(detector, TAG_ImagePositionPatient, slice->position_mm, 3) ||
        !read_array(detector, TAG_ImageOrientationPatient, slice->orientation, 6) ||
        !isfinite(step)) {
        return false;
    }
    double normal[3] = {o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5],
                        o[0] * o[4] - o[1] * o[3]};
    for (int axis = 0; axis < 3; axis++) {
        slice->position_mm[axis] += (double)number * step * normal[axis];
    }
    return true;
}

static moly_status read_place(const dcm_item *root, int64_t frame, int64_t n_frames,
                              moly_arena *arena, raw_slice *slice, moly_error *err)
{
    bool is_grouped = dcm_has(root, TAG_SharedFunctionalGroupsSequence) ||
                      dcm_has(root, TAG_PerFrameFunctionalGroupsSequence);
    const dcm_item *at = is_grouped ? group_of(root, frame, TAG_PlanePositionSequence) : root;
    const dcm_item *turned =
        is_grouped ? group_of(root, frame, TAG_PlaneOrientationSequence) : root;
    const dcm_item *measures = is_grouped ? group_of(root, frame, TAG_PixelMeasuresSequence) : root;
    bool is_placed = read_array(at, TAG_ImagePositionPatient, slice->position_mm, 3) &&
                     read_array(turned, TAG_ImageOrientationPatient, slice->orientation, 6) &&
                     (n_frames == 1 || is_grouped);
    if (!is_placed && !is_grouped) {
        is_placed = read_detector(root, frame, slice);
    }
    if (!is_placed) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "frame %lld of %lld has no place in space (Image Position and Orientation "
                         "Patient)",
                         (long long)frame + 1, (long long)n_frames);
    }
    if (!read_array(measures, TAG_PixelSpacing, slice->spacing_mm, 2) ||
        !(slice->spacing_mm[0] > 0.0 && slice->spacing_mm[1] > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Pixel Spacing (0028,0030) is missing or not positive");
    }
    slice->thickness_mm = measures ? dcm_number(measures, TAG_SliceThickness, 0) : NAN;
    read_rescale(is_grouped ? group_of(root, frame, TAG_PixelValueTransformationSequence) : root,
                 arena, slice);
    return MOLY_OK;
}

moly_status dicom_read_slice(const dcm_item *root, int64_t frame, moly_arena *arena,
                             raw_slice *slice, moly_error *err)
{
    *slice = (raw_slice){.frame_in_file = frame,
                         .rows = dcm_integer(root, TAG_Rows, 1, 65535, 0),
                         .columns = dcm_integer(root, TAG_Columns, 1, 65535, 0),
                         .trigger_ms = dcm_number(root, TAG_TriggerTime, 0)};
    moly_dicom_slice *told = &slice->told;
    told->sop_instance_uid = dcm_text(root, TAG_SOPInstanceUID, arena);
    told->instance_number = dcm_integer(root, TAG_InstanceNumber, INT32_MIN, INT32_MAX, INT64_MIN);
    told->acquisition = dicom_acquisition(root, arena);
    told->frame_duration_s = scaled(dcm_number(root, TAG_ActualFrameDuration, 0), 1e-3);
    told->frame_reference_time_s = scaled(dcm_number(root, TAG_FrameReferenceTime, 0), 1e-3);
    if (slice->rows == 0 || slice->columns == 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "Rows or Columns is missing or not from 1 to 65535");
    }
    return read_place(root, frame, dicom_n_frames(root), arena, slice, err);
}
