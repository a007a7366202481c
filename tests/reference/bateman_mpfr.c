/* SPDX-License-Identifier: Apache-2.0 */
#include "bateman_mpfr.h"

#include <mpfr.h>

#include "moly/base/memory.h"

#define BITS 3000
#define APART 400

/* N_j(t) = sum c_k exp(-lambda_k t) over the ancestors k of j; column n is the source, lambda 0. */
typedef struct row {
    size_t n, *column;
    mpfr_t *c;
} row;

typedef struct network {
    size_t n;
    mpfr_t *lambda; /* [n + 1] */
    row *rows;      /* [n + 1] */
    mpfr_t *sum;    /* [n + 1] */
    bool *is_in;    /* [n + 1] */
} network;

static void *need(size_t count, size_t size)
{
    void *block = moly_alloc(count + 1, size);
    MOLY_ASSERT(block != NULL);
    return block;
}

static mpfr_t *numbers(size_t n)
{
    mpfr_t *x = need(n, sizeof *x);
    for (size_t i = 0; i < n; i++) {
        mpfr_init2(x[i], BITS);
        mpfr_set_ui(x[i], 0, MPFR_RNDN);
    }
    return x;
}

static void release(mpfr_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mpfr_clear(x[i]);
    }
    moly_free(x);
}

static void add_parent(network *w, const row *parent, const mpfr_t rate, mpfr_t scratch)
{
    for (size_t p = 0; p < parent->n; p++) {
        mpfr_mul(scratch, parent->c[p], rate, MPFR_RNDN);
        mpfr_add(w->sum[parent->column[p]], w->sum[parent->column[p]], scratch, MPFR_RNDN);
        w->is_in[parent->column[p]] = true;
    }
}

/* Pull lambda_j away from any ancestor that has the same. */
static void separate(network *w, size_t j, size_t n_tries)
{
    mpfr_t unit;
    mpfr_init2(unit, BITS);
    mpfr_div_2ui(unit, w->lambda[j], APART, MPFR_RNDN);
    for (size_t k = 0; k <= w->n && n_tries < 1000; k++) {
        if (w->is_in[k] && k != j && mpfr_equal_p(w->lambda[k], w->lambda[j])) {
            mpfr_add(w->lambda[j], w->lambda[j], unit, MPFR_RNDN);
            k = SIZE_MAX; /* start again */
            n_tries++;
        }
    }
    mpfr_clear(unit);
}

static void finish_row(network *w, size_t j, double start, mpfr_t scratch)
{
    row *r = &w->rows[j];
    for (size_t k = 0; k <= w->n; k++) {
        r->n += w->is_in[k] ? 1 : 0;
    }
    r->column = need(r->n, sizeof *r->column);
    r->c = numbers(r->n + 1);
    mpfr_set_d(r->c[r->n], start, MPFR_RNDN);
    size_t at = 0;
    for (size_t k = 0; k <= w->n; k++) {
        if (!w->is_in[k]) {
            continue;
        }
        mpfr_sub(scratch, w->lambda[j], w->lambda[k], MPFR_RNDN);
        mpfr_div(r->c[at], w->sum[k], scratch, MPFR_RNDN);
        mpfr_sub(r->c[r->n], r->c[r->n], r->c[at], MPFR_RNDN);
        r->column[at++] = k;
        mpfr_set_ui(w->sum[k], 0, MPFR_RNDN);
        w->is_in[k] = false;
    }
    r->column[r->n++] = j;
}

/* integral of member j's atoms, and the atoms themselves */
static void evaluate(const network *w, size_t j, mpfr_t *e, mpfr_t *f, mpfr_t atoms,
                     mpfr_t integral, mpfr_t scratch)
{
    const row *r = &w->rows[j];
    mpfr_set_ui(atoms, 0, MPFR_RNDN);
    mpfr_set_ui(integral, 0, MPFR_RNDN);
    for (size_t p = 0; p < r->n; p++) {
        mpfr_mul(scratch, r->c[p], e[r->column[p]], MPFR_RNDN);
        mpfr_add(atoms, atoms, scratch, MPFR_RNDN);
        mpfr_mul(scratch, r->c[p], f[r->column[p]], MPFR_RNDN);
        mpfr_add(integral, integral, scratch, MPFR_RNDN);
    }
}

/* What is asked, as the caller gave it. */
typedef struct problem {
    size_t n, n_feeds;
    const double *lambda, *atoms, *rate;
    const moly_feed *feeds;
    bool *is_used; /* [n] is reached */
} problem;

static void build(network *w, const problem *q)
{
    mpfr_t x, rate;
    mpfr_inits2(BITS, x, rate, (mpfr_ptr)0);
    size_t n = q->n;
    w->rows[n] = (row){.n = 1, .column = need(1, sizeof(size_t)), .c = numbers(1)};
    w->rows[n].column[0] = n;
    mpfr_set_ui(w->rows[n].c[0], 1, MPFR_RNDN);
    for (size_t j = 0; j < n; j++) {
        mpfr_set_d(w->lambda[j], q->lambda[j], MPFR_RNDN);
        q->is_used[j] = q->atoms[j] > 0.0;
        if (q->rate != NULL && q->rate[j] > 0.0) {
            q->is_used[j] = true;
            mpfr_set_d(rate, q->rate[j], MPFR_RNDN);
            add_parent(w, &w->rows[n], rate, x);
        }
        for (size_t f = 0; f < q->n_feeds; f++) {
            size_t from = q->feeds[f].from;
            if (q->feeds[f].to == j && q->lambda[from] > 0.0 && q->is_used[from]) {
                q->is_used[j] = true;
                mpfr_set_d(rate, q->feeds[f].fraction, MPFR_RNDN);
                mpfr_mul(rate, rate, w->lambda[from], MPFR_RNDN);
                add_parent(w, &w->rows[from], rate, x);
            }
        }
        if (q->is_used[j] && q->lambda[j] > 0.0) {
            separate(w, j, 0);
            finish_row(w, j, q->atoms[j], x);
        }
        for (size_t k = 0; k <= n; k++) { /* a stable member has no row */
            mpfr_set_ui(w->sum[k], 0, MPFR_RNDN);
            w->is_in[k] = false;
        }
    }
    mpfr_clears(x, rate, (mpfr_ptr)0);
}

/* e = exp(-lambda t), f = its integral, made = what is there of a stable member without its parents
 */
static void begin_time(const network *w, const problem *q, double t, mpfr_t *e, mpfr_t *f,
                       mpfr_t *made, mpfr_t x)
{
    mpfr_set_ui(e[q->n], 1, MPFR_RNDN);
    mpfr_set_d(f[q->n], t, MPFR_RNDN);
    for (size_t j = 0; j < q->n; j++) {
        mpfr_set_d(made[j], q->atoms[j], MPFR_RNDN);
        if (q->rate != NULL) {
            mpfr_set_d(x, q->rate[j], MPFR_RNDN);
            mpfr_mul_d(x, x, t, MPFR_RNDN);
            mpfr_add(made[j], made[j], x, MPFR_RNDN);
        }
        if (q->is_used[j] && q->lambda[j] > 0.0) {
            mpfr_mul_d(x, w->lambda[j], t, MPFR_RNDN);
            mpfr_neg(x, x, MPFR_RNDN);
            mpfr_exp(e[j], x, MPFR_RNDN);
            mpfr_expm1(f[j], x, MPFR_RNDN);
            mpfr_div(f[j], f[j], w->lambda[j], MPFR_RNDN);
            mpfr_neg(f[j], f[j], MPFR_RNDN);
        }
    }
}

static void at_time(const network *w, const problem *q, mpfr_t *e, mpfr_t *f, mpfr_t *made,
                    double *out_atoms, double *out_decays)
{
    mpfr_t x, atoms, integral;
    mpfr_inits2(BITS, x, atoms, integral, (mpfr_ptr)0);
    for (size_t j = 0; j < q->n; j++) {
        out_decays[j] = 0.0;
        out_atoms[j] = mpfr_get_d(made[j], MPFR_RNDN);
        if (!q->is_used[j] || q->lambda[j] == 0.0) {
            continue;
        }
        evaluate(w, j, e, f, atoms, integral, x);
        mpfr_mul(integral, integral, w->lambda[j], MPFR_RNDN);
        out_atoms[j] = mpfr_get_d(atoms, MPFR_RNDN);
        out_decays[j] = mpfr_get_d(integral, MPFR_RNDN);
        for (size_t k = 0; k < q->n_feeds; k++) {
            if (q->feeds[k].from == j) {
                mpfr_mul_d(x, integral, q->feeds[k].fraction, MPFR_RNDN);
                mpfr_add(made[q->feeds[k].to], made[q->feeds[k].to], x, MPFR_RNDN);
            }
        }
    }
    mpfr_clears(x, atoms, integral, (mpfr_ptr)0);
}

void bateman_mpfr(size_t n, const double *lambda_per_s, size_t n_feeds, const moly_feed *feeds,
                  const double *atoms, const double *rate_per_s, const double *times_s,
                  size_t n_times, double *out_atoms, double *out_decays)
{
    problem q = {n, n_feeds, lambda_per_s, atoms, rate_per_s, feeds, need(n, sizeof(bool))};
    network w = {.n = n,
                 .lambda = numbers(n + 1),
                 .rows = need(n + 1, sizeof(row)),
                 .sum = numbers(n + 1),
                 .is_in = need(n + 1, sizeof(bool))};
    mpfr_t *e = numbers(n + 1), *f = numbers(n + 1), *made = numbers(n + 1), scratch;
    mpfr_init2(scratch, BITS);
    build(&w, &q);
    for (size_t t = 0; t < n_times; t++) {
        begin_time(&w, &q, times_s[t], e, f, made, scratch);
        at_time(&w, &q, e, f, made, out_atoms + t * n, out_decays + t * n);
    }
    for (size_t j = 0; j <= n; j++) {
        release(w.rows[j].c, w.rows[j].n);
        moly_free(w.rows[j].column);
    }
    mpfr_clear(scratch);
    release(w.lambda, n + 1);
    release(w.sum, n + 1);
    release(e, n + 1);
    release(f, n + 1);
    release(made, n + 1);
    moly_free(w.rows);
    moly_free(w.is_in);
    moly_free(q.is_used);
    mpfr_free_cache();
}
