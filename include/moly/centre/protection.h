/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_PROTECTION_H
#define MOLY_CENTRE_PROTECTION_H

/** What screens and the command line read of radiation protection; each an object, new reference.
 */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Doses of staff in the calendar year of `now` (UTC) against the site's limits:
 *  {"year","results":[{"person","name","whole_body_sv","lens_sv","skin_sv","extremity_sv" (sums of
 *  the year),"mean_sv" (whole body, of the years of the limit),"fraction" (of the nearest limit),
 *  "pregnancy_declared","open" (readings to investigate),"state":"within"|"near"|"over"}]} */
MOLY_API MOLY_CHECKED moly_status moly_centre_staff_doses(const moly_site *site,
                                                          const moly_ledger_reader *reader,
                                                          moly_instant now, json_t **result,
                                                          moly_error *err);

/** Rooms of the floor plan with their last survey: {"at","results":[{"room","name","floor",
 *  "area","corners_mm":[[x,y]…],"survey_due","is_overdue","survey":{…} or null}]}. Rooms that were
 *  not drawn have no corners. */
MOLY_API MOLY_CHECKED moly_status moly_centre_survey_map(const moly_ledger_reader *reader,
                                                         moly_instant now, json_t **result,
                                                         moly_error *err);

/** Incidents, the newest first: {"at","results":[{"id","incident","state","at","place",
 *  "patient","dose","notify_by","notified","report_by","reported","is_overdue"}]} */
MOLY_API MOLY_CHECKED moly_status moly_centre_incidents(const moly_ledger_reader *reader,
                                                        moly_instant now, json_t **result,
                                                        moly_error *err);

/** Waste containers, those that are kept first:
 * {"at","results":[{"container","name","state", "room","opened","closed","mass_g","nuclides_bq" (at
 * `now`),"fraction" (sum of concentration over level of clearance; null without a
 * mass),"clear_after","is_ready" (closed, and the books let it leave: to be measured),"cleared"}]}
 */
MOLY_API MOLY_CHECKED moly_status moly_centre_waste(const moly_site *site,
                                                    const moly_ledger_reader *reader,
                                                    moly_instant now, json_t **result,
                                                    moly_error *err);

/** The spill guide: {"results":[{"nuclide","activity_bq","severity":"minor"|"major","threshold_bq"
 *  (from which on a spill is a major one),"threshold_source","threshold_status","half_life_s",
 *  "air_kerma_1m_gy_per_h" (of all of it as a point, lines above 20 keV)}],
 *  "steps":[{"number","step" in err->language}],"limits":[{"place","limit_bq_per_cm2","source",
 *  "status"}]}. Nothing is recorded; safety.report_incident does that.
 *  @retval MOLY_ERR_UNKNOWN  no such nuclide */
MOLY_API MOLY_CHECKED moly_status moly_centre_spill(const moly_site *site,
                                                    const moly_ledger_reader *reader,
                                                    const char *nuclide, double activity_bq,
                                                    json_t **result, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
