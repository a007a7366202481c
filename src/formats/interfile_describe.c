/* SPDX-License-Identifier: Apache-2.0 */
/* What an Interfile header says, for people. */
#include "moly/formats/interfile.h"

#include <math.h>
#include <string.h>

#include "interfile_inside.h"

static moly_interfile_kind kind_of(const interfile_header *h)
{
    if (interfile_is(h, KEY_DATA_FORMAT, 1, "CoincidenceList")) {
        return MOLY_INTERFILE_LISTMODE;
    }
    if (interfile_is(h, KEY_PET_DATA_TYPE, 1, "Image") ||
        interfile_is(h, KEY_PROCESS, 1, "Reconstructed")) {
        return MOLY_INTERFILE_IMAGE;
    }
    if (interfile_is(h, KEY_PET_DATA_TYPE, 1, "Emission") ||
        interfile_is(h, KEY_PET_DATA_TYPE, 1, "Transmission")) {
        return MOLY_INTERFILE_SINOGRAM;
    }
    return interfile_find(h, KEY_N_PROJECTIONS, 1) ? MOLY_INTERFILE_SPECT : MOLY_INTERFILE_OTHER;
}

static double number_of(const interfile_header *h, interfile_id id)
{
    const interfile_entry *e = interfile_find(h, id, 1);
    return e ? e->numbers[0] : (double)NAN;
}

/* The same key but for its index? */
static bool is_next_of(const char *last, const char *key)
{
    const size_t n = strcspn(key, "[");
    return last && key[n] == '[' && strcspn(last, "[") == n && memcmp(last, key, n) == 0;
}

/* Of `key[1]`, `key[2]`, ... the first stands for all. */
static moly_status keep_unread(const interfile_header *h, moly_arena *arena,
                               moly_interfile_facts *facts, moly_error *err)
{
    facts->unread = moly_arena_alloc(arena, h->n, sizeof *facts->unread);
    facts->unread_lines = moly_arena_alloc(arena, h->n, sizeof *facts->unread_lines);
    if (!facts->unread || !facts->unread_lines) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < h->n; i++) {
        const char *last = facts->n_unread ? facts->unread[facts->n_unread - 1] : NULL;
        if (h->entries[i].id == KEY_UNKNOWN && !is_next_of(last, h->entries[i].key)) {
            const char *key = moly_arena_strdup(arena, h->entries[i].key);
            if (!key) {
                return MOLY_NO_MEMORY(err);
            }
            facts->unread[facts->n_unread] = key;
            facts->unread_lines[facts->n_unread++] = h->entries[i].line;
        }
    }
    return MOLY_OK;
}

static moly_status keep_text(const interfile_header *h, interfile_id id, moly_arena *arena,
                             const char **text, moly_error *err)
{
    const char *its = interfile_text(h, id, 1);
    *text = its ? moly_arena_strdup(arena, its) : NULL;
    return its && !*text ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

moly_status moly_interfile_describe(const char *path, moly_arena *arena,
                                    moly_interfile_facts *facts, moly_error *err)
{
    interfile_header h = {0};
    moly_interfile_facts f = {0};
    moly_status status = interfile_load(path, false, &h, err);
    if (status) {
        return status;
    }
    f.kind = kind_of(&h);
    f.duration_s = number_of(&h, KEY_DURATION_S);
    f.start_s = number_of(&h, KEY_START_S);
    f.window_low_kev = number_of(&h, KEY_WINDOW_LOW);
    f.window_high_kev = number_of(&h, KEY_WINDOW_HIGH);
    status = keep_text(&h, KEY_SYSTEM, arena, &f.system, err);
    if (!status) {
        status = keep_text(&h, KEY_NUCLIDE, arena, &f.nuclide, err);
    }
    if (!status) {
        status = keep_text(&h, KEY_STUDY_DATE, arena, &f.study_date, err);
    }
    if (!status) {
        status = keep_text(&h, KEY_DATA_FILE, arena, &f.data_file, err);
    }
    if (!status) {
        status = keep_unread(&h, arena, &f, err);
    }
    interfile_free(&h);
    if (!status) {
        *facts = f;
    }
    return status;
}
