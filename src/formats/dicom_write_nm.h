/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DICOM_WRITE_NM_H
#define MOLY_FORMATS_DICOM_WRITE_NM_H

/** What projections and reconstructed images say alike in DICOM NM. */

#include "dicom_write.h"
#include "moly/formats/dicom_nm.h"

/** The first view, from 0, whose head does not turn in even steps; -1: all do.
 *  @param n_steps        views of a head
 *  @param[out] step_rad  of gamma.h's angle; 0 with one step */
int64_t nm_odd_view(const moly_projections *p, int64_t n_steps, double *step_rad);
/** DICOM's angle: 0 at the back, growing to the left: pi less gamma.h's; x and y are the patient's.
 */
double nm_degrees(double angle_rad);
/** An item of the energy windows. */
void nm_out_window(dicom_out out, const moly_energy_window *window);
/** The radiopharmaceutical; an activity given is in MBq here. */
void nm_out_agent(dicom_out out, const moly_dicom_header *header);
/** Name, type and focus; NULL: unknown. */
void nm_out_collimator(dicom_out head, const moly_collimator *collimator);
/** Radii of a head's views. */
void nm_out_radii(dicom_out head, const moly_camera_view *first, int64_t n_steps);
/** The rotation of the first head. */
void nm_out_turn(dicom_out out, const moly_projections *p, int64_t n_steps, double step_rad);

#endif
