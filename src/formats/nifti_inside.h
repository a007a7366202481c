/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_NIFTI_INSIDE_H
#define MOLY_FORMATS_NIFTI_INSIDE_H

/** NIfTI's numbers, shared by its reader and its writer. */

enum { NIFTI1_HEADER = 348, NIFTI2_HEADER = 540, NIFTI1_OFFSET = 352 };
enum { NIFTI_EXTENSION_HEAD = 8, NIFTI_COMMENT = 6 };
enum { NIFTI_UINT8 = 2, NIFTI_FLOAT32 = 16, NIFTI_UNITS_MM_S = 10, NIFTI_SCANNER_ANAT = 1 };

#endif
