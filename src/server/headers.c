/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that every reply carries: what a browser must not do with it. */
#include "inside.h"

/* Everything comes from this server; images may also be made in the page (blob:) or stand in a
 * script (data:, the viewer's letters). Tried with the viewer in Chromium. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
static const char data_policy[] = "default-src 'none'; frame-ancestors 'none'";

typedef struct header {
    const char *name, *value;
} header;

static const header always[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

bool headers_add(const request *r, const reply *out, struct MHD_Response *response)
{
    bool is_page = !r->route && !out->json;
    char wait[16];
    (void)snprintf(wait, sizeof wait, "%u", out->retry_after_s);
    const header own[] = {
        {"Content-Security-Policy", is_page ? page_policy : data_policy},
        {"Cache-Control", out->cache ? out->cache : "no-store"},
        {"Strict-Transport-Security", r->server->has_tls ? "max-age=31536000" : NULL},
        {"Retry-After", out->retry_after_s > 0 ? wait : NULL},
        {"Connection", out->is_last ? "close" : NULL},
        {"Set-Cookie", out->cookie},
        {"ETag", out->etag},
        {"WWW-Authenticate", out->http == MHD_HTTP_UNAUTHORIZED ? "Bearer realm=\"moly\"" : NULL},
    };
    bool is_ok = true;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        is_ok = is_ok && MHD_add_response_header(response, always[i].name, always[i].value);
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        is_ok = is_ok &&
                (!own[i].value || MHD_add_response_header(response, own[i].name, own[i].value));
    }
    return is_ok;
}
