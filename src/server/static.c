/* SPDX-License-Identifier: Apache-2.0 */
/* The web front end from its folder. Each part of the path is opened from the folder before it and
 * no link is followed, so that nothing outside can be reached. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *ending, *media_type;
} media_types[] = {
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
};

typedef struct file {
    int fd;
    struct stat about;
    bool is_gzip;
} file;

static const char *media_type_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof media_types / sizeof media_types[0]; i++) {
        if (strcmp(ending, media_types[i].ending) == 0) {
            return media_types[i].media_type;
        }
    }
    return "application/octet-stream";
}

/* The folder of the path's last part; -1 when there is none. */
static int open_folder(int root, const target_path *path)
{
    int at = fcntl(root, F_DUPFD_CLOEXEC, 0);
    for (size_t i = 0; i + 1 < path->n && at >= 0; i++) {
        int next = -1;
        if (path->segments[i][0] != '.' && !strchr(path->segments[i], '/')) {
            next = openat(at, path->segments[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        (void)close(at);
        at = next;
    }
    return at;
}

static bool open_in(int folder, const char *name, file *opened)
{
    if (name[0] == '.' || strchr(name, '/')) {
        return false;
    }
    /* A pipe or a device must not make a thread wait. */
    opened->fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (opened->fd < 0) {
        return false;
    }
    if (fstat(opened->fd, &opened->about) != 0 || !S_ISREG(opened->about.st_mode)) {
        (void)close(opened->fd);
        return false;
    }
    return true;
}

static bool takes_gzip(const request *r)
{
    const char *accepted = request_header(r, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    const char *gzip = accepted ? strstr(accepted, "gzip") : NULL;
    return gzip && strncmp(gzip, "gzip;q=0", 8) != 0;
}

static bool find_file(const request *r, const char *name, int folder, file *found)
{
    const char *packed = moly_arena_printf(r->arena, "%s.gz", name);
    if (packed && takes_gzip(r) && open_in(folder, packed, found)) {
        found->is_gzip = true;
        return true;
    }
    return open_in(folder, name, found);
}

static moly_status answer(request *r, const char *name, const file *found, reply *out,
                          moly_error *err)
{
    const char *known = request_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    bool is_asset = r->path.n > 1 && strcmp(r->path.segments[0], "assets") == 0;
    out->media_type = media_type_of(name);
    out->cache = is_asset ? "public, max-age=31536000, immutable" : "no-cache";
    out->etag = moly_arena_printf(
        r->arena, "\"%llx-%llx-%llx%s\"", (unsigned long long)found->about.st_mtim.tv_sec,
        (unsigned long long)found->about.st_mtim.tv_nsec, (unsigned long long)found->about.st_size,
        found->is_gzip ? "-gz" : "");
    if (out->etag && known && strstr(known, out->etag)) {
        (void)close(found->fd);
        out->http = MHD_HTTP_NOT_MODIFIED;
        out->media_type = NULL;
        return MOLY_OK;
    }
    out->length = (size_t)found->about.st_size;
    out->response = MHD_create_response_from_fd64((uint64_t)found->about.st_size, found->fd);
    if (!out->response) {
        (void)close(found->fd);
        return MOLY_NO_MEMORY(err);
    }
    bool is_ok = MHD_add_response_header(out->response, MHD_HTTP_HEADER_VARY, "Accept-Encoding") &&
                 (!found->is_gzip ||
                  MHD_add_response_header(out->response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip"));
    return is_ok && out->etag ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status static_get(request *r, reply *out, moly_error *err)
{
    static const char home[] = "index.html";
    if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0) {
        return REPLY_FAIL(out, MHD_HTTP_METHOD_NOT_ALLOWED, err, MOLY_ERR_USAGE,
                          "this path does not take the method %.20s", r->method);
    }
    int root = r->server->web;
    const char *name = r->path.n > 0 ? r->path.segments[r->path.n - 1] : home;
    file found = {.fd = -1};
    int folder = root >= 0 ? open_folder(root, &r->path) : -1;
    bool is_found = folder >= 0 && find_file(r, name, folder, &found);
    if (folder >= 0) {
        (void)close(folder);
    }
    /* A path of the front end's own, not a file: it shows itself. */
    if (!is_found && root >= 0 && !strpbrk(name, "./")) {
        name = home;
        is_found = find_file(r, name, root, &found);
    }
    if (!is_found) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there is no such page");
    }
    return answer(r, name, &found, out, err);
}
