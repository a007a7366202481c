/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_QUANTIFY_H
#define MOLY_SPECTROMETRY_QUANTIFY_H

/** Rates, activities and limits of the rows of an identification, from the spectrum itself. */

#include "identify_inside.h"

MOLY_CHECKED moly_status quantify(identify_work *work, moly_identification *made, moly_error *err);

#endif
