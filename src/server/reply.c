/* SPDX-License-Identifier: Apache-2.0 */
/* From what a handler answered to what the client gets. */
#include "inside.h"

#include <string.h>

enum { REAL_DIGITS = 15 };

void reply_free(reply *out)
{
    json_decref(out->json);
    moly_free(out->data);
    if (out->response) {
        MHD_destroy_response(out->response);
    }
    *out = (reply){0};
}

/* The error as every face of Moly writes it; "http" is what is sent. */
static void take_error(const moly_error *err, reply *out)
{
    reply failed = {
        .http = out->http, .retry_after_s = out->retry_after_s, .is_last = out->is_last};
    reply_free(out);
    *out = failed;
    if (out->http == 0) {
        out->http = (unsigned)moly_status_http(err->status);
    }
    out->json = moly_error_json(err);
    json_t *error = json_object_get(out->json, "error");
    (void)json_object_set_new(error, "http", json_integer((json_int_t)out->http));
}

static struct MHD_Response *make_response(reply *out)
{
    if (out->response) {
        struct MHD_Response *response = out->response;
        out->response = NULL;
        return response;
    }
    if (out->json) {
        /* jansson's own writer takes a third of the time of the canonical one; both print the 15
         * digits that moly_json_real() leaves. */
        out->data = json_dumps(out->json, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
        out->length = out->data ? strlen(out->data) : 0;
        out->media_type = "application/json";
    }
    if (!out->data) {
        return out->json ? NULL : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(out->length, out->data, moly_free);
    out->data = response ? NULL : out->data;
    return response;
}

enum MHD_Result reply_send(request *r, moly_status status, const moly_error *err, reply *out)
{
    if (status) {
        take_error(err, out);
    }
    enum MHD_Result is_sent = MHD_NO;
    struct MHD_Response *response = make_response(out);
    if (response && headers_add(r, out, response) &&
        (!out->media_type ||
         MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, out->media_type))) {
        if (out->length > 0) {
            guest_takes_reply(r->guest, out->length);
        }
        is_sent = MHD_queue_response(r->connection, out->http ? out->http : MHD_HTTP_OK, response);
    }
    if (response) {
        MHD_destroy_response(response);
    }
    reply_free(out);
    return is_sent;
}
