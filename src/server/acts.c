/* SPDX-License-Identifier: Apache-2.0 */
/* Acts by HTTP: the same declaration, the same event, the same refusal as at the command line. */
#include "inside.h"

#include <sodium.h>
#include <string.h>

#include "moly/base/catalogue.h"

enum { KEY_MIN = 8, KEY_MAX = 64 };

static size_t language_index(const char *language)
{
    const char *const *known = moly_languages();
    size_t i = 0;
    while (language && known[i] && strcmp(known[i], language) != 0) {
        i++;
    }
    return known[i] ? i : 0;
}

/* The description is the same for everybody and long, so that it is written once a language. */
moly_status acts_prepare(moly_server *server, moly_error *err)
{
    const char *const *known = moly_languages();
    size_t n = 0;
    while (known[n]) {
        n++;
    }
    server->acts = moly_alloc(n + 1, sizeof *server->acts); /* NULL-terminated */
    bool is_ok = server->acts != NULL;
    for (size_t i = 0; i < n && is_ok; i++) {
        json_t *described = moly_acts_describe(known[i]);
        server->acts[i] = described ? json_dumps(described, JSON_COMPACT) : NULL;
        is_ok = server->acts[i] != NULL;
        json_decref(described);
    }
    return is_ok ? MOLY_OK : MOLY_NO_MEMORY(err);
}

void acts_release(moly_server *server)
{
    for (size_t i = 0; server->acts && server->acts[i]; i++) {
        moly_free(server->acts[i]);
    }
    moly_free(server->acts);
}

moly_status acts_get(request *r, reply *out, moly_error *err)
{
    char *text = r->server->acts[language_index(r->language)];
    out->response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_PERSISTENT);
    out->media_type = "application/json";
    return out->response ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static bool has_field(const moly_act *act, const char *name)
{
    for (size_t i = 0; i < act->declaration.n_params; i++) {
        if (strcmp(act->declaration.params[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Members of the body that are no fields of the act. */
typedef struct signing {
    const char *password, *second_user, *second_password, *second_code; /* of the body's */
} signing;

static moly_status signing_text(const json_t *body, const char *key, const char **text,
                                moly_error *err)
{
    const json_t *value = json_object_get(body, key);
    if (!value || json_is_null(value)) {
        return MOLY_OK;
    }
    return moly_json_get_text(body, key, text, err);
}

static moly_status take_signing(const moly_act *act, const json_t *body, signing *given,
                                json_t **fields, moly_error *err)
{
    /* An act that sets a password has a field of that name; the signer's is the other one then. */
    const char *own = has_field(act, "password") ? "signer_password" : "password";
    moly_status status = signing_text(body, own, &given->password, err);
    if (!status) {
        status = signing_text(body, "second_user", &given->second_user, err);
    }
    if (!status) {
        status = signing_text(body, "second_password", &given->second_password, err);
    }
    if (!status) {
        status = signing_text(body, "second_code", &given->second_code, err);
    }
    if (!status && !given->second_user != !given->second_password) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "second_user and second_password are given together or not at all");
    }
    if (status) {
        return status;
    }
    *fields = json_copy((json_t *)body); /* jansson does not change it */
    (void)json_object_del(*fields, own);
    (void)json_object_del(*fields, "second_user");
    (void)json_object_del(*fields, "second_password");
    (void)json_object_del(*fields, "second_code");
    return *fields ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* The header Idempotency-Key (an IETF draft, httpapi-idempotency-key-header): a client that lost
 * the answer sends the same again, and it is done once. What was asked is kept as a digest. */
static moly_status take_key(const request *r, const json_t *fields, moly_performer *performer,
                            moly_error *err)
{
    const char *key = request_header(r, "Idempotency-Key");
    if (!key) {
        return MOLY_OK;
    }
    size_t n = strlen(key);
    if (n < KEY_MIN || n > KEY_MAX || !target_is_token(key)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "Idempotency-Key has %d to %d letters, digits or hyphens", KEY_MIN,
                         KEY_MAX);
    }
    uint8_t hash[crypto_generichash_BYTES];
    char hex[2 * sizeof hash + 1];
    char *text = moly_json_canonical(fields);
    if (text) {
        (void)crypto_generichash(hash, sizeof hash, (const uint8_t *)text, strlen(text), NULL, 0);
        (void)sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        performer->request = key;
        performer->request_digest = moly_arena_strdup(r->arena, hex);
    }
    moly_free(text);
    return performer->request_digest ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* Files come as base64 in their fields; what the act sees is the hash that they are kept under, so
 * that nobody names a file of this machine or what another act has put. */
static moly_status take_files(request *r, const moly_act *act, const json_t *fields,
                              moly_attachments *files, moly_error *err)
{
    moly_attachment *items = moly_arena_alloc(r->arena, act->declaration.n_params, sizeof *items);
    if (!items) {
        return MOLY_NO_MEMORY(err);
    }
    files->items = items;
    for (size_t i = 0; i < act->declaration.n_params; i++) {
        const moly_param *param = &act->declaration.params[i];
        const json_t *value = json_object_get(fields, param->name);
        if (!moly_act_takes_file(param) || !json_is_string(value)) {
            continue;
        }
        size_t length = json_string_length(value), n = 0;
        unsigned char *data = moly_arena_alloc(r->arena, length + 1, 1);
        const char *text = json_string_value(value);
        if (!data) {
            return MOLY_NO_MEMORY(err);
        }
        if (sodium_base642bin(data, length, text, length, NULL, &n, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: the file's bytes are wanted in base64",
                             param->name);
        }
        items[files->n++] = (moly_attachment){param->name, data, n};
    }
    return MOLY_OK;
}

static moly_status perform(request *r, const moly_act *act, const signing *given, json_t *fields,
                           reply *out, moly_error *err)
{
    moly_identity *identity = NULL, *second = NULL;
    moly_performer performer = {
        .user = r->session.user, .authentication = "session", .language = r->language};
    moly_attachments files = {0};
    moly_status status = take_key(r, fields, &performer, err);
    if (!status) {
        status = take_files(r, act, fields, &files, err);
    }
    if (!status && given->password) {
        status = sign_in(r, r->session.user, given->password, &identity, out, err);
        performer.authentication = "password";
    }
    if (!status && given->second_user) {
        status = sign_in(r, given->second_user, given->second_password, &second, out, err);
    }
    if (!status && given->second_user) {
        status = second_factor_of_signer(r, given->second_user, given->second_code, out, err);
    }
    if (!status) {
        performer.identity = identity;
        performer.second = second;
        status =
            moly_centre_perform_prepared(r->server->ledger, act->declaration.name, fields,
                                         &performer, moly_centre_attach, &files, &out->json, err);
    }
    if (!status) {
        hub_tell(r->server->hub, (int64_t)json_integer_value(json_object_get(out->json, "seq")));
    }
    moly_identity_free(second);
    moly_identity_free(identity);
    return status;
}

static moly_status preview(request *r, const moly_act *act, json_t *fields, reply *out,
                           moly_error *err)
{
    moly_attachments files = {0};
    const moly_performer performer = {
        .user = r->session.user, .authentication = "session", .language = r->language};
    moly_status status = take_files(r, act, fields, &files, err);
    return status ? status
                  : moly_centre_preview_prepared(r->server->ledger, act->declaration.name, fields,
                                                 &performer, moly_centre_attach, &files, &out->json,
                                                 err);
}

static moly_status run(request *r, bool is_preview, reply *out, moly_error *err)
{
    const moly_act *act = NULL;
    json_t *body = NULL, *fields = NULL;
    signing given = {0};
    moly_status status = moly_act_find(r->captured[0], &act, err);
    if (!status) {
        status = request_body(r, &body, err);
    }
    if (!status) {
        status = take_signing(act, body, &given, &fields, err);
    }
    if (!status) {
        status = is_preview ? preview(r, act, fields, out, err)
                            : perform(r, act, &given, fields, out, err);
    }
    json_decref(fields);
    json_decref(body);
    return status;
}

moly_status act_post(request *r, reply *out, moly_error *err)
{
    return run(r, false, out, err);
}

moly_status act_preview_post(request *r, reply *out, moly_error *err)
{
    return run(r, true, out, err);
}

moly_status act_request_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    if (!status) {
        status = moly_centre_find_request(reader, r->captured[0], r->session.user, r->captured[1],
                                          &out->json, err);
    }
    if (!status && !out->json) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "nothing was recorded under this key");
    }
    return status;
}
