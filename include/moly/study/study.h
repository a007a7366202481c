/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_STUDY_STUDY_H
#define MOLY_STUDY_STUDY_H

/** Studies: where images meet records. Files are read and measured, bound to the patient and the
 *  dose, and kept with their originals; the act clinic.import_study writes it. */

#include "moly/base/progress.h"
#include "moly/centre/centre.h"
#include "moly/quantify/suv.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_study_source {
    const char *path;         /**< folder or file */
    const char *series_uid;   /**< NULL: the only PET series there is */
    const char *regions_path; /**< NULL: segmentations and structure sets in the same folder */
    const char *patient;      /**< id of the record; NULL: by the number in the header, else
                                   registered from the header */
    const char *dose;         /**< id of the record; NULL: the patient's last dose of the header's
                                   nuclide given within 24 h before the acquisition, if any */
} moly_study_source;

/** Import a PET study. Where the ledger knows the net administered activity of the dose, the SUV is
 *  computed with it and "suv" carries {"header_activity_bq","net_activity_bq","net_difference"}.
 *  @param progress  may be NULL
 *  @param[out] event  of clinic.import_study; new reference
 *  @retval MOLY_ERR_DATA, _NOT_FOUND, _USAGE  the files; nothing was written
 *  @retval MOLY_ERR_RULE  the series is imported already, or the dose is somebody else's */
MOLY_API MOLY_CHECKED moly_status moly_study_import(moly_ledger *ledger,
                                                    const moly_study_source *source,
                                                    const moly_performer *performer,
                                                    const moly_progress *progress, json_t **event,
                                                    moly_error *err);

/** Measure a PET study and write nothing: what moly_pet_measure() gives, with "activity_bq" and
 *  "header_activity_bq" at the time the image is corrected to. Where the ledger knows the patient
 * and the dose (found as for an import), the SUV is by the net activity given, and
 * "net_difference", "patient", "dose" and "given_at" stand in the result; where it does not, a
 * warning says so.
 *  @param ledger  NULL: the header alone; source->patient and source->dose are then not looked at
 *  @param[out] result  new reference
 *  @retval MOLY_ERR_DATA, _NOT_FOUND, _USAGE  the files, or a dose that was named and is of another
 *          patient or nuclide */
MOLY_API MOLY_CHECKED moly_status moly_study_suv(moly_ledger *ledger,
                                                 const moly_study_source *source,
                                                 moly_suv_type type, const moly_progress *progress,
                                                 json_t **result, moly_error *err);

/** Make a study by calculation (a body phantom with six hot spheres, FDG, with its regions) and
 * import it: the example centre's patient "EX-000013". */
MOLY_API MOLY_CHECKED moly_status moly_study_import_example(moly_ledger *ledger,
                                                            const moly_progress *progress,
                                                            moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
