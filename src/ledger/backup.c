/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger into one file. The file is made beside the one that it will replace, proved as
 * any ledger is, synced, and takes its name in one step. */
#include "moly/ledger/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"

enum { PATH_SIZE = 4096, URL_SIZE = PATH_SIZE + 8 };

/* The newest event of a store: its hash, and when it was recorded. */
typedef struct newest {
    chain_head head;
    int64_t recorded_us;
} newest;

static moly_status load_newest(store *s, newest *n, moly_error *err)
{
    moly_status status = chain_load_head(s, &n->head, err);
    return status
               ? status
               : store_query_int(s, "SELECT recorded_us FROM event WHERE seq = $1",
                                 STORE_VALUES(store_int(n->head.seq)), &n->recorded_us, NULL, err);
}

/* What may be replaced: a backup of this site whose history the ledger goes on with. */
static moly_status check_older(store *old, store *ledger, const char *path, moly_error *err)
{
    site_row theirs = {0}, ours = {0};
    chain_head last = {0};
    int64_t n_same = 0;
    moly_status status = site_load(old, &theirs, err);
    status = status ? status : site_load(ledger, &ours, err);
    status = status ? status : chain_load_head(old, &last, err);
    status =
        status
            ? status
            : store_query_int(ledger, "SELECT count(*) FROM event WHERE seq = $1 AND hash = $2",
                              STORE_VALUES(store_int(last.seq), store_blob(last.hash, HASH_BYTES)),
                              &n_same, NULL, err);
    if (!status && (!old->is_backup || memcmp(theirs.key, ours.key, KEY_BYTES) != 0)) {
        status =
            MOLY_REFUSE(err, "R-06", "%s is no backup of this site and is left as it is", path);
    } else if (!status && n_same == 0) {
        status = MOLY_REFUSE(err, "R-06",
                             "%s goes to event %lld, which this ledger does not have: it is left "
                             "as it is; write the backup under another name",
                             path, (long long)last.seq);
    }
    site_free(&theirs);
    site_free(&ours);
    return status;
}

static moly_status check_place(const char *path, store *ledger, moly_error *err)
{
    struct stat info;
    char url[URL_SIZE];
    store *old = NULL;
    if (stat(path, &info) != 0) {
        return MOLY_OK;
    }
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    moly_status status = store_open(url, STORE_READ, NULL, &old, err);
    if (!status) {
        status = check_older(old, ledger, path, err);
    }
    if (status == MOLY_ERR_DATA || status == MOLY_ERR_INTERNAL) {
        moly_error_context(err, "%s is there and is no backup that could be replaced", path);
    }
    store_close(old);
    return status;
}

static moly_status fill(store *from, const char *part, const moly_progress *progress,
                        moly_error *err)
{
    char url[URL_SIZE];
    store *into = NULL;
    (void)snprintf(url, sizeof url, "sqlite:%s", part);
    moly_status status = store_open(url, STORE_BACKUP, NULL, &into, err);
    if (status || !into) {
        return status;
    }
    status = store_begin(into, err);
    status = status ? status : into->ops->make_schema(into, err);
    status = status ? status : copy_evidence(from, into, progress, err);
    status = status ? status : store_commit(into, err);
    if (status) {
        store_rollback(into);
    }
    store_close(into);
    return status;
}

static moly_status sync_place(const char *path, int flags, moly_error *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    moly_status status = MOLY_OK;
    if (fd < 0 || fsync(fd) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "cannot write %s: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

static moly_status put_in_place(const char *part, const char *path, moly_error *err)
{
    char folder[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
                   slash ? path : ".");
    moly_status status = sync_place(part, O_RDWR, err);
    if (!status && rename(part, path) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "cannot name %s: %s", path, strerror(errno));
    }
    return status ? status : sync_place(folder, O_RDONLY | O_DIRECTORY, err);
}

static bool is_on_same_disk(const char *url, const char *path)
{
    struct stat ledger, backup;
    return strncmp(url, "sqlite:", 7) == 0 && stat(url + 7, &ledger) == 0 &&
           stat(path, &backup) == 0 && ledger.st_dev == backup.st_dev;
}

static moly_status make_report(const char *url, const char *path, const newest *last,
                               double begun_s, json_t **report, moly_error *err)
{
    char hash[HASH_HEX], recorded[MOLY_INSTANT_TEXT_SIZE];
    struct stat info;
    if (stat(path, &info) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    *report = json_pack(
        "{s:s, s:I, s:s, s:s, s:I, s:o, s:b}", "file", path, "events", (json_int_t)last->head.seq,
        "hash", sodium_bin2hex(hash, sizeof hash, last->head.hash, HASH_BYTES), "last_recorded_at",
        moly_instant_format((moly_instant){last->recorded_us}, recorded), "bytes",
        (json_int_t)info.st_size, "duration_s", moly_json_rounded(monotonic_s() - begun_s, 3),
        "same_disk", (int)is_on_same_disk(url, path));
    return *report ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* The copy must be a whole ledger that ends where this one did. */
static moly_status prove(const char *part, const newest *last, const moly_progress *progress,
                         moly_error *err)
{
    char url[URL_SIZE];
    json_t *proof = NULL;
    (void)snprintf(url, sizeof url, "sqlite:%s", part);
    moly_status status = moly_ledger_verify(url, NULL, progress, &proof, err);
    if (!status && json_integer_value(json_object_get(proof, "events")) != last->head.seq) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "the copy does not hold all %lld events",
                           (long long)last->head.seq);
    }
    json_decref(proof);
    if (status) {
        moly_error_context(err, "the backup was not made");
    }
    return status;
}

moly_status moly_ledger_backup(const char *url, const char *path, const moly_progress *progress,
                               json_t **report, moly_error *err)
{
    *report = NULL;
    const double begun_s = monotonic_s();
    char part[PATH_SIZE];
    store *from = NULL;
    bool is_there = false;
    newest last = {0};
    if (sodium_init() < 0) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "libsodium cannot start");
    }
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%.60s...: the path is too long", path);
    }
    moly_status status = store_open(url, STORE_READ, NULL, &from, err);
    status = status ? status : store_begin(from, err);
    status = status ? status : from->ops->has_schema(from, &is_there, err);
    if (!status && !is_there) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no ledger in database %s", url);
    }
    status = status ? status : load_newest(from, &last, err);
    status = status ? status : check_place(path, from, err);
    if (!status) {
        (void)unlink(part); /* of one that was cut off */
        status = fill(from, part, progress, err);
        status = status ? status : prove(part, &last, progress, err);
        status = status ? status : put_in_place(part, path, err);
        if (status) {
            (void)unlink(part);
        }
    }
    if (from) {
        store_rollback(from);
    }
    store_close(from);
    return status ? status : make_report(url, path, &last, begun_s, report, err);
}
