/* SPDX-License-Identifier: Apache-2.0 */
/* moly bench ledger: what an act costs when it must be on the disk before it is acknowledged, and
 * how that and the proof grow with the ledger. */
#include <jansson.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "commands_inside.h"
#include "moly/ledger/ledger.h"

enum { BATCH = 500, MOST_THREADS = 64, PATH_SIZE = 512 };

typedef struct bench_args {
    const char *db;
    int64_t n_threads, n_events;
    double seconds;
} bench_args;

static const moly_param params[] = {
    {"db", 0, MOLY_TEXT(bench_args, db), .pattern_hint = "URL",
     .help =
         "database without a ledger, where one is made and stays; without it, a temporary file"},
    {"threads", 'j', MOLY_I64(bench_args, n_threads), .min = 1.0, .max = MOST_THREADS,
     .help = "threads that act at the same time; without it, 1, then 4, then 16"},
    {"events", 0, MOLY_I64(bench_args, n_events), .min = 1000.0, .max = 1e6, .fallback = "100000",
     .help = "events to grow the ledger to"},
    {"time", 0, MOLY_F64(bench_args, seconds), .dim = MOLY_DIM_TIME, .min = 0.1, .max = 600.0,
     .fallback = "2 s", .help = "how long to act with each number of threads"},
};

static const moly_column speed_columns[] = {
    {"threads", "Threads", MOLY_DIM_NONE, 0},
    {"acts_per_s", "Durable acts a second", MOLY_DIM_NONE, 4},
};
static const moly_column cost_columns[] = {
    {"events", "Events in the ledger", MOLY_DIM_NONE, 9},
    {"cost_per_event_s", "One more takes", MOLY_DIM_TIME, 3},
    {"cpu_per_event_s", "of the processor", MOLY_DIM_TIME, 3},
};
static const moly_column whole_columns[] = {
    {"database", "Database", MOLY_DIM_NONE, 0},
    {"events", "Events", MOLY_DIM_NONE, 9},
    {"verify_s", "Verify", MOLY_DIM_TIME, 3},
    {"rebuild_s", "Rebuild", MOLY_DIM_TIME, 3},
    {"rebuild_identical", "Identical", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {"Growth, 500 events a transaction", "growth", cost_columns, 3},
    {"The whole", "", whole_columns, 5},
    {"Each act committed before it is acknowledged", "speed", speed_columns, 2},
};

/* ---- an act like those of a day's work ------------------------------------------------------ */

/* A dose is drawn: a record made, one changed, a link, a transfer measured and predicted. */
static moly_status draw_dose(moly_transaction *transaction, moly_instant now, moly_error *err)
{
    char id[32], dose[48], vial[48], at[MOLY_INSTANT_TEXT_SIZE];
    moly_status status = moly_transaction_next_id(transaction, "dose", "D", id, err);
    if (status != MOLY_OK) {
        return status;
    }
    int64_t number = 0;
    status = moly_integer_parse(id + 2, &number, err); /* behind "D-" */
    if (status != MOLY_OK) {
        return status;
    }
    (void)snprintf(dose, sizeof dose, "dose/%s", id);
    (void)snprintf(vial, sizeof vial, "kit/K-%06lld", (long long)(number / 20));
    (void)moly_instant_format(now, at);
    json_t *body = json_pack(
        "{s:s, s:[{s:s, s:s, s:{s:s, s:s, s:s, s:f}}, {s:s, s:s, s:{s:s, s:s}}],"
        " s:[{s:s, s:s, s:s}], s:[{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:s}]}",
        "remark", "benchmark", "records", "kind", "dose", "id", id, "set", "state", "drawn", "at",
        at, "owner", vial, "volume_ml", 0.85, "kind", "kit", "id", vial + 4, "set", "state",
        "in use", "last_dose", id, "links", "from", dose, "to", vial, "role", "drawn from",
        "transfers", "from", vial, "to", dose, "at", at, "nuclide", "Tc-99m", "activity_bq", 7.4e8,
        "sd_bq", 1.5e7, "predicted_bq", 7.5e8, "predicted_sd_bq", 2e7, "basis", "measured");
    if (body == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    const moly_draft draft = {.kind = "pharmacy.draw",
                              .subject = dose,
                              .at = now,
                              .person = "benchmark",
                              .authentication = "session",
                              .body = body};
    status = moly_transaction_append(transaction, &draft, NULL, err);
    json_decref(body);
    return status;
}

typedef struct batch {
    moly_instant now;
    int64_t n;
} batch;

static moly_status draw_batch(moly_transaction *transaction, void *context, moly_error *err)
{
    const batch *b = context;
    moly_status status = MOLY_OK;
    for (int64_t i = 0; i < b->n && status == MOLY_OK; i++) {
        status = draw_dose(transaction, b->now, err);
    }
    return status;
}

/* ---- acts by several threads ---------------------------------------------------------------- */

typedef struct worker {
    moly_ledger *ledger;
    double until_s;
    int64_t n_acts;
    moly_status status;
    moly_error err;
    pthread_t thread;
} worker;

static void *act(void *context)
{
    worker *w = context;
    while (w->status == MOLY_OK && bench_seconds() < w->until_s) {
        batch one = {moly_clock_now(moly_ledger_clock(w->ledger)), 1};
        w->status = moly_ledger_transact(w->ledger, draw_batch, &one, &w->err);
        w->n_acts += w->status == MOLY_OK;
    }
    return NULL;
}

static moly_status act_with(moly_ledger *ledger, size_t n_threads, double seconds, json_t *speed,
                            moly_error *err)
{
    worker workers[MOST_THREADS];
    double begin = bench_seconds();
    size_t n_started = 0;
    int64_t n_acts = 0;
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < n_threads && status == MOLY_OK; i++) {
        workers[i] = (worker){.ledger = ledger, .until_s = begin + seconds};
        if (pthread_create(&workers[i].thread, NULL, act, &workers[i]) != 0) {
            status = MOLY_FAIL(err, MOLY_ERR_IO, "thread %zu cannot be started", i + 1);
        } else {
            n_started++;
        }
    }
    for (size_t i = 0; i < n_started; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        n_acts += workers[i].n_acts;
        if (status == MOLY_OK && workers[i].status != MOLY_OK) {
            status = MOLY_FAIL(err, workers[i].status, "%s", workers[i].err.message);
        }
    }
    double rate = (double)n_acts / (bench_seconds() - begin);
    if (status == MOLY_OK &&
        json_array_append_new(speed, json_pack("{s:I, s:o}", "threads", (json_int_t)n_threads,
                                               "acts_per_s", moly_json_rounded(rate, 4))) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

static moly_status measure_speed(moly_ledger *ledger, const bench_args *args, json_t *speed,
                                 moly_error *err)
{
    static const size_t usual[] = {1, 4, 16};
    if (args->n_threads > 0) {
        return act_with(ledger, (size_t)args->n_threads, args->seconds, speed, err);
    }
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof usual / sizeof *usual && status == MOLY_OK; i++) {
        status = act_with(ledger, usual[i], args->seconds, speed, err);
    }
    return status;
}

/* ---- growth --------------------------------------------------------------------------------- */

static moly_status count_events(moly_ledger *ledger, int64_t *n, moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    moly_status status = moly_ledger_reader_new(ledger, &reader, err);
    if (status == MOLY_OK) {
        status = moly_ledger_head(reader, n, err);
    }
    moly_ledger_reader_free(reader);
    return status;
}

/* The cost at a size is the mean of the batches of the tenth of it that came last. */
static moly_status grow(moly_ledger *ledger, int64_t target, const moly_progress *progress,
                        json_t *growth, moly_error *err)
{
    int64_t n = 0, next = 1000, n_timed = 0;
    double spent_s = 0.0, cpu_s = 0.0;
    moly_status status = count_events(ledger, &n, err);
    while (next <= n) {
        next *= 10;
    }
    while (status == MOLY_OK && n < target) {
        int64_t left = (next < target ? next : target) - n;
        batch b = {moly_clock_now(moly_ledger_clock(ledger)), left < BATCH ? left : BATCH};
        double begin = bench_seconds(), cpu_begin = bench_cpu_seconds();
        status = moly_ledger_transact(ledger, draw_batch, &b, err);
        n += b.n;
        if (n > next - next / 10 || n > target - target / 10) {
            spent_s += bench_seconds() - begin;
            cpu_s += bench_cpu_seconds() - cpu_begin;
            n_timed += b.n;
        }
        if (status == MOLY_OK && (n == next || n == target)) {
            json_t *row =
                json_pack("{s:I, s:o, s:o}", "events", (json_int_t)n, "cost_per_event_s",
                          moly_json_rounded(spent_s / (double)n_timed, 3), "cpu_per_event_s",
                          moly_json_rounded(cpu_s / (double)n_timed, 3));
            status = json_array_append_new(growth, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
            next *= 10;
            n_timed = 0;
            spent_s = 0.0;
            cpu_s = 0.0;
        }
        if (status == MOLY_OK) {
            status = moly_progress_step(progress, (double)n / (double)target, "appending", err);
        }
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static moly_status measure_whole(moly_ledger *ledger, const char *url, const moly_run *run,
                                 json_t *result, moly_error *err)
{
    json_t *proof = NULL, *rebuilt = NULL;
    double begin = bench_seconds();
    moly_status status = moly_ledger_verify(url, NULL, run->progress, &proof, err);
    double verify_s = bench_seconds() - begin;
    begin = bench_seconds();
    if (status == MOLY_OK) {
        status = moly_ledger_rebuild(ledger, run->progress, &rebuilt, err);
    }
    double rebuild_s = bench_seconds() - begin;
    if (status == MOLY_OK &&
        (json_object_set(result, "events", json_object_get(proof, "events")) != 0 ||
         json_object_set_new(result, "verify_s", moly_json_rounded(verify_s, 4)) != 0 ||
         json_object_set_new(result, "rebuild_s", moly_json_rounded(rebuild_s, 4)) != 0 ||
         json_object_set(result, "rebuild_identical", json_object_get(rebuilt, "identical")) !=
             0)) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(proof);
    json_decref(rebuilt);
    return status;
}

static moly_status bench(const bench_args *args, const char *url, const moly_run *run,
                         json_t *result, moly_error *err)
{
    static const moly_site site = {.name = "Benchmark", .country = "KG", .is_training = true};
    moly_ledger *ledger = NULL;
    moly_status status = moly_ledger_create(url, &site, &run->clock, &ledger, err);
    if (status == MOLY_OK) {
        status =
            grow(ledger, args->n_events, run->progress, json_object_get(result, "growth"), err);
    }
    if (status == MOLY_OK) {
        status = measure_whole(ledger, url, run, result, err);
    }
    if (status == MOLY_OK) {
        status = measure_speed(ledger, args, json_object_get(result, "speed"), err);
    }
    moly_ledger_close(ledger);
    return status;
}

static void remove_database(const char *url)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char path[PATH_SIZE + 8];
        (void)snprintf(path, sizeof path, "%s%s", url + strlen("sqlite:"), ends[i]);
        (void)unlink(path);
    }
}

static moly_status run_bench(const void *raw_args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    const bench_args *args = raw_args;
    char own[PATH_SIZE];
    const char *url = args->db;
    if (url == NULL) {
        const char *folder = getenv("TMPDIR");
        (void)snprintf(own, sizeof own, "sqlite:%s/moly-bench-%lld.db",
                       folder != NULL ? folder : "/tmp", (long long)getpid());
        url = own;
    }
    json_t *r =
        json_pack("{s:s%, s:[], s:[]}", "database", url, strcspn(url, ":"), "speed", "growth");
    moly_status status = r != NULL ? bench(args, url, run, r, err) : MOLY_NO_MEMORY(err);
    if (args->db == NULL) {
        remove_database(url);
    }
    if (status != MOLY_OK) {
        json_decref(r);
        return status;
    }
    *result = r;
    return MOLY_OK;
}

const moly_command moly_command_bench_ledger = {
    .declaration =
        {
            .name = "bench ledger",
            .summary = "Measure how fast acts become durable, and the proof of the whole",
            .description =
                "Doses are drawn from kits: each act makes a record, changes one, links them and "
                "moves measured activity, in an event that is hashed, chained and signed by the "
                "site. The ledger grows to its size, 500 acts a transaction, and is verified and "
                "rebuilt; then every act waits until it is on the disk, with 1, 4 and 16 threads "
                "that share commits.",
            .example = "moly bench ledger --events 1000 --time 0.1s",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(bench_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run_bench,
};
