/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, and devices that answer on a pseudo-terminal and over TCP. */
#include "testing.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inside.h"

static const moly_device_driver *driver_named(const char *name)
{
    const moly_device_driver *driver = NULL;
    moly_error err = {0};
    assert_ok(moly_device_driver_find(name, &driver, &err), err);
    return driver;
}

/* The text in a right frame of the CRC-35R. */
static moly_device_frame framed(const char *text)
{
    moly_device_frame frame = {0};
    assert_true(frame_wrap(text, strlen(text), &frame));
    return frame;
}

static void refused(const moly_device_driver *driver, const moly_device_frame *frame,
                    moly_status expected, const char *piece)
{
    moly_device_reading reading;
    moly_error err = {0};
    moly_status status = moly_device_parse(driver, frame->bytes, frame->length, &reading, &err);
    if (status != expected || !strstr(err.message, piece)) {
        fail_msg("wanted '%s', got %s: %s", piece, moly_status_name(status), err.message);
    }
    /* nothing but the bytes */
    assert_int_equal(reading.raw.length, frame->length);
    assert_memory_equal(reading.raw.bytes, frame->bytes, frame->length);
    assert_true(reading.value == 0.0 && reading.nuclide[0] == '\0');
}

/* REQUIREMENTS.md, "Device protocols actually found": chk = ((2 + 0x41 + len + sum(cmd)) & 0x7f) +
 * 0x21; for R1 that is (2 + 0x43 + 0x52 + 0x31 = 0xc8) & 0x7f = 0x48, + 0x21 = 0x69. */
static void the_request_of_the_crc35r_is_framed_as_published(void **state)
{
    (void)state;
    moly_device_frame request;
    char hex[40];
    moly_device_request(driver_named("capintec-crc35r"), &request);
    moly_device_hex(request.bytes, request.length, hex);
    assert_string_equal(hex, "024352316903");
}

/* An older program took 4 for kBq: 370 MBq were 370 kBq, wrong by 1000. */
static void unit_codes_of_the_crc35r_are_kilo_mega_and_gigabecquerel(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double bq;
    } cases[] = {{"DR1,TC99M , 370.03", 370.0e3},
                 {"DR1,TC99M , 370.04", 370.0e6},
                 {"DR1,TC99M ,  1.205", 1.20e9}};
    for (size_t i = 0; i < 3; i++) {
        moly_device_reading reading;
        moly_error err = {0};
        moly_device_frame frame = framed(cases[i].text);
        assert_ok(moly_device_parse(driver_named("capintec-crc35r"), frame.bytes, frame.length,
                                    &reading, &err),
                  err);
        assert_relative(reading.value, cases[i].bq, 1e-15);
        assert_string_equal(reading.nuclide, "Tc-99m");
        assert_int_equal(reading.quantity, MOLY_DEVICE_ACTIVITY);
    }
}

/* EVIDENCE: R-31 a message that is short, padded otherwise, has a bad checksum, an unknown unit or
 * an unknown nuclide is refused, and its bytes are kept */
static void a_message_that_is_not_exact_is_refused_and_its_bytes_are_kept(void **state)
{
    (void)state;
    const moly_device_driver *crc = driver_named("capintec-crc35r");
    moly_device_frame frame = framed("DR1,TC99M ,370.04");
    refused(crc, &frame, MOLY_ERR_DATA, "17 characters, 18 are wanted");
    frame = framed("DR1,TC99M , 370.04");
    frame.length -= 4;
    refused(crc, &frame, MOLY_ERR_DATA, "short");
    frame = framed("DR1, TC99M, 370.04");
    refused(crc, &frame, MOLY_ERR_UNKNOWN, "padded otherwise");
    frame = framed("DR1,TC99M ,370.0 4");
    refused(crc, &frame, MOLY_ERR_DATA, "padded otherwise");
    frame = framed("DR1,TC99M , 370.02");
    refused(crc, &frame, MOLY_ERR_UNKNOWN, "unit '2'");
    frame = framed("DR1,XX99M , 370.04");
    refused(crc, &frame, MOLY_ERR_UNKNOWN, "nuclide 'XX99M '");
    frame = framed("DR1,TC99M ,------4");
    refused(crc, &frame, MOLY_ERR_DATA, "no number");
    frame = framed("DR2,TC99M , 370.04");
    refused(crc, &frame, MOLY_ERR_DATA, "not laid out");
    frame = framed("DR1,TC99M , 370.04");
    frame.bytes[12] = '9';
    refused(crc, &frame, MOLY_ERR_DATA, "checksum");
    const moly_device_driver *vdc = driver_named("veenstra-vdc404");
    frame = (moly_device_frame){.length = 18, .bytes = "Tc-99m:  370.0 MBq"};
    refused(vdc, &frame, MOLY_ERR_DATA, "18 characters, 17 are wanted");
    frame = (moly_device_frame){.length = 17, .bytes = "Tc-99m: 370.0 mCi"};
    refused(vdc, &frame, MOLY_ERR_UNKNOWN, "unit 'mCi'");
}

static void a_line_of_the_vdc404_is_read(void **state)
{
    (void)state;
    static const char line[] = "Tc-99m: 370.0 MBq\r\n";
    moly_device_reading reading;
    moly_error err = {0};
    assert_ok(moly_device_parse(driver_named("veenstra-vdc404"), (const unsigned char *)line,
                                strlen(line), &reading, &err),
              err);
    assert_relative(reading.value, 370e6, 1e-15);
    assert_string_equal(reading.nuclide, "Tc-99m");
    json_t *json = moly_device_reading_json(&reading);
    assert_string_equal(json_string_value(json_object_get(json, "raw")),
                        "54632d39396d3a203337302e30204d42710d0a");
    assert_string_equal(json_string_value(json_object_get(json, "raw_text")),
                        "Tc-99m: 370.0 MBq<0D><0A>");
    assert_relative(json_number_value(json_object_get(json, "activity_bq")), 370e6, 1e-15);
    json_decref(json);
}

static void nuclides_are_known_by_their_usual_spellings(void **state)
{
    (void)state;
    const moly_device_driver *crc = driver_named("capintec-crc35r");
    assert_string_equal(nuclide_of(crc, "Tc99m"), "Tc-99m");
    assert_string_equal(nuclide_of(crc, "99mTc"), "Tc-99m");
    assert_string_equal(nuclide_of(crc, "I 131"), "I-131");
    assert_string_equal(nuclide_of(crc, "177LU"), "Lu-177");
    assert_null(nuclide_of(crc, "Tc-99"));
    assert_null(nuclide_of(crc, "99"));
    assert_null(nuclide_of(crc, ""));
}

static void hexadecimal_reads_back_and_nothing_else_is_taken(void **state)
{
    (void)state;
    moly_device_frame frame;
    moly_error err = {0};
    char hex[16];
    assert_ok(moly_device_unhex("02aB69", &frame, &err), err);
    moly_device_hex(frame.bytes, frame.length, hex);
    assert_string_equal(hex, "02ab69");
    assert_int_equal(moly_device_unhex("02a", &frame, &err), MOLY_ERR_DATA);
    assert_int_equal(moly_device_unhex("0g", &frame, NULL), MOLY_ERR_DATA);
    assert_int_equal(moly_device_unhex("", &frame, NULL), MOLY_ERR_DATA);
}

/* ---- a device that answers ------------------------------------------------------------------ */

typedef struct device {
    moly_device_simulator *simulator;
    const char *path;
    moly_device_simulation simulation;
    moly_instant now;
    moly_clock clock;
    pthread_t thread;
    atomic_bool is_done;
    size_t n_answers;
} device;

static void *be_a_device(void *context)
{
    device *d = context;
    while (!atomic_load(&d->is_done)) {
        if (moly_device_simulator_serve(d->simulator, &d->simulation, &d->clock, 0.05,
                                        &d->n_answers, NULL)) {
            break;
        }
    }
    return NULL;
}

static void begin_device(device *d, const char *driver, moly_device_fault fault)
{
    moly_error err = {0};
    *d = (device){.now = {1795413600000000LL}};
    d->clock = moly_clock_fixed(&d->now);
    d->simulation = (moly_device_simulation){.driver = driver_named(driver),
                                             .nuclide = "Tc-99m",
                                             .value = 370e6,
                                             .half_life_s = 6.0067 * 3600.0,
                                             .from = d->now,
                                             .fault = fault};
    assert_ok(moly_device_simulator_open(&d->simulator, &d->path, &err), err);
    assert_int_equal(pthread_create(&d->thread, NULL, be_a_device, d), 0);
}

static void end_device(device *d)
{
    atomic_store(&d->is_done, true);
    assert_int_equal(pthread_join(d->thread, NULL), 0);
    moly_device_simulator_close(d->simulator);
}

static moly_status read_device(device *d, moly_device_reading *reading, moly_error *err)
{
    moly_device_port *port = NULL;
    const moly_device_driver *driver = d->simulation.driver;
    assert_ok(moly_device_port_open(d->path, &driver->settings, &port, err), *err);
    moly_status status = moly_device_read(port, driver, &d->clock, NULL, reading, err);
    moly_device_port_close(port);
    return status;
}

static void a_calibrator_on_a_pseudo_terminal_is_read_until_it_is_stable(void **state)
{
    (void)state;
    device d;
    moly_device_reading reading;
    moly_error err = {0};
    begin_device(&d, "capintec-crc35r", MOLY_DEVICE_NO_FAULT);
    assert_ok(read_device(&d, &reading, &err), err);
    assert_relative(reading.value, 370e6, 1e-12);
    assert_int_equal(reading.n_readings, 3);
    assert_true(reading.at.us == d.now.us);
    /* the same device, read again by another program */
    assert_ok(read_device(&d, &reading, &err), err);
    end_device(&d);
    assert_true(d.n_answers >= 6);
}

static void the_simulated_activity_decays_by_the_clock(void **state)
{
    (void)state;
    moly_device_frame frame;
    moly_device_reading reading;
    moly_error err = {0};
    const moly_device_simulation s = {.driver = driver_named("capintec-crc35r"),
                                      .nuclide = "Tc-99m",
                                      .value = 370e6,
                                      .half_life_s = 6.0067 * 3600.0};
    assert_ok(moly_device_simulate(&s, moly_instant_add_s(s.from, s.half_life_s), &frame, &err),
              err);
    assert_ok(moly_device_parse(s.driver, frame.bytes, frame.length, &reading, &err), err);
    assert_relative(reading.value, 185e6, 1e-12);
}

static void each_fault_is_refused_over_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *driver;
        moly_device_fault fault;
        moly_status status;
        const char *piece;
    } cases[] = {
        {"capintec-crc35r", MOLY_DEVICE_SHORT, MOLY_ERR_DATA, "17 characters"},
        {"capintec-crc35r", MOLY_DEVICE_PADDING, MOLY_ERR_UNKNOWN, "padded otherwise"},
        {"capintec-crc35r", MOLY_DEVICE_UNIT, MOLY_ERR_UNKNOWN, "unit '9'"},
        {"capintec-crc35r", MOLY_DEVICE_CHECKSUM, MOLY_ERR_DATA, "checksum"},
        {"veenstra-vdc404", MOLY_DEVICE_PADDING, MOLY_ERR_DATA, "18 characters"},
        {"veenstra-vdc404", MOLY_DEVICE_UNIT, MOLY_ERR_UNKNOWN, "unit 'MB9'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        device d;
        moly_device_reading reading;
        moly_error err = {0};
        begin_device(&d, cases[i].driver, cases[i].fault);
        moly_status status = read_device(&d, &reading, &err);
        end_device(&d);
        if (status != cases[i].status || !strstr(err.message, cases[i].piece)) {
            fail_msg("%zu: %s: %s", i, moly_status_name(status), err.message);
        }
        assert_true(reading.raw.length > 10);
    }
}

static void a_device_that_says_nothing_is_given_up(void **state)
{
    (void)state;
    device d;
    moly_device_reading reading;
    moly_error err = {0};
    begin_device(&d, "capintec-crc35r", MOLY_DEVICE_NO_FAULT);
    /* asked in another protocol, it does not answer */
    moly_device_driver other = *d.simulation.driver;
    moly_device_port *port = NULL;
    other.request = "Q7";
    other.timeout_s = 0.6;
    assert_ok(moly_device_port_open(d.path, &other.settings, &port, &err), err);
    assert_int_equal(moly_device_read(port, &other, &d.clock, NULL, &reading, &err), MOLY_ERR_IO);
    assert_non_null(strstr(err.message, "nothing came in 0.6 s"));
    moly_device_port_close(port);
    end_device(&d);
}

/* ---- TCP ------------------------------------------------------------------------------------ */

static void *send_lines(void *context)
{
    int *listener = context;
    int fd = accept(*listener, NULL, NULL);
    static const char line[] = "noise\r\nF-18  : 98.40 MBq\r\n";
    /* what was under way when we came is no message of ours: the first line is refused */
    (void)!write(fd, line + 7, sizeof line - 8);
    (void)close(fd);
    return NULL;
}

static void a_device_behind_a_network_port_is_read(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    pthread_t thread;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pthread_create(&thread, NULL, send_lines, &listener), 0);
    char where[40];
    (void)snprintf(where, sizeof where, "tcp:127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    const moly_device_driver *driver = driver_named("veenstra-vdc404");
    moly_device_port *port = NULL;
    moly_device_reading reading;
    moly_error err = {0};
    const moly_clock clock = moly_clock_system();
    assert_ok(moly_device_port_open(where, &driver->settings, &port, &err), err);
    assert_int_equal(moly_device_read(port, driver, &clock, NULL, &reading, &err),
                     MOLY_ERR_UNKNOWN); /* "F-18  " is padded, the line is not laid out so */
    moly_device_port_close(port);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)close(listener);
    err = (moly_error){0};
    assert_int_equal(moly_device_port_open(where, &driver->settings, &port, &err), MOLY_ERR_IO);
    assert_int_equal(moly_device_port_open("tcp:nowhere", &driver->settings, &port, NULL),
                     MOLY_ERR_USAGE);
    assert_int_equal(moly_device_port_open("/dev/tty-none", &driver->settings, &port, NULL),
                     MOLY_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_of_the_crc35r_is_framed_as_published),
        cmocka_unit_test(unit_codes_of_the_crc35r_are_kilo_mega_and_gigabecquerel),
        cmocka_unit_test(a_message_that_is_not_exact_is_refused_and_its_bytes_are_kept),
        cmocka_unit_test(a_line_of_the_vdc404_is_read),
        cmocka_unit_test(nuclides_are_known_by_their_usual_spellings),
        cmocka_unit_test(hexadecimal_reads_back_and_nothing_else_is_taken),
        cmocka_unit_test(a_calibrator_on_a_pseudo_terminal_is_read_until_it_is_stable),
        cmocka_unit_test(the_simulated_activity_decays_by_the_clock),
        cmocka_unit_test(each_fault_is_refused_over_the_line),
        cmocka_unit_test(a_device_that_says_nothing_is_given_up),
        cmocka_unit_test(a_device_behind_a_network_port_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
