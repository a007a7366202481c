/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_REPORT_REPORT_H
#define MOLY_REPORT_REPORT_H

/** Readable PDF, A4, from the records alone. The same records give the same bytes with the same
 *  fonts: no clock is read. Text is shaped by pango, in any script that has a font here. */

#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A finished document. Release with moly_report_bytes_free(). */
typedef struct moly_report_bytes {
    char *data;
    size_t length;
} moly_report_bytes;
MOLY_API void moly_report_bytes_free(moly_report_bytes *bytes); /**< not `bytes` itself */

/** The report of a PET study: patient, examination, activity, maximum-intensity projections,
 * regions, findings, impression, signature. One that is not signed, or whose signature holds no
 * more, says so on every page.
 *  @param language  "ru"; NULL is English
 *  @retval MOLY_ERR_NOT_FOUND  no such study, or its image is not in the ledger
 *  @retval MOLY_ERR_DATA       the study has no image, or one that cannot be read
 *  Threads: one per reader */
MOLY_API MOLY_CHECKED moly_status moly_report_study(const moly_ledger_reader *reader,
                                                    const char *study_id, const char *language,
                                                    moly_report_bytes *out, moly_error *err);

/** Any record: its members, every event that changed it (who, when, what, before and after,
 *  why), the signatures, and the BLAKE2b-256 of the record's canonical text.
 *  @retval MOLY_ERR_NOT_FOUND  no such record */
MOLY_API MOLY_CHECKED moly_status moly_report_record(const moly_ledger_reader *reader,
                                                     const char *kind, const char *id,
                                                     const char *language, moly_report_bytes *out,
                                                     moly_error *err);

/** A paper of the hot lab: a journal, a list, a certificate. */
typedef struct moly_paper {
    const char *name;    /**< "journal" */
    const char *summary; /**< English */
    bool is_of_record;   /**< about one record; else it covers a time */
} moly_paper;
/** In the order of their names; NULL behind the last. Borrowed. */
MOLY_API const moly_paper *moly_paper_at(size_t i);

typedef struct moly_paper_request {
    const char *name;         /**< of a moly_paper */
    const char *id;           /**< of the record; NULL where it covers a time */
    moly_instant from, until; /**< the time covered; `until` is when it is made */
    const char *language;     /**< of moly_paper_languages(); NULL is English */
} moly_paper_request;
/** Print a paper. Arabic is set from right to left.
 *  @retval MOLY_ERR_UNKNOWN    no such paper
 *  @retval MOLY_ERR_USAGE      its record is not named
 *  @retval MOLY_ERR_NOT_FOUND  no such record, or not of a kind that this paper is about */
MOLY_API MOLY_CHECKED moly_status moly_report_paper(const moly_ledger_reader *reader,
                                                    const moly_paper_request *request,
                                                    moly_report_bytes *out, moly_error *err);

/** The label of a dose, kit, eluate or vial, 60 mm x 40 mm: readable text and a GS1 DataMatrix with
 *  "90KIND/ID". A record that was printed before (act pharmacy.print_label) says which copy it is.
 *  @param is_zpl  for a label printer of 8 dots/mm instead of PDF
 *  @retval MOLY_ERR_NOT_FOUND  no such record of these kinds */
MOLY_API MOLY_CHECKED moly_status moly_report_label(const moly_ledger_reader *reader,
                                                    const char *id, const char *language,
                                                    bool is_zpl, moly_report_bytes *out,
                                                    moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
