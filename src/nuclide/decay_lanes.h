/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of the decay engine, included by one file a processor family, which says what its
 * table of kernels is called (DECAY_KERNELS). No operation here depends on the family: products and
 * sums are never contracted, and the exact error of a product is the same by FMA and by Dekker's
 * splitting, so that every machine gives the same bits. */

#include <math.h>
#include <string.h>
#ifdef __FMA__
#include <immintrin.h>
#endif

#include "decay_internal.h"

typedef double v4 __attribute__((vector_size(32)));
typedef int64_t v4i __attribute__((vector_size(32)));
#define HALVES (LANES / 4)

/* A sum in doubles is trusted while the terms are at most this many times the result: rounding then
 * stays below 200 * 4 * 2^-53 = 9e-14. */
#define TRUST_DOUBLE 200.0
/* The same for sums with twice the digits: 1e17 * 40 * 2^-106 = 5e-14. */
#define TRUST_LONG 1e17
/* exp(-x) is taken as 0 from here on: the smallest normal double is exp(-708.4). */
#define X_MAX 708.0

static inline v4 load(const double *p)
{
    v4 v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void store(double *p, v4 v)
{
    memcpy(p, &v, sizeof v);
}
static inline v4 all(double x)
{
    return (v4){x, x, x, x};
}
static inline v4 choose(v4i mask, v4 yes, v4 no)
{
    return (v4)(((v4i)yes & mask) | ((v4i)no & ~mask));
}
static inline v4 absolute(v4 x)
{
    return (v4)((v4i)x & (v4i){INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX});
}
static inline unsigned bits(v4i mask)
{
#ifdef __FMA__
    return (unsigned)_mm256_movemask_pd((__m256d)mask);
#else
    return (unsigned)((mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8));
#endif
}

/* ---- double-double: an unevaluated sum high + low (Dekker 1971; Joldes, Muller, Popescu 2017)
 * ---- */
typedef struct dd4 {
    v4 high, low;
} dd4;

static inline dd4 quick_two_sum(v4 a, v4 b)
{
    v4 s = a + b;
    return (dd4){s, b - (s - a)};
}
static inline dd4 two_sum(v4 a, v4 b)
{
    v4 s = a + b, t = s - a;
    return (dd4){s, (a - (s - t)) + (b - t)};
}
static inline dd4 two_product(v4 a, v4 b)
{
    v4 p = a * b;
#ifdef __FMA__
    return (dd4){p, (v4)_mm256_fmsub_pd((__m256d)a, (__m256d)b, (__m256d)p)};
#else
    v4 ta = a * all(134217729.0), tb = b * all(134217729.0);
    v4 ah = ta - (ta - a), bh = tb - (tb - b);
    v4 al = a - ah, bl = b - bh;
    return (dd4){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}
static inline dd4 dd_add(dd4 a, dd4 b)
{
    dd4 s = two_sum(a.high, b.high), t = two_sum(a.low, b.low);
    s = quick_two_sum(s.high, s.low + t.high);
    return quick_two_sum(s.high, s.low + t.low);
}
static inline dd4 dd_multiply(dd4 a, dd4 b)
{
    dd4 p = two_product(a.high, b.high);
    return quick_two_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}
static inline dd4 dd_scale(dd4 a, v4 power_of_two)
{
    return (dd4){a.high * power_of_two, a.low * power_of_two};
}
static inline dd4 dd_all(double high, double low)
{
    return (dd4){all(high), all(low)};
}

/* ln 2 = LN2_A + LN2_B + LN2_C; LN2_A has 33 bits, so that n * LN2_A is exact. */
#define LN2_A 0x1.62e42fee00000p-1
#define LN2_B 0x1.a39ef35793c76p-33
#define LN2_C 0x1.cc01f97b57a08p-87
#define LOG2_E 0x1.71547652b82fep+0
#define ROUND_SHIFT 0x1.8p52 /* adding it rounds to an integer, found in the low bits */

/* n = round(x / ln 2) and 2^n */
static inline v4 split_exponent(v4 x, v4 *power)
{
    v4 shifted = x * all(LOG2_E) + all(ROUND_SHIFT);
    *power = (v4)(((v4i)shifted + 1023) << 52);
    return shifted - all(ROUND_SHIFT);
}

/* exp(-x) and 1 - exp(-x) for x = (lambda + lambda_low) t */
static inline void exponential(v4 lambda, v4 lambda_low, v4 t, v4 *e, v4 *one_minus_e)
{
    static const double series[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0,
                                    1.0 / 3628800.0,    1.0 / 362880.0,    1.0 / 40320.0,
                                    1.0 / 5040.0,       1.0 / 720.0,       1.0 / 120.0,
                                    1.0 / 24.0,         1.0 / 6.0,         0.5};
    dd4 x = two_product(lambda, t);
    v4i is_gone = x.high > all(X_MAX);
    v4 high = choose(is_gone, all(-X_MAX), -x.high);
    v4 low = choose(is_gone, all(0.0), -(x.low + lambda_low * t));
    v4 power;
    v4 n = split_exponent(high, &power);
    v4 r = (high - n * all(LN2_A)) + (low - n * all(LN2_B));
    v4 q = all(series[0]);
    for (size_t i = 1; i < sizeof series / sizeof *series; i++) {
        q = q * r + all(series[i]);
    }
    v4 p = r + r * r * q; /* exp(r) - 1 */
    *e = choose(is_gone, all(0.0), power + power * p);
    *one_minus_e = choose(is_gone, all(1.0), (all(1.0) - power) - power * p);
}

static void exponentials(const decay_system *system, const double times[LANES], double *e,
                         double *f)
{
    for (size_t h = 0; h < HALVES; h++) {
        v4 t = load(times + 4 * h);
        for (size_t k = 0; k < system->n; k++) {
            v4 decayed = all(0.0), gone = all(1.0);
            v4i is_gone = all(system->lambda[k]) * t > all(X_MAX);
            if (bits(is_gone) != 15u) { /* at late times most are gone from every lane */
                exponential(all(system->lambda[k]), all(system->lambda_low[k]), t, &decayed, &gone);
            }
            v4 integral = system->lambda[k] > 0.0 ? gone * all(system->inverse_high[k]) : t;
            store(e + k * LANES + 4 * h, decayed);
            store(f + k * LANES + 4 * h, integral);
        }
    }
}

static bool sums(const decay_system *system, const double *e, const double *f, double *atoms,
                 double *integral, uint8_t *hard_atoms, uint8_t *hard_integral)
{
    bool is_any_hard = false;
    for (size_t j = 0; j < system->n; j++) {
        v4 a0 = all(0.0), a1 = a0, i0 = a0, i1 = a0; /* sums */
        v4 b0 = a0, b1 = a0, k0 = a0, k1 = a0;       /* sums of magnitudes */
        for (size_t p = system->row_begin[j]; p < system->row_begin[j + 1]; p++) {
            const double *ep = e + (size_t)system->column[p] * LANES;
            const double *fp = f + (size_t)system->column[p] * LANES;
            v4 c = all(system->c_high[p]), m = all(system->magnitude[p]);
            v4 e0 = load(ep), e1 = load(ep + 4), f0 = load(fp), f1 = load(fp + 4);
            a0 += c * e0, a1 += c * e1, b0 += m * e0, b1 += m * e1;
            i0 += c * f0, i1 += c * f1, k0 += m * f0, k1 += m * f1;
        }
        v4 trust = all(TRUST_DOUBLE);
        v4i bad_a0 = ~(b0 <= trust * a0), bad_a1 = ~(b1 <= trust * a1);
        v4i bad_i0 = ~(k0 <= trust * i0), bad_i1 = ~(k1 <= trust * i1);
        unsigned bad_a = bits(bad_a0) | bits(bad_a1) << 4;
        unsigned bad_i = bits(bad_i0) | bits(bad_i1) << 4;
        is_any_hard |= (bad_a | bad_i) != 0;
        hard_atoms[j] = (uint8_t)bad_a;
        hard_integral[j] = (uint8_t)bad_i;
        store(atoms + j * LANES, a0);
        store(atoms + j * LANES + 4, a1);
        store(integral + j * LANES, i0);
        store(integral + j * LANES + 4, i1);
    }
    return is_any_hard;
}

/* exp(-x) and 1 - exp(-x) with twice the digits, for 0 <= x <= X_MAX */
static inline void dd_exponential(dd4 x, dd4 *e, dd4 *one_minus_e)
{
    v4 power;
    v4 n = split_exponent(-x.high, &power);
    dd4 r = two_sum(-x.high, -(n * all(LN2_A)));
    r = dd_add(r, (dd4){-x.low, all(0.0)});
    dd4 ln2 = two_product(-n, all(LN2_B));
    r = dd_add(r, quick_two_sum(ln2.high, ln2.low - n * all(LN2_C)));
    r = dd_scale(r, all(0x1p-8)); /* |r| < 0.00136 */
    /* exp(r) - 1 by its series; from r^6 on the terms are below 2^-53 of the sum */
    v4 z = r.high;
    v4 tail = all(1.0 / 720.0) +
              z * (all(1.0 / 5040.0) + z * (all(1.0 / 40320.0) + z * all(1.0 / 362880.0)));
    dd4 p = dd_add(dd_all(0x1.1111111111111p-7, 0x1.1111111111111p-63), two_product(z, tail));
    p = dd_add(dd_all(0x1.5555555555555p-5, 0x1.5555555555555p-59), dd_multiply(r, p));
    p = dd_add(dd_all(0x1.5555555555555p-3, 0x1.5555555555555p-57), dd_multiply(r, p));
    p = dd_add(dd_all(0.5, 0.0), dd_multiply(r, p));
    p = dd_add(dd_all(1.0, 0.0), dd_multiply(r, p));
    p = dd_multiply(r, p);
    for (int i = 0; i < 8; i++) {
        p = dd_add(dd_scale(p, all(2.0)), dd_multiply(p, p)); /* (1 + p)^2 - 1 */
    }
    p = dd_scale(p, power);
    *e = dd_add((dd4){power, all(0.0)}, p);
    *one_minus_e = dd_add(two_sum(all(1.0), -power), (dd4){-p.high, -p.low});
}

static void exponential_long(const decay_system *system, size_t node, const double times[LANES],
                             double out[4 * LANES])
{
    double lambda = system->lambda[node];
    for (size_t h = 0; h < HALVES; h++) {
        v4 t = load(times + 4 * h), zero = all(0.0);
        dd4 x = two_product(all(lambda), t);
        x = quick_two_sum(x.high, x.low + all(system->lambda_low[node]) * t);
        v4i is_gone = x.high > all(X_MAX);
        x = (dd4){choose(is_gone, all(X_MAX), x.high), choose(is_gone, zero, x.low)};
        dd4 e, gone;
        dd_exponential(x, &e, &gone);
        e = (dd4){choose(is_gone, zero, e.high), choose(is_gone, zero, e.low)};
        gone = (dd4){choose(is_gone, all(1.0), gone.high), choose(is_gone, zero, gone.low)};
        dd4 f = {t, zero};
        if (lambda > 0.0) {
            f = dd_multiply(gone, dd_all(system->inverse_high[node], system->inverse_low[node]));
        }
        store(out + 4 * h, e.high);
        store(out + LANES + 4 * h, e.low);
        store(out + 2 * LANES + 4 * h, f.high);
        store(out + 3 * LANES + 4 * h, f.low);
    }
}

static uint8_t keep_good(unsigned hard, size_t half, v4 sum, v4 magnitude, double *out)
{
    unsigned bad = bits(~(magnitude <= all(TRUST_LONG) * sum));
    unsigned mine = hard >> (4 * half) & 15u;
    for (size_t l = 0; l < 4; l++) {
        if ((mine & ~bad) >> l & 1u) {
            out[4 * half + l] = sum[l];
        }
    }
    return (uint8_t)((mine & bad) << (4 * half));
}

static void sum_long(const decay_system *system, size_t node, const double *exponentials_long,
                     double *atoms, double *integral, uint8_t *hard_atoms, uint8_t *hard_integral)
{
    uint8_t still_a = 0, still_i = 0;
    for (size_t h = 0; h < HALVES; h++) {
        dd4 a = dd_all(0.0, 0.0), i = a;
        v4 ma = all(0.0), mi = ma;
        for (size_t p = system->row_begin[node]; p < system->row_begin[node + 1]; p++) {
            const double *x = exponentials_long + (size_t)system->column[p] * 4 * LANES + 4 * h;
            dd4 c = dd_all(system->c_high[p], system->c_low[p]);
            dd4 e = {load(x), load(x + LANES)};
            dd4 f = {load(x + 2 * LANES), load(x + 3 * LANES)};
            a = dd_add(a, dd_multiply(c, e));
            i = dd_add(i, dd_multiply(c, f));
            ma += all(system->magnitude[p]) * e.high;
            mi += all(system->magnitude[p]) * f.high;
        }
        still_a |= keep_good(*hard_atoms, h, a.high + a.low, ma, atoms + node * LANES);
        still_i |= keep_good(*hard_integral, h, i.high + i.low, mi, integral + node * LANES);
    }
    *hard_atoms = still_a;
    *hard_integral = still_i;
}

/* ---- the method of positive terms ---- */

/* Transfer over a step so short that mu * step <= 1: the series of exp((A + mu) step), whose terms
 * are all positive, times exp(-mu step). */
static void short_step(const decay_closure *c, size_t n_terms, const double step[LANES],
                       const double mu[LANES])
{
    for (size_t h = 0; h < HALVES; h++) {
        v4 dt = load(step + 4 * h), m = load(mu + 4 * h), shrink, unused;
        size_t at = 4 * h;
        for (size_t s = 0; s < c->n_slots; s++) {
            store(c->p + s * LANES + at, all(0.0));
            store(c->w + s * LANES + at, all(0.0));
            store(c->tp + s * LANES + at, all(0.0));
            store(c->tw + s * LANES + at, all(0.0));
        }
        for (size_t i = 0; i < c->n; i++) {
            size_t s = (size_t)c->slot[i * c->n + i] * LANES + at;
            store(c->p + s, all(1.0));
            store(c->tp + s, all(1.0));
        }
        for (size_t term = 1; term <= n_terms; term++) {
            v4 scale = all(1.0 / (double)term);
            for (size_t i = 0; i < c->n; i++) {
                for (size_t r = c->rows_begin[i + 1]; r-- > c->rows_begin[i];) {
                    size_t j = c->rows[r], s = (size_t)c->slot[j * c->n + i] * LANES + at;
                    v4 old_p = load(c->tp + s), old_w = load(c->tw + s);
                    v4 sum = (m - all(c->lambda[j])) * old_p;
                    for (uint32_t q = c->feed_begin[j]; q < c->feed_begin[j + 1]; q++) {
                        size_t from = c->slot[c->feed_from[q] * c->n + i];
                        sum += all(c->feed_rate[q]) * load(c->tp + from * LANES + at);
                    }
                    v4 new_p = sum * dt * scale;
                    v4 new_w = (old_p + m * old_w) * dt * scale;
                    store(c->tp + s, new_p);
                    store(c->tw + s, new_w);
                    store(c->p + s, load(c->p + s) + new_p);
                    store(c->w + s, load(c->w + s) + new_w);
                }
            }
        }
        exponential(m, all(0.0), dt, &shrink, &unused);
        for (size_t s = 0; s < c->n_slots * LANES; s += LANES) {
            store(c->p + s + at, load(c->p + s + at) * shrink);
            store(c->w + s + at, load(c->w + s + at) * shrink);
        }
    }
}

/* A node's own entries are never squared: their errors would double each time. */
static void set_diagonal(const decay_closure *c, size_t h, v4 step)
{
    for (size_t i = 0; i < c->n; i++) {
        size_t ii = (size_t)c->slot[i * c->n + i] * LANES + 4 * h;
        v4 e, gone;
        exponential(all(c->lambda[i]), all(0.0), step, &e, &gone);
        store(c->p + ii, e);
        store(c->w + ii, c->lambda[i] > 0.0 ? gone / all(c->lambda[i]) : step);
    }
}

/* P(2h) = P(h) P(h), W(2h) = W(h) + P(h) W(h), in place: a column is finished before the ones to
 * its right, from the last row up, so that what is read is still old. */
static void double_step(const decay_closure *c, size_t h, v4i is_active)
{
    size_t at = 4 * h;
    for (size_t i = 0; i < c->n; i++) {
        const uint32_t *rows = c->rows + c->rows_begin[i];
        size_t n_rows = c->rows_begin[i + 1] - c->rows_begin[i];
        size_t ii = (size_t)c->slot[i * c->n + i] * LANES + at;
        v4 pii = load(c->p + ii), wii = load(c->w + ii);
        for (size_t r = n_rows; r-- > 1;) { /* rows[0] is i itself */
            const uint32_t *slot_j = c->slot + rows[r] * c->n;
            size_t ji = (size_t)slot_j[i] * LANES + at;
            v4 pjj = load(c->p + (size_t)slot_j[rows[r]] * LANES + at);
            v4 pji = load(c->p + ji), wji = load(c->w + ji);
            v4 p = pji * (pjj + pii);
            v4 w = wji + (pjj * wji + pji * wii);
            for (size_t k = 1; k < r; k++) {
                const double *pjk = c->p + (size_t)slot_j[rows[k]] * LANES + at;
                size_t ki = (size_t)c->slot[rows[k] * c->n + i] * LANES + at;
                p += load(pjk) * load(c->p + ki);
                w += load(pjk) * load(c->w + ki);
            }
            store(c->p + ji, choose(is_active, p, pji));
            store(c->w + ji, choose(is_active, w, wji));
        }
    }
}

static void transfer(const decay_closure *c, size_t depth, const double times[LANES],
                     const double mu[LANES])
{
    double step[LANES];
    int halvings[LANES], most = 0;
    for (size_t l = 0; l < LANES; l++) {
        int exponent = 0;
        (void)frexp(mu[l] * times[l], &exponent); /* mu t < 2^exponent */
        halvings[l] = exponent > 0 ? exponent : 0;
        step[l] = ldexp(times[l], -halvings[l]);
        most = halvings[l] > most ? halvings[l] : most;
    }
    /* 1/18! = 1.6e-16: that many terms after the first one that a path of this depth has */
    short_step(c, depth + 18, step, mu);
    for (size_t h = 0; h < HALVES; h++) {
        v4 now = load(step + 4 * h);
        set_diagonal(c, h, now);
        for (int level = 0; level < most; level++) {
            v4i is_active = {0};
            for (size_t l = 0; l < 4; l++) {
                is_active[l] = level >= most - halvings[4 * h + l] ? -1 : 0;
            }
            now = choose(is_active, now + now, now);
            double_step(c, h, is_active);
            set_diagonal(c, h, now);
        }
    }
}

const decay_kernels *DECAY_KERNELS(void)
{
    static const decay_kernels kernels = {exponentials, sums, exponential_long, sum_long, transfer};
    return &kernels;
}
