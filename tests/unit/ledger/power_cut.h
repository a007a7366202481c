/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LEDGER_POWER_CUT_H
#define TESTS_LEDGER_POWER_CUT_H

/* A layer under SQLite that knows what would be on the disk if the power failed now. Writes go
 * through to the real files, and are kept beside as pending until the file is synced. A cut makes a
 * copy of what survives: all that was synced, and of what was not a random part, in random order,
 * torn at sectors. One run can so be cut at any number of instants. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POWER_CUT_VFS "power-cut"

/* Called at every write, truncation and sync, before it happens. */
typedef void (*power_cut_hook)(void *context);

/* Make the layer known to SQLite. `syncs_lie`: the disk answers syncs without doing them. */
void power_cut_start(power_cut_hook hook, void *context, bool syncs_lie);
/* Copy what would survive a cut now into a folder. */
void power_cut_copy(const char *folder, uint64_t seed);
/* Forget all files. */
void power_cut_stop(void);

#endif
