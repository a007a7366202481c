/* SPDX-License-Identifier: Apache-2.0 */
/* What both kinds of scan share: decays, efficiencies of crystals, checks. */
#include <math.h>

#include "moly/base/parallel.h"
#include "moly/base/random.h"
#include "setup.h"

static const uint64_t efficiency_key = 0x6566666963; /* "effic": apart from all other draws */

double moly_positrons_per_decay(const moly_nuclide *nuclide)
{
    double sum = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        sum += nuclide->lines[i].radiation == MOLY_RADIATION_BETA_PLUS ? nuclide->lines[i].intensity
                                                                       : 0.0;
    }
    return sum;
}

double moly_scan_effective_s(const moly_nuclide *nuclide, double duration_s)
{
    const double decays = nuclide->lambda_per_s * duration_s;
    return decays > 0.0 ? -expm1(-decays) / nuclide->lambda_per_s : duration_s;
}

void moly_crystal_efficiencies(const moly_pet_scanner *scanner, double spread, uint64_t seed,
                               float *efficiencies)
{
    const int64_t n = scanner->n_rings * scanner->n_detectors;
    for (int64_t i = 0; i < n; i++) {
        moly_random random = moly_random_stream(seed ^ efficiency_key, (uint64_t)i);
        const double z = fmax(-3.0, fmin(3.0, moly_random_normal(&random)));
        efficiencies[i] = (float)((1.0 + spread * z) / (1.0 + 3.0 * spread)); /* a probability */
    }
}

moly_status setup_check(const moly_scan_setup *s, moly_error *err)
{
    if (s->layout->is_arc_corrected) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "a scan has the crystals' own lines, "
                         "not arc-corrected bins");
    }
    if (!(s->duration_s > 0.0 && s->duration_s <= 1e7)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a scan of %g s, not within 0 to 1e7 s",
                         s->duration_s);
    }
    if (!(s->efficiency_spread >= 0.0 && s->efficiency_spread <= 0.3)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "crystals' efficiencies with a spread of %g, not within 0 to 0.3",
                         s->efficiency_spread);
    }
    if (s->n_threads < 1 || s->n_threads > MOLY_MOST_THREADS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%d threads, not within 1 to %d", s->n_threads,
                         MOLY_MOST_THREADS);
    }
    if (!(moly_positrons_per_decay(s->nuclide) > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s emits no positrons", s->nuclide->name);
    }
    return MOLY_OK;
}
