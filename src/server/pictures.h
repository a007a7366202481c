/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PICTURES_H
#define SERVER_PICTURES_H

/* Planes of images and bins of raw data as a browser draws them. Few are made at the same time:
 * acts use the same threads. */

#include <jansson.h>

#include "moly/base/memory.h"
#include "moly/base/status.h"

enum { PICTURES_AT_ONCE = 4 };

typedef struct desk desk;

desk *desk_new(void); /* NULL without memory */
void desk_free(desk *pictures);
/* False when PICTURES_AT_ONCE are being made. */
bool desk_enter(desk *pictures);
void desk_leave(desk *pictures);

typedef enum picture_plane { PLANE_AXIAL, PLANE_CORONAL, PLANE_SAGITTAL } picture_plane;
extern const char *const picture_planes[]; /* NULL-terminated */

/* A plane of an image file as a radiologist sees it: the patient's left at the right, the head or
 * the front above. The image last asked for is kept until its file changes.
 * @param[in]  index    planes from the head down, from the front, from the patient's right; -1: the
 *                      middle one
 * @param[out] picture  as of picture_json(), with "planes", "index", "column_mm", "row_mm" and
 *                      "maximum" of the whole image; new reference
 * @retval MOLY_ERR_NOT_FOUND  no such file
 * @retval MOLY_ERR_RANGE      no such plane */
MOLY_CHECKED moly_status desk_plane(desk *pictures, const char *path, picture_plane plane,
                                    int64_t index, json_t **picture, moly_error *err);

/* {"columns", "rows", "minimum", "maximum", "values"}: row by row, each two bytes with the lower
 * one first, 0 for the minimum and 65535 for the maximum, in base64. New reference; NULL without
 * memory.
 */
json_t *picture_json(const float *values, int64_t n_columns, int64_t n_rows, double minimum,
                     double maximum);

#endif
