/* SPDX-License-Identifier: Apache-2.0 */
/* codes of a telephone at signing in, and the way to one. */
#include <string.h>

#include "inside.h"
#include "moly/base/memory.h"
#include "moly/ledger/second_factor.h"
#include "moly/report/qr.h"

/* From another machine than this. */
static bool is_remote(const char *address)
{
    return strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0 &&
           strncmp(address, "::ffff:127.", 11) != 0;
}

moly_status second_factor_is_needed(request *r, const json_t *person, bool *is_needed,
                                    moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_needs_second_factor(reader, request_site(r), person,
                                                    is_remote(r->address), is_needed, err);
}

/* Wrong codes are counted as wrong passwords are: for the person by the ledger, for the address
 * here. */
moly_status second_factor_check(request *r, const char *user, const char *code, reply *out,
                                moly_error *err)
{
    moly_server *server = r->server;
    out->retry_after_s = rate_take(server->rates, r->address, server_now_s());
    if (out->retry_after_s > 0) {
        return REPLY_FAIL(out, MHD_HTTP_TOO_MANY_REQUESTS, err, MOLY_ERR_SIGN_IN,
                          "too many wrong passwords came from %s; try again in %u s", r->address,
                          out->retry_after_s);
    }
    moly_status status = moly_ledger_check_second_factor(server->ledger, user, code, err);
    if (status != MOLY_ERR_SIGN_IN || !code) {
        rate_give_back(server->rates, r->address);
    }
    return status;
}

moly_status second_factor_of_signer(request *r, const char *user, const char *code, reply *out,
                                    moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    json_t *person = NULL;
    bool is_needed = false;
    moly_status status = request_reader(r, &reader, err);
    status = status ? status : moly_ledger_record(reader, "person", user, &person, err);
    if (!status && moly_person_has_second_factor(person)) {
        status = second_factor_check(r, user, code, out, err);
    } else if (!status) {
        status = second_factor_is_needed(r, person, &is_needed, err);
        if (!status && is_needed) {
            status = moly_fail(err, MOLY_ERR_FORBIDDEN, "R-12", __FILE__, __LINE__,
                               "%s signs with a second factor here, and has none yet", user);
        }
    }
    json_decref(person);
    return status;
}

moly_status second_factor_post(request *r, reply *out, moly_error *err)
{
    char *svg = NULL, *terminal = NULL;
    if (moly_person_has_second_factor(r->person)) {
        return moly_fail(err, MOLY_ERR_RULE, "R-12", __FILE__, __LINE__,
                         "%s has a second factor; two other persons remove it first "
                         "(centre.end_second_factor)",
                         r->session.user);
    }
    moly_status status =
        moly_ledger_offer_second_factor(r->server->ledger, r->session.user, &out->json, err);
    if (!status) {
        status = moly_qr_code(json_string_value(json_object_get(out->json, "uri")), &svg, &terminal,
                              err);
    }
    if (!status && json_object_set_new(out->json, "svg", json_string(svg)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    moly_free(svg);
    moly_free(terminal);
    return status;
}
