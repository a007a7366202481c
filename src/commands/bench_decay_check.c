/* SPDX-License-Identifier: Apache-2.0 */
/* The decay of one member in 128-bit floating point, for the error that `moly bench decay` prints.
 */
#include "bench_decay.h"

#include <math.h>

#include "moly/base/memory.h"

#ifdef __SIZEOF_FLOAT128__
__extension__ typedef __float128 quad;
#else
typedef long double quad;
#endif

/* The member (last) and its ancestors, with one counter of decays for the member. */
typedef struct closure {
    size_t n; /* nodes, the counter is node n */
    uint32_t node[BENCH_CHECK_MOST];
    quad a[BENCH_CHECK_MOST + 1][BENCH_CHECK_MOST + 1]; /* rates, 1/s, row = to; diagonal 0 */
    quad lambda[BENCH_CHECK_MOST + 1];
    quad p[BENCH_CHECK_MOST + 1][BENCH_CHECK_MOST + 1];
    quad q[BENCH_CHECK_MOST + 1][BENCH_CHECK_MOST + 1];
} closure;

static bool find_ancestors(const bench_network *network, size_t member, bool *is_in, closure *c)
{
    is_in[member] = true;
    for (size_t j = member + 1; j-- > 0;) { /* a parent stands before its daughters */
        for (size_t f = 0; f < network->n_feeds && is_in[j]; f++) {
            if (network->feeds[f].to == j) {
                is_in[network->feeds[f].from] = true;
            }
        }
    }
    for (size_t j = 0; j <= member; j++) {
        if (is_in[j] && c->n == BENCH_CHECK_MOST) {
            return false;
        }
        if (is_in[j]) {
            c->node[c->n++] = (uint32_t)j;
        }
    }
    return true;
}

static void fill(const bench_network *network, closure *c)
{
    for (size_t j = 0; j < c->n; j++) {
        c->lambda[j] = network->lambda[c->node[j]];
        for (size_t f = 0; f < network->n_feeds; f++) {
            const moly_feed *feed = &network->feeds[f];
            for (size_t i = 0; i < j && feed->to == c->node[j]; i++) {
                if (feed->from == c->node[i]) {
                    c->a[j][i] += (quad)feed->fraction * c->lambda[i];
                }
            }
        }
    }
    c->a[c->n][c->n - 1] = c->lambda[c->n - 1];
}

/* p = exp(A step) by its series, shifted by mu so that every term is positive. */
static void short_step(closure *c, quad mu, quad step)
{
    size_t n = c->n + 1;
    quad shrink = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= -mu * step / k;
        shrink += term;
    }
    for (size_t i = 0; i < n; i++) {
        c->q[i][i] = c->p[i][i] = 1;
    }
    for (size_t k = 1; k < n + 34; k++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = n; j-- > i;) {
                quad sum = (mu - c->lambda[j]) * c->q[j][i];
                for (size_t m = i; m < j; m++) {
                    sum += c->a[j][m] * c->q[m][i];
                }
                c->q[j][i] = sum * step / (quad)k;
                c->p[j][i] += c->q[j][i];
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            c->p[j][i] *= shrink;
        }
    }
}

static void double_step(closure *c)
{
    size_t n = c->n + 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            quad sum = 0;
            for (size_t k = i; k <= j; k++) {
                sum += c->p[j][k] * c->p[k][i];
            }
            c->q[j][i] = sum;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            c->p[j][i] = c->q[j][i];
        }
    }
}

moly_status bench_decay_reference(const bench_network *network, size_t member, double time_s,
                                  bool *is_checked, double *atoms, double *decays, moly_error *err)
{
    moly_status status = MOLY_OK;
    closure *c = moly_alloc(1, sizeof *c);
    bool *is_in = moly_alloc(network->n + 1, sizeof *is_in);
    if (c == NULL || is_in == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    *is_checked = find_ancestors(network, member, is_in, c);
    if (!*is_checked) {
        goto done;
    }
    fill(network, c);
    double mu = 0.0;
    for (size_t j = 0; j < c->n; j++) {
        mu = fmax(mu, (double)c->lambda[j]);
    }
    int halvings = 0;
    (void)frexp(mu * time_s, &halvings);
    halvings = halvings > 0 ? halvings : 0;
    short_step(c, mu, ldexp(time_s, -halvings));
    for (int i = 0; i < halvings; i++) {
        double_step(c);
    }
    quad left = 0, counted = 0;
    for (size_t i = 0; i < c->n; i++) {
        left += c->p[c->n - 1][i] * (quad)network->start[c->node[i]];
        counted += c->p[c->n][i] * (quad)network->start[c->node[i]];
    }
    *atoms = (double)left;
    *decays = (double)counted;
done:
    moly_free(c);
    moly_free(is_in);
    return status;
}
