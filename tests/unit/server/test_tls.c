/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS with a certificate made here, and what is said of certificates that are none. */
#include "serving.h"

#include <gnutls/x509.h>
#include <time.h>

static served s;
static char certificate[200], key[200], other_key[200], no_pem[200];

static void write_file(const char *path, const char *text, size_t n)
{
    moly_error err = {0};
    assert_ok(moly_file_write(path, text, n, &err), err);
}

static gnutls_x509_privkey_t make_key(const char *path)
{
    gnutls_x509_privkey_t made = NULL;
    gnutls_datum_t pem = {0};
    assert_int_equal(gnutls_x509_privkey_init(&made), 0);
    assert_int_equal(gnutls_x509_privkey_generate(made, GNUTLS_PK_ECDSA,
                                                  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                                  0),
                     0);
    assert_int_equal(gnutls_x509_privkey_export2(made, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file(path, (const char *)pem.data, pem.size);
    gnutls_free(pem.data);
    return made;
}

/* Signed by itself, for 127.0.0.1, from yesterday until tomorrow. */
static void make_certificate(gnutls_x509_privkey_t owner, const char *path)
{
    gnutls_x509_crt_t made = NULL;
    gnutls_datum_t pem = {0};
    const unsigned char serial[] = {1}, loopback[] = {127, 0, 0, 1};
    time_t now = time(NULL);
    assert_int_equal(gnutls_x509_crt_init(&made), 0);
    assert_int_equal(gnutls_x509_crt_set_version(made, 3), 0);
    assert_int_equal(gnutls_x509_crt_set_serial(made, serial, sizeof serial), 0);
    assert_int_equal(gnutls_x509_crt_set_dn(made, "CN=moly test", NULL), 0);
    assert_int_equal(gnutls_x509_crt_set_activation_time(made, now - 86400), 0);
    assert_int_equal(gnutls_x509_crt_set_expiration_time(made, now + 86400), 0);
    assert_int_equal(gnutls_x509_crt_set_subject_alt_name(made, GNUTLS_SAN_IPADDRESS, loopback,
                                                          sizeof loopback, GNUTLS_FSAN_SET),
                     0);
    assert_int_equal(gnutls_x509_crt_set_basic_constraints(made, 1, -1), 0);
    assert_int_equal(gnutls_x509_crt_set_key(made, owner), 0);
    assert_int_equal(gnutls_x509_crt_sign2(made, made, owner, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crt_export2(made, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file(path, (const char *)pem.data, pem.size);
    gnutls_free(pem.data);
    gnutls_x509_crt_deinit(made);
}

static int start(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    centre_open(&s.c, "KG");
    (void)snprintf(certificate, sizeof certificate, "%s/site.crt", s.c.folder);
    (void)snprintf(key, sizeof key, "%s/site.key", s.c.folder);
    (void)snprintf(other_key, sizeof other_key, "%s/other.key", s.c.folder);
    (void)snprintf(no_pem, sizeof no_pem, "%s/no.pem", s.c.folder);
    gnutls_x509_privkey_t own = make_key(key), other = make_key(other_key);
    make_certificate(own, certificate);
    gnutls_x509_privkey_deinit(own);
    gnutls_x509_privkey_deinit(other);
    write_file(no_pem, "MZ\x90", 3);
    moly_error err = {0};
    const moly_server_options options = {
        .url = s.c.url, .clock = &s.c.clock, .certificate = certificate, .key = key};
    assert_ok(moly_server_start(&options, &s.server, &err), err);
    (void)snprintf(s.base, sizeof s.base, "https://127.0.0.1:%u",
                   (unsigned)moly_server_port(s.server));
    s.authority = certificate;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static void a_session_over_tls_has_a_secure_cookie_and_asks_for_tls_from_now_on(void **state)
{
    (void)state;
    answer got =
        ask(&s, "POST", "/api/login",
            (asking){.body = "{\"user\":\"technologist\",\"password\":\"technologist-moly\"}"});
    assert_http(&got, 200);
    assert_non_null(
        strstr(moly_text_get(&got.headers), "; Path=/api; HttpOnly; SameSite=Strict; Secure\r\n"));
    assert_non_null(
        strstr(moly_text_get(&got.headers), "Strict-Transport-Security: max-age=31536000\r\n"));
    signed_in who;
    (void)snprintf(who.token, sizeof who.token, "%s", text_in(got.json, "token"));
    answer_free(&got);
    expect(&s, 200, "GET", "/api/today", (asking){.token = who.token});
    expect(&s, 401, "GET", "/api/today", (asking){0});
}

/* What curl says to a server that it does not trust, or that does not speak its language. */
static CURLcode reach(const char *url, const char *authority, long tls)
{
    CURL *curl = curl_easy_init();
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    (void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, tls);
    if (authority) {
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
    }
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    return code;
}

static void who_does_not_trust_the_certificate_or_speaks_no_modern_tls_gets_nothing(void **state)
{
    (void)state;
    char url[120], plain[120];
    (void)snprintf(url, sizeof url, "%s/api/health", s.base);
    (void)snprintf(plain, sizeof plain, "http%s", url + strlen("https"));
    assert_int_equal(reach(url, certificate, CURL_SSLVERSION_DEFAULT), CURLE_OK);
    assert_int_equal(reach(url, certificate, CURL_SSLVERSION_TLSv1_3), CURLE_OK);
    assert_int_equal(reach(url, NULL, CURL_SSLVERSION_DEFAULT), CURLE_PEER_FAILED_VERIFICATION);
    assert_int_equal(reach(url, certificate, CURL_SSLVERSION_TLSv1_1 | CURL_SSLVERSION_MAX_TLSv1_1),
                     CURLE_SSL_CONNECT_ERROR);
    assert_int_not_equal(reach(plain, NULL, CURL_SSLVERSION_DEFAULT), CURLE_OK);
}

static void assert_refused(const char *crt, const char *pem_key, moly_status wanted, int exit_code,
                           const char *part)
{
    moly_error err = {0};
    moly_server *server = NULL;
    const moly_server_options options = {
        .url = s.c.url, .clock = &s.c.clock, .certificate = crt, .key = pem_key};
    assert_fails(moly_server_start(&options, &server, &err), wanted, part, err);
    assert_int_equal(moly_status_exit_code(wanted), exit_code);
    assert_null(server);
}

static void a_wrong_certificate_or_key_is_named_with_its_file(void **state)
{
    (void)state;
    char broken[200];
    (void)snprintf(broken, sizeof broken, "%s/broken.crt", s.c.folder);
    static const char text[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    write_file(broken, text, sizeof text - 1);
    assert_refused("/nowhere.crt", key, MOLY_ERR_NOT_FOUND, 66, "/nowhere.crt");
    assert_refused(certificate, "/nowhere.key", MOLY_ERR_NOT_FOUND, 66, "/nowhere.key");
    assert_refused(certificate, NULL, MOLY_ERR_USAGE, 2, "together");
    assert_refused(no_pem, key, MOLY_ERR_DATA, 65, "no certificate in PEM form");
    assert_refused(certificate, no_pem, MOLY_ERR_DATA, 65, "no private key in PEM form");
    assert_refused(key, certificate, MOLY_ERR_DATA, 65, "no certificate in PEM form");
    assert_refused(broken, key, MOLY_ERR_DATA, 65, "broken.crt");
    assert_refused(certificate, other_key, MOLY_ERR_DATA, 65, "other.key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_over_tls_has_a_secure_cookie_and_asks_for_tls_from_now_on),
        cmocka_unit_test(who_does_not_trust_the_certificate_or_speaks_no_modern_tls_gets_nothing),
        cmocka_unit_test(a_wrong_certificate_or_key_is_named_with_its_file),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
