/* SPDX-License-Identifier: Apache-2.0 */
/* moly device list, read, simulate: dose calibrators, counters, meters and balances. */
#include "cli.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moly/device/device.h"
#include "moly/nuclide/nuclide.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* ---- list ----------------------------------------------------------------------------------- */

struct list_args {
    int unused;
};

static moly_status run_list(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)args;
    (void)run;
    size_t n = 0;
    const moly_device_driver *drivers = moly_device_drivers(&n);
    json_t *rows = json_array();
    int failed = rows ? 0 : -1;
    for (size_t i = 0; i < n && !failed; i++) {
        const moly_device_driver *d = &drivers[i];
        char settings[40];
        (void)snprintf(settings, sizeof settings, "%d %d%c%d", d->settings.baud, d->settings.bits,
                       d->settings.parity, d->settings.stop_bits);
        json_t *units = json_array();
        for (size_t u = 0; u < d->n_units; u++) {
            failed |= json_array_append_new(
                units, json_pack("{s:s, s:o, s:s}", "text", d->units[u].text, "factor",
                                 moly_json_real(d->units[u].factor), "unit",
                                 moly_device_quantity_unit(d->units[u].quantity)));
        }
        failed |= json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:s}", "name", d->name, "kind",
                            d->kind, "model", d->model, "settings", settings, "pattern", d->pattern,
                            "is_asked", d->request != NULL, "units", units, "source", d->source));
    }
    *result = failed ? NULL : json_pack("{s:O}", "results", rows);
    json_decref(rows);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static const moly_column list_columns[] = {
    {"name", "Name", MOLY_DIM_NONE, 0},         {"model", "Model", MOLY_DIM_NONE, 0},
    {"settings", "Port", MOLY_DIM_NONE, 0},     {"pattern", "Message", MOLY_DIM_NONE, 0},
    {"is_asked", "Is asked", MOLY_DIM_NONE, 0}, {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_view list_view = {NULL, "results", list_columns, N(list_columns)};

const moly_command cli_device_list_command = {
    .declaration = {.name = "device list",
                    .summary = "List the instruments that Moly can read",
                    .description = "Others that send lines of text are read by a file that "
                                   "describes them: data/devices has one of a balance.",
                    .example = "moly device list",
                    .args_size = sizeof(struct list_args)},
    .views = &list_view,
    .n_views = 1,
    .run = run_list,
};

/* ---- which driver ---------------------------------------------------------------------------- */

/* A name, or the path of a file. */
static moly_status open_driver(const char *name, moly_arena *arena,
                               const moly_device_driver **driver, moly_error *err)
{
    enum { MOST_BYTES = 65536 };
    size_t n = strlen(name), length = 0;
    char *text = NULL;
    bool is_file = strchr(name, '/') || (n > 7 && strcmp(name + n - 7, ".driver") == 0);
    if (!is_file) {
        return moly_device_driver_find(name, driver, err);
    }
    moly_status status = moly_file_read(name, MOST_BYTES, &text, &length, err);
    if (!status) {
        status = moly_device_driver_parse(text, length, arena, driver, err);
        if (status) {
            moly_error_context(err, "%.80s", name);
        }
    }
    moly_free(text);
    return status;
}

static moly_status find_nuclide(const char *name, const moly_nuclide **nuclide, moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index = 0;
    moly_status status = moly_nuclide_find(set, name, &index, err);
    if (!status) {
        *nuclide = moly_nuclide_at(set, index);
    }
    return status;
}

#define DRIVER_PARAM(args)                                                                         \
    {                                                                                              \
        .name = "driver", MOLY_TEXT(args, driver), .pattern_hint = "DRIVER", .is_required = true,  \
        .is_positional = true, .help = "its name in moly device list, or a file that describes it" \
    }

/* ---- read ------------------------------------------------------------------------------------ */

struct read_args {
    const char *driver, *port, *nuclide;
};

static const moly_param read_params[] = {
    DRIVER_PARAM(struct read_args),
    {.name = "port",
     .letter = 'p',
     MOLY_TEXT(struct read_args, port),
     .pattern_hint = "PORT",
     .is_required = true,
     .help = "/dev/ttyUSB0, or tcp:HOST:PORT"},
    {.name = "nuclide",
     .letter = 'n',
     MOLY_TEXT(struct read_args, nuclide),
     .pattern_hint = "NUCLIDE",
     .help = "what is measured; a device that is set to another one is refused"},
};

/* a calibrator that is set to another nuclide shows a wrong activity of the right one. */
static moly_status check_nuclide(const char *wanted, const moly_device_reading *reading,
                                 moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    if (!wanted) {
        return MOLY_OK;
    }
    moly_status status = find_nuclide(wanted, &nuclide, err);
    if (!status && strcmp(nuclide->name, reading->nuclide) != 0) {
        char hex[2 * MOLY_DEVICE_FRAME_MAX + 1];
        moly_device_hex(reading->raw.bytes, reading->raw.length, hex);
        status =
            MOLY_REFUSE(err, "R-31",
                        "the device is set to %s, %s is measured; set it and measure again "
                        "(raw bytes %.300s)",
                        reading->nuclide[0] ? reading->nuclide : "no nuclide", nuclide->name, hex);
    }
    return status;
}

static moly_status run_read(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    const struct read_args *given = args;
    const moly_device_driver *driver = NULL;
    moly_device_port *port = NULL;
    moly_device_reading reading;
    moly_status status = open_driver(given->driver, run->arena, &driver, err);
    if (!status) {
        status = moly_device_port_open(given->port, &driver->settings, &port, err);
    }
    if (!status) {
        status = moly_device_read(port, driver, &run->clock, run->progress, &reading, err);
    }
    if (!status) {
        status = check_nuclide(given->nuclide, &reading, err);
    }
    if (!status) {
        *result = moly_device_reading_json(&reading);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_device_port_close(port);
    return status;
}

static const moly_column read_columns[] = {
    {"quantity", "Quantity", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 5},
    {"dose_rate_sv_per_h", "Dose rate", MOLY_DIM_DOSE_RATE, 5},
    {"count_rate_per_s", "Counts per second", MOLY_DIM_NONE, 6},
    {"counts", "Counts", MOLY_DIM_NONE, 9},
    {"mass_g", "Mass", MOLY_DIM_MASS, 9},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"readings", "Readings that agree", MOLY_DIM_NONE, 0},
    {"spread", "Spread", MOLY_DIM_FRACTION, 3},
    {"raw_text", "As it came", MOLY_DIM_NONE, 0},
};
static const moly_view read_view = {NULL, "", read_columns, N(read_columns)};

const moly_command cli_device_read_command = {
    .declaration = {.name = "device read",
                    .summary = "Read an instrument until its reading is stable",
                    .description =
                        "The bytes of the message are kept beside the value (\"raw\"); "
                        "instrument.take_reading enters them into the records. A message that is "
                        "short, padded otherwise, has a bad checksum or an unknown unit or nuclide "
                        "is refused with its bytes.",
                    .example =
                        "moly device read capintec-crc35r --port crc35r.pty --nuclide Tc-99m",
                    .params = read_params,
                    .n_params = N(read_params),
                    .args_size = sizeof(struct read_args)},
    .views = &read_view,
    .n_views = 1,
    .run = run_read,
};

/* ---- simulate -------------------------------------------------------------------------------- */

struct simulate_args {
    const char *driver, *nuclide;
    double activity_bq, value, for_s;
    int fault, is_pty;
    int64_t readings;
};

static const moly_param simulate_params[] = {
    DRIVER_PARAM(struct simulate_args),
    {.name = "pty",
     MOLY_BOOL(struct simulate_args, is_pty),
     .help = "be on a pseudo-terminal and print its path; without it, print one message"},
    {.name = "nuclide",
     .letter = 'n',
     MOLY_TEXT(struct simulate_args, nuclide),
     .pattern_hint = "NUCLIDE",
     .fallback = "Tc-99m",
     .help = "what it is set to; the activity decays by the clock"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct simulate_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e15,
     .fallback = "370 MBq",
     .help = "in its well when it begins"},
    {.name = "value",
     MOLY_F64(struct simulate_args, value),
     .min = -1e9,
     .max = 1e15,
     .help = "what a device shows that measures no activity, in g, Sv/h, counts or 1/s"},
    {.name = "fault",
     MOLY_CHOICE(struct simulate_args, fault),
     .choices = moly_device_fault_words,
     .fallback = "none",
     .help = "what is wrong with its messages"},
    {.name = "readings",
     MOLY_I64(struct simulate_args, readings),
     .min = 1,
     .max = 1000000000,
     .help = "stop after so many answers; without it, on a signal"},
    {.name = "for",
     MOLY_F64(struct simulate_args, for_s),
     .dim = MOLY_DIM_TIME,
     .min = 0.0,
     .max = 365.0 * 86400.0,
     .help = "stop after this time"},
};

static double elapsed_s(const struct timespec *begin)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - begin->tv_sec) + 1e-9 * (double)(t.tv_nsec - begin->tv_nsec);
}

/* A simulated clock goes on from where it was set. */
typedef struct running_clock {
    moly_instant from;
    struct timespec begin;
} running_clock;

static moly_instant running_now(const void *context)
{
    const running_clock *running = context;
    return moly_instant_add_s(running->from, elapsed_s(&running->begin));
}

static moly_status serve(const struct simulate_args *given,
                         const moly_device_simulation *simulation, const moly_run *run,
                         moly_error *err)
{
    moly_device_simulator *simulator = NULL;
    const char *path = NULL;
    size_t n_answers = 0;
    running_clock running = {.from = simulation->from};
    (void)clock_gettime(CLOCK_MONOTONIC, &running.begin);
    const moly_clock clock = {running_now, &running, true};
    double end_s = isfinite(given->for_s) ? given->for_s : INFINITY;
    size_t most = given->readings > 0 ? (size_t)given->readings : SIZE_MAX;
    moly_status status = moly_device_simulator_open(&simulator, &path, err);
    if (!status) {
        (void)printf("%s\n", path);
        status = fflush(stdout) == 0 ? MOLY_OK : MOLY_FAIL(err, MOLY_ERR_IO, "no output");
    }
    while (!status && n_answers < most && elapsed_s(&running.begin) < end_s &&
           !run->progress->is_cancelled(run->progress->context)) {
        status = moly_device_simulator_serve(simulator, simulation, &clock, 0.2, &n_answers, err);
    }
    moly_device_simulator_close(simulator);
    return status;
}

static moly_status run_simulate(const void *args, const moly_run *run, json_t **result,
                                moly_error *err)
{
    const struct simulate_args *given = args;
    const moly_nuclide *nuclide = NULL;
    moly_device_simulation simulation = {.from = moly_clock_now(&run->clock),
                                         .fault = (moly_device_fault)given->fault};
    moly_device_frame frame;
    moly_device_reading reading;
    moly_status status = open_driver(given->driver, run->arena, &simulation.driver, err);
    if (status) {
        return status;
    }
    if (simulation.driver->units[0].quantity == MOLY_DEVICE_ACTIVITY) {
        status = find_nuclide(given->nuclide, &nuclide, err);
        simulation.value = given->activity_bq;
        simulation.nuclide = status ? NULL : nuclide->name;
        simulation.half_life_s = status ? 0.0 : nuclide->half_life_s;
    } else if (isfinite(given->value)) {
        simulation.value = given->value;
    } else {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "value is required: %s measures %s, in %s",
                           simulation.driver->name,
                           moly_device_quantity_word(simulation.driver->units[0].quantity),
                           moly_device_quantity_unit(simulation.driver->units[0].quantity));
    }
    if (!status) {
        status = moly_device_simulate(&simulation, simulation.from, &frame, err);
    }
    if (!status && given->is_pty == 1) {
        return serve(given, &simulation, run, err);
    }
    if (!status && simulation.fault == MOLY_DEVICE_NO_FAULT) {
        status = moly_device_parse(simulation.driver, frame.bytes, frame.length, &reading, err);
    }
    if (!status && simulation.fault == MOLY_DEVICE_NO_FAULT) {
        reading.at = simulation.from;
        *result = moly_device_reading_json(&reading);
        return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        char hex[2 * MOLY_DEVICE_FRAME_MAX + 1];
        moly_device_hex(frame.bytes, frame.length, hex);
        *result = json_pack("{s:s, s:s}", "driver", simulation.driver->name, "raw", hex);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}

static const moly_column simulate_columns[] = {
    {"driver", "Name", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 5},
    {"raw_text", "As it came", MOLY_DIM_NONE, 0},
    {"raw", "Bytes", MOLY_DIM_NONE, 0},
};
static const moly_view simulate_view = {NULL, "", simulate_columns, N(simulate_columns)};

const moly_command cli_device_simulate_command = {
    .declaration = {.name = "device simulate",
                    .summary = "Be an instrument that is not there, on a pseudo-terminal",
                    .description =
                        "For training and tests: it answers as the device would, and the activity "
                        "decays. With --fault its messages are short, padded otherwise, in an "
                        "unknown unit or with a bad checksum, and reading it must refuse them.",
                    .example =
                        "moly device simulate capintec-crc35r --nuclide Tc-99m --activity 370MBq",
                    .params = simulate_params,
                    .n_params = N(simulate_params),
                    .args_size = sizeof(struct simulate_args)},
    .views = &simulate_view,
    .n_views = 1,
    .run = run_simulate,
};
