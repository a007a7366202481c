/* SPDX-License-Identifier: Apache-2.0 */
#include "power_cut.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/random.h"

enum { MAX_FILES = 8, SECTOR = 512 };

typedef struct pending {
    bool is_truncation;
    int64_t offset; /* or the size of a truncation */
    size_t length;
    unsigned char *data;
} pending;

typedef struct tracked {
    char path[300];
    unsigned char *durable;
    size_t length;
    bool is_durable; /* was synced at least once: its name is on the disk too */
    pending *pending;
    size_t n_pending, capacity;
} tracked;

typedef struct cut_file {
    sqlite3_file base;
    tracked *tracked;    /* NULL: temporary */
    sqlite3_file real[]; /* of the default VFS */
} cut_file;

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    sqlite3_io_methods methods;
    tracked files[MAX_FILES];
    size_t n_files;
    power_cut_hook hook;
    void *context;
    bool syncs_lie;
} layer;

static void *need(void *block)
{
    if (!block) {
        abort();
    }
    return block;
}

static tracked *find(const char *path)
{
    for (size_t i = 0; i < layer.n_files; i++) {
        if (strcmp(layer.files[i].path, path) == 0) {
            return &layer.files[i];
        }
    }
    return NULL;
}

static void forget_pending(tracked *t)
{
    for (size_t i = 0; i < t->n_pending; i++) {
        free(t->pending[i].data);
    }
    t->n_pending = 0;
}

static void add_pending(tracked *t, bool is_truncation, int64_t offset, const void *data,
                        size_t length)
{
    if (t->n_pending == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 64;
        t->pending = need(realloc(t->pending, t->capacity * sizeof *t->pending));
    }
    pending p = {is_truncation, offset, length, NULL};
    if (length > 0) {
        p.data = need(malloc(length));
        memcpy(p.data, data, length);
    }
    t->pending[t->n_pending++] = p;
}

static void write_image(unsigned char **image, size_t *length, int64_t offset, const void *data,
                        size_t n)
{
    size_t end = (size_t)offset + n;
    if (end > *length) {
        *image = need(realloc(*image, end));
        memset(*image + *length, 0, end - *length);
        *length = end;
    }
    memcpy(*image + offset, data, n);
}

static void apply(unsigned char **image, size_t *length, const pending *p)
{
    if (!p->is_truncation) {
        write_image(image, length, p->offset, p->data, p->length);
    } else if ((size_t)p->offset < *length) {
        *length = (size_t)p->offset;
    }
}

/* ---- methods of a file ---------------------------------------------------------------------- */

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((cut_file *)file)->real;
}

static void tell(const tracked *t)
{
    if (t && layer.hook) {
        layer.hook(layer.context);
    }
}

static int cut_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int cut_read(sqlite3_file *file, void *data, int n, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, n, offset);
}

static int cut_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 offset)
{
    tracked *t = ((cut_file *)file)->tracked;
    tell(t);
    if (t) {
        add_pending(t, false, offset, data, (size_t)n);
    }
    return real_of(file)->pMethods->xWrite(real_of(file), data, n, offset);
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    tracked *t = ((cut_file *)file)->tracked;
    tell(t);
    if (t) {
        add_pending(t, true, size, NULL, 0);
    }
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int cut_sync(sqlite3_file *file, int flags)
{
    (void)flags; /* the real file need not be synced: the layer knows what counts */
    tracked *t = ((cut_file *)file)->tracked;
    tell(t);
    if (t && !layer.syncs_lie) {
        for (size_t i = 0; i < t->n_pending; i++) {
            apply(&t->durable, &t->length, &t->pending[i]);
        }
        forget_pending(t);
        t->is_durable = true;
    }
    return SQLITE_OK;
}

static int cut_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int cut_lock(sqlite3_file *file, int kind)
{
    return real_of(file)->pMethods->xLock(real_of(file), kind);
}

static int cut_unlock(sqlite3_file *file, int kind)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), kind);
}

static int cut_check(sqlite3_file *file, int *is_reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}

static int cut_control(sqlite3_file *file, int what, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int cut_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int cut_features(sqlite3_file *file)
{
    (void)file;
    return 0; /* promises nothing */
}

static int cut_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int cut_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void cut_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int cut_shm_unmap(sqlite3_file *file, int is_deleted)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), is_deleted);
}

/* ---- the layer ------------------------------------------------------------------------------ */

static int cut_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *got)
{
    (void)vfs;
    cut_file *self = (cut_file *)file;
    self->tracked = NULL;
    int rc = layer.real->xOpen(layer.real, path, self->real, flags, got);
    self->base.pMethods = rc == SQLITE_OK ? &layer.methods : NULL;
    if (rc == SQLITE_OK && path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) {
        self->tracked = find(path);
        if (!self->tracked) {
            if (layer.n_files == MAX_FILES) {
                abort();
            }
            self->tracked = &layer.files[layer.n_files++];
            *self->tracked = (tracked){.is_durable = false};
            (void)snprintf(self->tracked->path, sizeof self->tracked->path, "%s", path);
        }
    }
    return rc;
}

static int cut_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    tracked *t = find(path);
    tell(t);
    if (t) { /* a deletion that reached the disk; one that did not leaves what the next cut copies
              */
        forget_pending(t);
        t->length = 0;
        t->is_durable = false;
    }
    return layer.real->xDelete(layer.real, path, sync_folder);
}

void power_cut_start(power_cut_hook hook, void *context, bool syncs_lie)
{
    layer.hook = hook;
    layer.context = context;
    layer.syncs_lie = syncs_lie;
    if (layer.real) {
        return;
    }
    layer.real = sqlite3_vfs_find(NULL);
    layer.vfs = *layer.real;
    layer.vfs.zName = POWER_CUT_VFS;
    layer.vfs.pNext = NULL;
    layer.vfs.szOsFile = (int)sizeof(cut_file) + layer.real->szOsFile;
    layer.vfs.xOpen = cut_open;
    layer.vfs.xDelete = cut_delete;
    layer.methods = (sqlite3_io_methods){
        .iVersion = 2,
        .xClose = cut_close,
        .xRead = cut_read,
        .xWrite = cut_write,
        .xTruncate = cut_truncate,
        .xSync = cut_sync,
        .xFileSize = cut_size,
        .xLock = cut_lock,
        .xUnlock = cut_unlock,
        .xCheckReservedLock = cut_check,
        .xFileControl = cut_control,
        .xSectorSize = cut_sector,
        .xDeviceCharacteristics = cut_features,
        .xShmMap = cut_shm_map,
        .xShmLock = cut_shm_lock,
        .xShmBarrier = cut_shm_barrier,
        .xShmUnmap = cut_shm_unmap,
    };
    (void)sqlite3_vfs_register(&layer.vfs, 0);
}

/* Of one pending write, the sectors that made it. */
static void apply_torn(unsigned char **image, size_t *length, const pending *p, moly_random *random)
{
    for (size_t done = 0; done < p->length;) {
        size_t in_sector = SECTOR - ((size_t)p->offset + done) % SECTOR;
        size_t n = p->length - done < in_sector ? p->length - done : in_sector;
        if (moly_random_uniform(random) < 0.5) {
            write_image(image, length, p->offset + (int64_t)done, p->data + done, n);
        }
        done += n;
    }
}

static void survive(const tracked *t, moly_random *random, unsigned char **image, size_t *length)
{
    double kept = moly_random_uniform(random) < 0.25 ? 0.0 : moly_random_uniform(random);
    bool is_torn = moly_random_uniform(random) < 0.5;
    size_t *order = need(malloc((t->n_pending + 1) * sizeof *order));
    for (size_t i = 0; i < t->n_pending; i++) {
        size_t j = (size_t)(moly_random_uniform(random) * (double)(i + 1));
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < t->n_pending; i++) {
        const pending *p = &t->pending[order[i]];
        if (moly_random_uniform(random) >= kept) {
            continue;
        }
        if (is_torn && !p->is_truncation) {
            apply_torn(image, length, p, random);
        } else {
            apply(image, length, p);
        }
    }
    free(order);
}

void power_cut_copy(const char *folder, uint64_t seed)
{
    moly_random random = moly_random_stream(seed, 7);
    for (size_t i = 0; i < layer.n_files; i++) {
        const tracked *t = &layer.files[i];
        if (!t->is_durable && moly_random_uniform(&random) < 0.5) {
            continue; /* nor did its name reach the disk */
        }
        unsigned char *image = need(malloc(t->length + 1));
        size_t length = t->length;
        if (length > 0) {
            memcpy(image, t->durable, length);
        }
        survive(t, &random, &image, &length);
        char path[600];
        (void)snprintf(path, sizeof path, "%s/%s", folder, strrchr(t->path, '/') + 1);
        FILE *file = need(fopen(path, "wb"));
        if (fwrite(image, 1, length, file) != length || fclose(file) != 0) {
            abort();
        }
        free(image);
    }
}

void power_cut_stop(void)
{
    for (size_t i = 0; i < layer.n_files; i++) {
        forget_pending(&layer.files[i]);
        free(layer.files[i].pending);
        free(layer.files[i].durable);
    }
    layer.n_files = 0;
    layer.hook = NULL;
}
