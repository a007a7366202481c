/* SPDX-License-Identifier: Apache-2.0 */
/* From the solved mixture to rows of nuclides. */
#include <math.h>
#include <stdlib.h>

#include "moly/base/memory.h"

#include "identify_inside.h"
#include "quantify.h"

static int by_confidence(const void *a, const void *b)
{
    const moly_gamma_nuclide *x = a;
    const moly_gamma_nuclide *y = b;
    if (x->is_found != y->is_found) {
        return x->is_found ? -1 : 1;
    }
    return x->confidence < y->confidence ? 1 : x->confidence > y->confidence ? -1 : 0;
}

static moly_gamma_nuclide row_of(const identify_work *work, const suspect *one)
{
    const candidate *of = &work->known.list[one->candidate];
    return (moly_gamma_nuclide){.nuclide = of->nuclide,
                                .is_found = true,
                                .confidence = one->confidence,
                                .coverage = one->coverage,
                                .n_lines_seen = one->n_seen,
                                .n_lines_expected = one->n_expected,
                                .principal_kev = NAN,
                                .rate_per_s = NAN,
                                .rate_sd_per_s = NAN,
                                .activity_bq = NAN,
                                .activity_sd_bq = NAN,
                                .decision_threshold_bq = NAN,
                                .detection_limit_bq = NAN,
                                .decision_threshold_per_s = NAN,
                                .detection_limit_per_s = NAN};
}

static void add_wanted(const identify_work *work, moly_identification *made)
{
    for (size_t i = 0; i < work->options->n_wanted; i++) {
        bool is_there = false;
        for (size_t k = 0; k < made->n_nuclides; k++) {
            if (made->nuclides[k].nuclide == work->options->wanted[i]) {
                made->nuclides[k].is_asked = is_there = true;
            }
        }
        if (!is_there) {
            suspect none = {0};
            moly_gamma_nuclide row = row_of(work, &none);
            row.nuclide = work->options->wanted[i];
            row.is_found = false;
            row.is_asked = true;
            made->nuclides[made->n_nuclides++] = row;
        }
    }
}

moly_status report_nuclides(identify_work *work, moly_identification *made, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t j = 0; j < work->mix.n; j++) {
        if (!work->mix.suspects[j].is_out) {
            made->nuclides[made->n_nuclides++] = row_of(work, &work->mix.suspects[j]);
        }
    }
    add_wanted(work, made);
    if (work->spectrum->energy.n_coefficients > 0) {
        status = quantify(work, made, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    size_t kept = 0;
    for (size_t k = 0; k < made->n_nuclides; k++) {
        if (made->nuclides[k].is_found || made->nuclides[k].is_asked) {
            made->nuclides[kept++] = made->nuclides[k];
        }
    }
    made->n_nuclides = kept;
    qsort(made->nuclides, made->n_nuclides, sizeof *made->nuclides, by_confidence);
    int *heads = moly_alloc(work->mix.n + 1, sizeof *heads);
    if (!heads) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t j = 0; j < work->mix.n; j++) {
        heads[j] = -1;
        for (size_t k = 0; k < made->n_nuclides && !work->mix.suspects[j].is_out; k++) {
            if (made->nuclides[k].nuclide ==
                work->known.list[work->mix.suspects[j].candidate].nuclide) {
                heads[j] = (int)k;
            }
        }
    }
    explain_peaks(work, heads, made->labels);
    moly_free(heads);
    return MOLY_OK;
}
