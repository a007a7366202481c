/* SPDX-License-Identifier: Apache-2.0 */
#include "patients.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>

#include "fold.h"
#include "moly/base/memory.h"

/* Further behind than this, reading all patients anew is less work than reading the events. */
enum { PAGE = 500, MAX_BEHIND = 5000 };

typedef struct entry {
    char *id;
    char *folded; /* name, number, id, a line each */
} entry;

struct patient_index {
    pthread_mutex_t lock;
    entry *entries; /* ordered by id */
    size_t n, capacity;
    int64_t seq; /* newest event that is taken into account; 0: nothing was read yet */
};

patient_index *patient_index_new(void)
{
    patient_index *index = moly_alloc(1, sizeof *index);
    if (index) {
        (void)pthread_mutex_init(&index->lock, NULL);
    }
    return index;
}

static void clear(patient_index *index)
{
    for (size_t i = 0; i < index->n; i++) {
        moly_free(index->entries[i].id);
        moly_free(index->entries[i].folded);
    }
    index->n = 0;
    index->seq = 0;
}

void patient_index_free(patient_index *index)
{
    if (index) {
        clear(index);
        moly_free(index->entries);
        (void)pthread_mutex_destroy(&index->lock);
    }
    moly_free(index);
}

/* ---- following the ledger ------------------------------------------------------------------- */

/* Where `id` is, or where it belongs. */
static size_t place_of(const patient_index *index, const char *id, bool *is_there)
{
    size_t from = 0, to = index->n;
    *is_there = false;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(index->entries[middle].id, id);
        if (order == 0) {
            *is_there = true;
            return middle;
        }
        from = order < 0 ? middle + 1 : from;
        to = order < 0 ? to : middle;
    }
    return from;
}

static const char *text_of(const json_t *patient, const char *key)
{
    const char *text = json_string_value(json_object_get(patient, key));
    return text ? text : "";
}

static char *fold(const json_t *patient, moly_arena *arena)
{
    char *text = moly_arena_printf(arena, "%s\n%s\n%s", text_of(patient, "name"),
                                   text_of(patient, "number"), text_of(patient, "id"));
    return text ? moly_strdup(fold_case(text, arena)) : NULL;
}

static bool has_room(patient_index *index)
{
    if (index->n < index->capacity) {
        return true;
    }
    size_t capacity = index->capacity > 0 ? 2 * index->capacity : PAGE;
    entry *grown = moly_realloc(index->entries, capacity, sizeof *grown);
    if (grown) {
        index->entries = grown;
        index->capacity = capacity;
    }
    return grown != NULL;
}

static moly_status put(patient_index *index, const json_t *patient, moly_arena *arena,
                       moly_error *err)
{
    bool is_there = false;
    const char *id = text_of(patient, "id");
    size_t at = place_of(index, id, &is_there);
    char *folded = fold(patient, arena);
    if (is_there && folded) {
        moly_free(index->entries[at].folded);
        index->entries[at].folded = folded;
        return MOLY_OK;
    }
    char *own_id = moly_strdup(id);
    if (!folded || !own_id || !has_room(index)) {
        moly_free(folded);
        moly_free(own_id);
        return MOLY_NO_MEMORY(err);
    }
    memmove(index->entries + at + 1, index->entries + at, (index->n - at) * sizeof(entry));
    index->entries[at] = (entry){own_id, folded};
    index->n++;
    return MOLY_OK;
}

static moly_status put_page(patient_index *index, const json_t *page, moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    size_t i;
    const json_t *patient;
    json_array_foreach(page, i, patient)
    {
        if (status == MOLY_OK) {
            status = put(index, patient, arena, err);
        }
    }
    moly_arena_free(arena);
    return status;
}

static moly_status read_all(patient_index *index, const moly_ledger_reader *reader, moly_error *err)
{
    moly_status status = MOLY_OK;
    char *after = NULL; /* the database's order of ids need not be ours */
    bool is_more = true;
    clear(index);
    while (status == MOLY_OK && is_more) {
        const moly_record_query query = {.kind = "patient", .limit = PAGE, .after_id = after};
        json_t *page = NULL;
        status = moly_ledger_records(reader, &query, &page, err);
        if (status == MOLY_OK) {
            status = put_page(index, page, err);
        }
        size_t n = json_array_size(page);
        is_more = n == PAGE;
        moly_free(after);
        after = is_more ? moly_strdup(text_of(json_array_get(page, n - 1), "id")) : NULL;
        if (status == MOLY_OK && is_more && !after) {
            status = MOLY_NO_MEMORY(err);
        }
        json_decref(page);
    }
    moly_free(after);
    return status;
}

/* The patients that an event changed, as they are now. */
static moly_status take_event(patient_index *index, const moly_ledger_reader *reader,
                              const json_t *event, moly_error *err)
{
    moly_status status = MOLY_OK;
    size_t i;
    const json_t *change;
    json_array_foreach(json_object_get(json_object_get(event, "body"), "records"), i, change)
    {
        if (status != MOLY_OK || strcmp(text_of(change, "kind"), "patient") != 0) {
            continue;
        }
        json_t *patient = NULL;
        status = moly_ledger_record(reader, "patient", text_of(change, "id"), &patient, err);
        json_t *page = status == MOLY_OK ? json_pack("[O]", patient) : NULL;
        if (status == MOLY_OK) {
            status = page ? put_page(index, page, err) : MOLY_NO_MEMORY(err);
        }
        json_decref(page);
        json_decref(patient);
    }
    return status;
}

static moly_status take_events(patient_index *index, const moly_ledger_reader *reader, int64_t head,
                               moly_error *err)
{
    moly_status status = MOLY_OK;
    while (status == MOLY_OK && index->seq < head) {
        const moly_event_query query = {.after_seq = index->seq, .limit = PAGE};
        json_t *events = NULL;
        status = moly_ledger_events(reader, &query, &events, err);
        size_t i;
        const json_t *event;
        json_array_foreach(events, i, event)
        {
            if (status == MOLY_OK) {
                status = take_event(index, reader, event, err);
                index->seq = json_integer_value(json_object_get(event, "seq"));
            }
        }
        if (json_array_size(events) == 0) {
            index->seq = head;
        }
        json_decref(events);
    }
    return status;
}

/* A reading that is older than the index finds more names than it has patients: see search. */
static moly_status follow(patient_index *index, const moly_ledger_reader *reader, moly_error *err)
{
    int64_t head = 0;
    moly_status status = moly_ledger_head(reader, &head, err);
    if (status != MOLY_OK || head <= index->seq) {
        return status;
    }
    if (index->seq == 0 || head - index->seq > MAX_BEHIND) {
        status = read_all(index, reader, err);
        index->seq = head;
    } else {
        status = take_events(index, reader, head, err);
    }
    if (status != MOLY_OK) {
        clear(index); /* the next search begins anew */
    }
    return status;
}

/* ---- searching ------------------------------------------------------------------------------ */

/* @param[out] n  of `ids`, which are in the arena */
static moly_status find_ids(const patient_index *index, const char *folded, size_t limit,
                            moly_arena *arena, const char **ids, size_t *n, moly_error *err)
{
    *n = 0;
    for (size_t i = index->n; i-- > 0 && *n < limit;) {
        if (strstr(index->entries[i].folded, folded)) {
            ids[*n] = moly_arena_strdup(arena, index->entries[i].id);
            if (!ids[(*n)++]) {
                return MOLY_NO_MEMORY(err);
            }
        }
    }
    return MOLY_OK;
}

static moly_status load(const moly_ledger_reader *reader, const char *const *ids, size_t n,
                        json_t *found, moly_error *err)
{
    for (size_t i = 0; i < n; i++) {
        json_t *patient = NULL;
        moly_error absent = {0};
        moly_status status = moly_ledger_record(reader, "patient", ids[i], &patient, &absent);
        if (status == MOLY_ERR_NOT_FOUND) {
            continue; /* registered after this reading began */
        }
        if (status != MOLY_OK) {
            return moly_fail(err, status, absent.rule, absent.file, absent.line, "%s",
                             absent.message);
        }
        if (json_array_append_new(found, patient) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

moly_status patient_index_search(patient_index *index, const moly_ledger_reader *reader,
                                 const char *folded, size_t limit, json_t *found, moly_error *err)
{
    size_t n = 0;
    moly_arena *arena = moly_arena_new();
    const char **ids = arena ? moly_arena_alloc(arena, limit, sizeof *ids) : NULL;
    moly_status status = ids ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        (void)pthread_mutex_lock(&index->lock);
        status = follow(index, reader, err);
        if (status == MOLY_OK) {
            status = find_ids(index, folded, limit, arena, ids, &n, err);
        }
        (void)pthread_mutex_unlock(&index->lock);
    }
    if (status == MOLY_OK) {
        status = load(reader, ids, n, found, err);
    }
    moly_arena_free(arena);
    return status;
}
