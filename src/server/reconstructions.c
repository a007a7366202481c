/* SPDX-License-Identifier: Apache-2.0 */
/* Reconstructions by HTTP: asked for by the declaration of `moly reconstruct`, followed, cancelled,
 * looked at. They write nothing into the ledger. */
#include "moly/base/catalogue.h"
#include "moly/base/parallel.h"
#include "moly/commands/commands.h"
#include "raw.h"
#include "uptake.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const may_ask[] = {"technologist", "physicist", "physician", NULL};

const moly_command *reconstruction_command(void)
{
    size_t n = 0;
    const moly_command *const *all = moly_commands(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i]->declaration.name, "reconstruct") == 0) {
            return all[i];
        }
    }
    return NULL; /* not reached: tests/unit/server/test_reconstructions.c */
}

static moly_status check_role(const request *r, moly_error *err)
{
    size_t i;
    const json_t *role;
    json_array_foreach(json_object_get(r->person, "roles"), i, role)
    {
        for (size_t k = 0; may_ask[k]; k++) {
            if (json_is_string(role) && strcmp(json_string_value(role), may_ask[k]) == 0) {
                return MOLY_OK;
            }
        }
    }
    return moly_fail(err, MOLY_ERR_FORBIDDEN, "R-08", __FILE__, __LINE__,
                     "technologists, physicists and physicians reconstruct");
}

static moly_status need_worker(const request *r, moly_error *err)
{
    return r->server->worker
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_NOT_FOUND,
                           "this server was given no folder of raw data (moly serve --raw)");
}

/* ---- asking ---- */

static int most_threads(void)
{
    const int n = moly_n_processors();
    return n > 1 ? n - 1 : 1; /* one is left for the centre */
}

static moly_status check_threads(const moly_declaration *declaration, const void *args,
                                 moly_error *err)
{
    json_t *fields = moly_declare_fields(declaration, args);
    const json_int_t asked = json_integer_value(json_object_get(fields, "threads"));
    json_decref(fields);
    return asked <= most_threads()
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "threads: %lld; here at most %d, so that the centre is not slowed",
                           (long long)asked, most_threads());
}

/* The same refusals as at the command line; what names files is the server's. */
static moly_status check_body(const request *r, const json_t *body, moly_error *err)
{
    const moly_declaration *declaration = &reconstruction_command()->declaration;
    json_t *whole = json_copy((json_t *)body); /* jansson does not change it */
    moly_status status = whole ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < declaration->n_params && !status; i++) {
        const moly_param *param = &declaration->params[i];
        if (strcmp(param->name, "raw") != 0 && command_reads_machine(param) &&
            json_object_get(body, param->name)) {
            status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                               "%s: files of the server are not read for a browser", param->name);
        }
    }
    void *args = moly_arena_alloc(r->arena, 1, declaration->args_size);
    if (!status && (!args || json_object_set_new(whole, "output", json_string("image.nii")))) {
        status = MOLY_NO_MEMORY(err);
    }
    status = status ? status
                    : moly_declare_parse_json(declaration, moly_ledger_clock(r->server->ledger),
                                              whole, r->arena, args, err);
    json_decref(whole);
    return status ? status : check_threads(declaration, args, err);
}

/* {"psf": "4.5 mm", "tof": true} -> --psf=4.5 mm, --tof: words of an argv, which no shell reads. */
static json_t *words_of(const json_t *body, const char *path, moly_arena *arena)
{
    json_t *words = json_pack("[s]", path);
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)body, key, value)
    {
        char *number = json_is_number(value)
                           ? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
                           : NULL;
        const char *text = json_is_string(value) ? json_string_value(value) : number;
        const char *word = NULL;
        if (strcmp(key, "raw") == 0 || json_is_null(value)) {
            continue;
        }
        if (json_is_boolean(value)) {
            word = moly_arena_printf(arena, "--%s%s", json_is_true(value) ? "" : "no-", key);
        } else if (text) {
            word = moly_arena_printf(arena, "--%s=%s", key, text);
        }
        moly_free(number);
        (void)json_array_append_new(words, word ? json_string(word) : NULL);
    }
    if (!json_object_get(body, "threads")) {
        (void)json_array_append_new(words, json_sprintf("--threads=%d", most_threads()));
    }
    return words;
}

static json_t *about(const request *r, const json_t *body, json_t *facts)
{
    json_t *parameters = json_copy((json_t *)body);
    (void)json_object_del(parameters, "raw");
    return json_pack("{s:O, s:o, s:s, s:O}", "raw", json_object_get(body, "raw"), "parameters",
                     parameters, "by", r->session.user, "scan", facts);
}

static moly_status ask(const request *r, const json_t *body, char id[WORKER_ID_SIZE],
                       moly_error *err)
{
    const char *name = NULL, *path = NULL;
    json_t *facts = NULL, *words = NULL, *kept = NULL;
    moly_status status = check_body(r, body, err);
    status = status ? status : moly_json_get_text(body, "raw", &name, err);
    status = status ? status : raw_path(r, name, &path, err);
    status = status ? status : raw_facts(r, name, false, &facts, err);
    if (!status) {
        words = words_of(body, path, r->arena);
        kept = about(r, body, facts);
        status = words && kept ? worker_ask(r->server->worker, words, kept, id, err)
                               : MOLY_NO_MEMORY(err);
    }
    json_decref(facts);
    json_decref(words);
    json_decref(kept);
    return status;
}

moly_status reconstruction_post(request *r, reply *out, moly_error *err)
{
    char id[WORKER_ID_SIZE];
    json_t *body = NULL;
    moly_status status = check_role(r, err);
    status = status ? status : need_worker(r, err);
    status = status ? status : request_body(r, &body, err);
    status = status ? status : ask(r, body, id, err);
    status = status ? status : worker_get(r->server->worker, id, &out->json, err);
    json_decref(body);
    return status;
}

moly_status reconstruction_cancel_post(request *r, reply *out, moly_error *err)
{
    moly_status status = check_role(r, err);
    status = status ? status : need_worker(r, err);
    status =
        status ? status : worker_cancel(r->server->worker, r->captured[0], r->session.user, err);
    return status ? status : worker_get(r->server->worker, r->captured[0], &out->json, err);
}

/* What can be asked for, with fields as `moly reconstruct` declares them. */
moly_status reconstruction_parameters_get(request *r, reply *out, moly_error *err)
{
    const moly_declaration *declaration = &reconstruction_command()->declaration;
    json_t *all = moly_declare_describe(declaration, r->language), *offered = json_array();
    size_t i;
    json_t *param;
    json_array_foreach(all, i, param)
    {
        if (!command_reads_machine(&declaration->params[i])) {
            (void)json_array_append(offered, param);
        }
    }
    json_decref(all);
    out->json = json_pack("{s:b, s:s, s:i, s:O}", "is_offered", r->server->worker != NULL,
                          "summary", moly_translate(r->language, declaration->summary),
                          "most_threads", most_threads(), "params", offered);
    json_decref(offered);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* ---- following ---- */

moly_status reconstructions_get(request *r, reply *out, moly_error *err)
{
    json_t *list = r->server->worker ? worker_list(r->server->worker) : json_array();
    out->json = json_pack("{s:b, s:O}", "is_offered", r->server->worker != NULL, "results", list);
    json_decref(list);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* Nothing is known before a tenth of it is done. */
static void add_seconds_left(json_t *job)
{
    json_t *progress = json_object_get(job, "progress");
    const double fraction = json_number_value(json_object_get(progress, "fraction"));
    const double elapsed_s = json_number_value(json_object_get(progress, "elapsed_s"));
    if (fraction > 0.1 && fraction <= 1.0) {
        (void)json_object_set_new(progress, "left_s",
                                  moly_json_rounded(elapsed_s * (1.0 - fraction) / fraction, 3));
    }
}

static moly_status add_result(request *r, json_t *job, moly_error *err)
{
    const char *path = worker_file(r->server->worker, r->captured[0], "image.json", r->arena);
    char *text = NULL;
    size_t length = 0;
    json_t *result = NULL;
    moly_status status = path ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && moly_file_read(path, LIMIT_BODY_BYTES, &text, &length, NULL) == MOLY_OK &&
        moly_json_parse(text, length, &result, NULL) == MOLY_OK) {
        (void)json_object_del(result, "file"); /* folders of this machine */
        (void)json_object_del(result, "raw");
        (void)json_object_set(job, "result", result);
    }
    moly_free(text);
    json_decref(result);
    return status;
}

static void hide_folder(const request *r, json_t *job)
{
    json_t *error = json_object_get(job, "error");
    const char *said = json_string_value(json_object_get(error, "message"));
    char *message = said ? moly_arena_strdup(r->arena, said) : NULL;
    if (message) {
        raw_hide_folder(r, message);
        (void)json_object_set_new(error, "message", json_string(message));
    }
}

moly_status reconstruction_get(request *r, reply *out, moly_error *err)
{
    moly_status status = need_worker(r, err);
    status = status ? status : worker_get(r->server->worker, r->captured[0], &out->json, err);
    if (!status) {
        const char *state = json_string_value(json_object_get(out->json, "state"));
        const bool is_done = state && strcmp(state, "done") == 0;
        if (is_done) {
            status = add_result(r, out->json, err);
            uptake_add(r, out->json);
        } else {
            add_seconds_left(out->json);
            hide_folder(r, out->json);
        }
    }
    return status;
}

/* ---- looking ---- */

/* The whole image where it is done, else the growing one. */
static moly_status image_path(request *r, const char **path, moly_error *err)
{
    json_t *job = NULL;
    moly_status status = need_worker(r, err);
    status = status ? status : worker_get(r->server->worker, r->captured[0], &job, err);
    if (!status) {
        const char *state = json_string_value(json_object_get(job, "state"));
        const bool is_done = state && strcmp(state, "done") == 0;
        *path = worker_file(r->server->worker, r->captured[0],
                            is_done ? "image.nii.gz" : "watch/picture.nii", r->arena);
        status = *path ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(job);
    return status;
}

static moly_status plane_argument(const request *r, picture_plane *plane, moly_error *err)
{
    const char *text = NULL;
    moly_status status = request_argument(r, "plane", &text, err);
    *plane = PLANE_AXIAL;
    for (size_t i = 0; picture_planes[i] && text && !status; i++) {
        if (strcmp(picture_planes[i], text) == 0) {
            *plane = (picture_plane)i;
            return MOLY_OK;
        }
    }
    return status || !text ? status
                           : MOLY_FAIL(err, MOLY_ERR_USAGE,
                                       "argument 'plane' is one of axial, coronal, sagittal");
}

static moly_status index_argument(const request *r, int64_t *index, moly_error *err)
{
    const char *text = NULL;
    moly_status status = request_argument(r, "index", &text, err);
    *index = -1;
    status = status || !text ? status : moly_integer_parse(text, index, err);
    return status || !text || *index >= 0
               ? status
               : MOLY_FAIL(err, MOLY_ERR_RANGE, "argument 'index' counts from 0");
}

moly_status reconstruction_image_get(request *r, reply *out, moly_error *err)
{
    const char *path = NULL;
    picture_plane plane = PLANE_AXIAL;
    int64_t index = -1;
    moly_status status = image_path(r, &path, err);
    status = status ? status : plane_argument(r, &plane, err);
    status = status ? status : index_argument(r, &index, err);
    if (status) {
        return status;
    }
    if (!desk_enter(r->server->desk)) {
        out->retry_after_s = 1;
        return REPLY_FAIL(out, MHD_HTTP_SERVICE_UNAVAILABLE, err, MOLY_ERR_IO,
                          "too many pictures are asked for at the same time; try again");
    }
    status = desk_plane(r->server->desk, path, plane, index, &out->json, err);
    desk_leave(r->server->desk);
    return status;
}

/* A file as it lies there; the id was found among the reconstructions before. */
static moly_status send_file(request *r, const char *name, reply *out, moly_error *err)
{
    json_t *job = NULL;
    struct stat info;
    moly_status status = need_worker(r, err);
    status = status ? status : worker_get(r->server->worker, r->captured[0], &job, err);
    json_decref(job);
    const char *path =
        status ? NULL : worker_file(r->server->worker, r->captured[0], name, r->arena);
    const int fd = path ? open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (status || fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return status ? status
                      : MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "reconstruction %s has no such image",
                                  r->captured[0]);
    }
    out->media_type = "application/gzip"; /* the file is compressed, not the transfer */
    out->length = (size_t)info.st_size;
    out->response = MHD_create_response_from_fd64((uint64_t)info.st_size, fd);
    if (!out->response) {
        (void)close(fd);
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

moly_status reconstruction_volume_get(request *r, reply *out, moly_error *err)
{
    return send_file(r, "image.nii.gz", out, err);
}

moly_status reconstruction_attenuation_get(request *r, reply *out, moly_error *err)
{
    return send_file(r, "watch/attenuation.nii.gz", out, err);
}
