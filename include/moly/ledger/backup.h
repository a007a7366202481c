/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_LEDGER_BACKUP_H
#define MOLY_LEDGER_BACKUP_H

/** Backups: everything that cannot be made anew, in one file that either store takes back.
 *
 *  A backup is an SQLite file with the tables of the evidence, the site's key among them, so keep
 *  it as you keep the ledger. `moly ledger verify` proves it as it is; nothing is ever appended to
 *  it: the ledger refuses to open it for work. */

#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Copy a ledger as it is at one instant, while others go on working with it. The copy is proved
 *  before it takes the name `path`; until then, and after a power cut, what was there stays.
 *  @param path      file to make or to replace; its folder must be there
 *  @param[out] report  {"file","events","hash","last_recorded_at","bytes","duration_s",
 *              "same_disk": the ledger's file lies on the same file system}; new reference
 *  @retval MOLY_ERR_RULE  `path` is there and is no backup of this site, or one that knows more
 *  @retval MOLY_ERR_IO    the disk is full, ...; nothing has changed */
MOLY_API MOLY_CHECKED moly_status moly_ledger_backup(const char *url, const char *path,
                                                     const moly_progress *progress, json_t **report,
                                                     moly_error *err);

/** Make a ledger of a backup. The backup is proved first; tables are made, filled, and made whole
 *  from the events, and an event "ledger.restore" says from where and what is not there.
 *  @param url          a database without a ledger, or with one that holds no event
 *  @param anchor_path  newest file of moly_ledger_anchor(), or NULL: says what was recorded after
 *                      the backup
 *  @param[out] report  {"database","events","hash","last_recorded_at" of the backup, "restore":
 *              id of the record, "seq" of its event, "missing_events": those that the anchor knows
 *              and the backup has not (null without an anchor), "duration_s"}; new reference
 *  @retval MOLY_ERR_RULE  there is a ledger in that database; a simulated clock
 *  @retval MOLY_ERR_DATA  the backup is damaged, or of another ledger than the anchor */
MOLY_API MOLY_CHECKED moly_status moly_ledger_restore(const char *path, const char *url,
                                                      const moly_clock *clock,
                                                      const char *anchor_path,
                                                      const moly_progress *progress,
                                                      json_t **report, moly_error *err);

/** Restore into a database that is thrown away, prove that, and say what came out.
 *  @param[out] report  as of moly_ledger_restore(), and "backup_hash": BLAKE2b-256 of the file; new
 *              reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_try_backup(const char *path, const moly_clock *clock,
                                                         const moly_progress *progress,
                                                         json_t **report, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
