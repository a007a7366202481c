/* SPDX-License-Identifier: Apache-2.0 */
/* Truth images of a phantom. */
#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "moly/simulation/solids.h"

typedef struct job {
    const moly_solids *solids;
    const moly_grid *grid;
    int n_sub;
    const double *mu; /* by material */
    float *activity, *attenuation;
} job;

static void voxel(const job *j, int64_t x, int64_t y, int64_t z)
{
    const int n = j->n_sub;
    double activity = 0.0, mu = 0.0;
    for (int i = 0; i < n * n * n; i++) {
        const int sub[3] = {i % n, i / n % n, i / n / n};
        double index[3] = {(double)x, (double)y, (double)z}, at[3];
        for (int k = 0; k < 3; k++) {
            index[k] += (sub[k] + 0.5) / n - 0.5;
        }
        moly_grid_position(j->grid, index, at);
        const int solid = moly_solids_at(j->solids, at);
        if (solid >= 0) {
            activity += j->solids->solids[solid].bq_per_ml;
            mu += j->mu[j->solids->solids[solid].material];
        }
    }
    const int64_t at = (z * j->grid->n[1] + y) * j->grid->n[0] + x;
    const double share = 1.0 / ((double)n * n * n);
    if (j->activity) {
        j->activity[at] = (float)(activity * share);
    }
    if (j->attenuation) {
        j->attenuation[at] = (float)(mu * share);
    }
}

static void row(void *context, int64_t item, int thread)
{
    const job *j = context;
    (void)thread;
    for (int64_t x = 0; x < j->grid->n[0]; x++) {
        voxel(j, x, item % j->grid->n[1], item / j->grid->n[1]);
    }
}

static moly_status voxelise(const moly_solids *solids, const moly_grid *grid, int n_sub,
                            int n_threads, double energy_kev, moly_volume **activity,
                            moly_volume **mu, moly_error *err)
{
    double by_material[MOLY_SOLIDS_MOST_MATERIALS] = {0.0};
    moly_volume *made_activity = NULL, *made_mu = NULL;
    moly_status status = MOLY_OK;
    if (n_sub < 1 || n_sub > 16) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%d points along a voxel's edge, not within 1 to 16",
                         n_sub);
    }
    for (size_t i = 0; i < solids->n_materials; i++) {
        by_material[i] = energy_kev > 0.0 ? moly_solids_mu_at_per_mm(solids, (int)i, energy_kev)
                                          : moly_solids_mu_per_mm(solids, (int)i);
    }
    if (activity) {
        status = moly_volume_new(grid, 1, MOLY_QUANTITY_BQ_PER_ML, &made_activity, err);
    }
    if (mu && !status) {
        status = moly_volume_new(grid, 1, MOLY_QUANTITY_PER_MM, &made_mu, err);
    }
    if (status) {
        moly_volume_free(made_activity);
        return status;
    }
    job j = {.solids = solids,
             .grid = grid,
             .n_sub = n_sub,
             .mu = by_material,
             .activity = made_activity ? made_activity->data : NULL,
             .attenuation = made_mu ? made_mu->data : NULL};
    moly_parallel(n_threads, grid->n[1] * grid->n[2], row, &j);
    if (activity) {
        *activity = made_activity;
    }
    if (mu) {
        *mu = made_mu;
    }
    return MOLY_OK;
}

moly_status moly_phantom_voxelise(const moly_solids *solids, const moly_grid *grid, int n_sub,
                                  int n_threads, moly_volume **activity, moly_volume **mu,
                                  moly_error *err)
{
    return voxelise(solids, grid, n_sub, n_threads, 0.0, activity, mu, err);
}

moly_status moly_phantom_attenuation(const moly_solids *solids, const moly_grid *grid, int n_sub,
                                     int n_threads, double energy_kev, moly_volume **mu,
                                     moly_error *err)
{
    return energy_kev > 0.0 ? voxelise(solids, grid, n_sub, n_threads, energy_kev, NULL, mu, err)
                            : MOLY_FAIL(err, MOLY_ERR_RANGE, "attenuation at %g keV", energy_kev);
}
