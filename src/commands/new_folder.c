/* SPDX-License-Identifier: Apache-2.0 */
#include "new_folder.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "moly/base/memory.h"

moly_status new_folder_begin(const char *wanted, moly_arena *arena, new_folder *folder,
                             moly_error *err)
{
    struct stat info;
    size_t n = strlen(wanted);
    while (n > 1 && wanted[n - 1] == '/') {
        n--;
    }
    const char *name = moly_arena_strndup(arena, wanted, n);
    const char *begun = name ? moly_arena_printf(arena, "%s.part-%ld", name, (long)getpid()) : NULL;
    if (!begun) {
        return MOLY_NO_MEMORY(err);
    }
    if (lstat(name, &info) == 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO,
                         "--output: %s is there already; nothing is written over another", name);
    }
    if (mkdir(begun, 0777) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "--output: cannot make %s: %s", begun, strerror(errno));
    }
    *folder = (new_folder){name, begun};
    return MOLY_OK;
}

moly_status new_folder_finish(new_folder *folder, moly_error *err)
{
    if (rename(folder->begun, folder->name) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "--output: cannot name the folder %s: %s", folder->name,
                         strerror(errno));
    }
    folder->begun = NULL;
    return MOLY_OK;
}

void new_folder_drop(new_folder *folder)
{
    if (!folder->begun) {
        return;
    }
    char *root = moly_strdup(folder->begun);
    char *const roots[] = {root, NULL};
    FTS *tree = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
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
    moly_free(root);
    folder->begun = NULL;
}
