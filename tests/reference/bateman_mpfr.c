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

void bateman_mpfr(size_t n, const double *lambda_per_s, size_t n_feeds, const moly_feed *feeds,
                  const double *atoms, const double *rate_per_s, const double *times_s,
                  size_t n_times, double *out_atoms, double *out_decays)
{
    network w = {.n = n, .lambda = numbers(n + 1), .sum = numbers(n + 1)};
    w.rows = need(n + 1, sizeof *w.rows);
    w.is_in = need(n + 1, sizeof *w.is_in);
    mpfr_t *e = numbers(n + 1), *f = numbers(n + 1), *made = numbers(n + 1);
    mpfr_t x, rate, integral;
    mpfr_inits2(BITS, x, rate, integral, (mpfr_ptr)0);
    w.rows[n] = (row){.n = 1, .column = need(1, sizeof(size_t)), .c = numbers(1)};
    w.rows[n].column[0] = n;
    mpfr_set_ui(w.rows[n].c[0], 1, MPFR_RNDN);
    bool *is_used = need(n, sizeof *is_used);

    for (size_t j = 0; j < n; j++) {
        mpfr_set_d(w.lambda[j], lambda_per_s[j], MPFR_RNDN);
        is_used[j] = atoms[j] > 0.0;
        if (rate_per_s != NULL && rate_per_s[j] > 0.0) {
            is_used[j] = true;
            mpfr_set_d(rate, rate_per_s[j], MPFR_RNDN);
            add_parent(&w, &w.rows[n], rate, x);
        }
        for (size_t q = 0; q < n_feeds; q++) {
            size_t from = feeds[q].from;
            if (feeds[q].to == j && lambda_per_s[from] > 0.0 && is_used[from]) {
                is_used[j] = true;
                mpfr_set_d(rate, feeds[q].fraction, MPFR_RNDN);
                mpfr_mul(rate, rate, w.lambda[from], MPFR_RNDN);
                add_parent(&w, &w.rows[from], rate, x);
            }
        }
        if (is_used[j] && lambda_per_s[j] > 0.0) {
            separate(&w, j, 0);
            finish_row(&w, j, atoms[j], x);
        } else {
            for (size_t k = 0; k <= n; k++) {
                mpfr_set_ui(w.sum[k], 0, MPFR_RNDN);
                w.is_in[k] = false;
            }
        }
    }
    for (size_t it = 0; it < n_times; it++) {
        double t = times_s[it];
        mpfr_set_ui(e[n], 1, MPFR_RNDN);
        mpfr_set_d(f[n], t, MPFR_RNDN);
        for (size_t j = 0; j < n; j++) {
            mpfr_set_d(made[j], atoms[j], MPFR_RNDN);
            if (is_used[j] && lambda_per_s[j] > 0.0) {
                mpfr_mul_d(x, w.lambda[j], t, MPFR_RNDN);
                mpfr_neg(x, x, MPFR_RNDN);
                mpfr_exp(e[j], x, MPFR_RNDN);
                mpfr_expm1(f[j], x, MPFR_RNDN);
                mpfr_div(f[j], f[j], w.lambda[j], MPFR_RNDN);
                mpfr_neg(f[j], f[j], MPFR_RNDN);
            }
            if (rate_per_s != NULL) {
                mpfr_set_d(rate, rate_per_s[j], MPFR_RNDN);
                mpfr_mul_d(rate, rate, t, MPFR_RNDN);
                mpfr_add(made[j], made[j], rate, MPFR_RNDN);
            }
        }
        for (size_t j = 0; j < n; j++) {
            double decays = 0.0, left = mpfr_get_d(made[j], MPFR_RNDN);
            if (is_used[j] && lambda_per_s[j] > 0.0) {
                evaluate(&w, j, e, f, rate, integral, x);
                left = mpfr_get_d(rate, MPFR_RNDN);
                mpfr_mul(integral, integral, w.lambda[j], MPFR_RNDN);
                decays = mpfr_get_d(integral, MPFR_RNDN);
                for (size_t q = 0; q < n_feeds; q++) {
                    if (feeds[q].from == j) {
                        mpfr_mul_d(rate, integral, feeds[q].fraction, MPFR_RNDN);
                        mpfr_add(made[feeds[q].to], made[feeds[q].to], rate, MPFR_RNDN);
                    }
                }
            }
            out_atoms[it * n + j] = left;
            out_decays[it * n + j] = decays;
        }
    }
    for (size_t j = 0; j <= n; j++) {
        release(w.rows[j].c, w.rows[j].n);
        moly_free(w.rows[j].column);
    }
    release(w.lambda, n + 1);
    release(w.sum, n + 1);
    release(e, n + 1);
    release(f, n + 1);
    release(made, n + 1);
    mpfr_clears(x, rate, integral, (mpfr_ptr)0);
    moly_free(w.rows);
    moly_free(w.is_in);
    moly_free(is_used);
    mpfr_free_cache();
}
