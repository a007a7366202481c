/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of a simulated scan: begun under another name, named when whole. */
#include <errno.h>
#include <fts.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "moly/base/memory.h"
#include "scan.h"

/* The wanted name without the slashes behind it. */
static const char *wanted(scan_work *w)
{
    size_t n = strlen(w->args->output);
    while (n > 1 && w->args->output[n - 1] == '/') {
        n--;
    }
    return moly_arena_strndup(w->arena, w->args->output, n);
}

moly_status scan_folder_begin(scan_work *w, moly_error *err)
{
    struct stat info;
    const char *name = wanted(w);
    const char *begun =
        name ? moly_arena_printf(w->arena, "%s.part-%ld", name, (long)getpid()) : NULL;
    if (!begun) {
        return MOLY_NO_MEMORY(err);
    }
    if (lstat(name, &info) == 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO,
                         "--output: %s is there already; a scan is never "
                         "written over another",
                         name);
    }
    if (mkdir(begun, 0777) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "--output: cannot make %s: %s", begun, strerror(errno));
    }
    w->folder = begun;
    return MOLY_OK;
}

moly_status scan_folder_finish(scan_work *w, moly_error *err)
{
    const char *path = NULL;
    moly_status status = scan_file(w, NULL, "scan.json", &path, err);
    if (status) {
        return status;
    }
    char *text = moly_json_pretty(w->whole);
    const char *name = wanted(w);
    status = text && name ? moly_file_write(path, text, strlen(text), err) : MOLY_NO_MEMORY(err);
    moly_free(text);
    if (!status && rename(w->folder, name) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "--output: cannot name the scan %s: %s", name,
                           strerror(errno));
    }
    if (!status) {
        w->folder = NULL;
    }
    return status;
}

void scan_folder_drop(scan_work *w)
{
    if (!w->folder) {
        return;
    }
    char *const roots[] = {moly_arena_strdup(w->arena, w->folder), NULL};
    FTS *tree = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
    for (FTSENT *e = tree ? fts_read(tree) : NULL; e; e = fts_read(tree)) {
        if (e->fts_info == FTS_DP) {
            (void)rmdir(e->fts_path);
        } else if (e->fts_info != FTS_D) {
            (void)unlink(e->fts_path);
        }
    }
    if (tree) {
        (void)fts_close(tree);
    }
    w->folder = NULL;
}

moly_status scan_file(scan_work *w, const char *role, const char *name, const char **path,
                      moly_error *err)
{
    *path = moly_arena_printf(w->arena, "%s/%s", w->folder, name);
    const bool is_kept = !role || json_object_set_new(w->files, role, json_string(name)) == 0;
    return *path && is_kept ? MOLY_OK : MOLY_NO_MEMORY(err);
}
