/* SPDX-License-Identifier: Apache-2.0 */
/* Scatter of SPECT and planar data from energy windows beside the peak's. */
#include "moly/reconstruction/spect.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

static double width(const moly_projections *p, int64_t window)
{
    return p->windows[window].high_kev - p->windows[window].low_kev;
}

static moly_status check(const moly_projections *p, int64_t peak, int64_t lower, int64_t upper,
                         moly_error *err)
{
    const int64_t windows[] = {peak, lower, upper};
    for (int i = 0; i < 3; i++) {
        const bool may_be_none = i == 2 && upper < 0;
        if (!may_be_none && (windows[i] < 0 || windows[i] >= p->n_windows)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "no energy window %lld; the data have %lld",
                             (long long)windows[i] + 1, (long long)p->n_windows);
        }
        if (!may_be_none && !(width(p, windows[i]) > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "energy window %lld is %g to %g keV",
                             (long long)windows[i] + 1, p->windows[windows[i]].low_kev,
                             p->windows[windows[i]].high_kev);
        }
    }
    return MOLY_OK;
}

/* Each view blurred as a plane of an image. */
static moly_status blur(moly_projections *p, double fwhm_mm, moly_error *err)
{
    const moly_grid grid = {{p->n_bins, p->n_axial, 1},
                            {p->bin_mm, p->axial_mm, 1e6}, /* a view does not reach the next */
                            {0.0, 0.0, 0.0},
                            {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const size_t n = (size_t)(p->n_gates * p->n_views) * moly_projections_view_size(p);
    moly_volume *views = NULL;
    moly_status status =
        moly_volume_new(&grid, p->n_gates * p->n_views, MOLY_QUANTITY_COUNTS, &views, err);
    if (!status) {
        memcpy(views->data, p->counts, n * sizeof *p->counts);
        status = moly_volume_smooth(views, fwhm_mm, err);
    }
    if (!status) {
        memcpy(p->counts, views->data, n * sizeof *p->counts);
    }
    moly_volume_free(views);
    return status;
}

moly_status moly_spect_window_scatter(const moly_projections *data, int64_t peak, int64_t lower,
                                      int64_t upper, double lower_share, double fwhm_mm,
                                      moly_projections **scatter, moly_error *err)
{
    moly_projections *made = NULL;
    *scatter = NULL;
    moly_status status = check(data, peak, lower, upper, err);
    status = status ? status
                    : moly_projections_new(1, data->n_gates, data->n_views, data->n_axial,
                                           data->n_bins, data->bin_mm, data->axial_mm, &made, err);
    if (status) {
        return status;
    }
    const size_t n = (size_t)(data->n_gates * data->n_views) * moly_projections_view_size(data);
    const float *low = moly_projections_view(data, lower, 0, 0);
    const float *high = upper >= 0 ? moly_projections_view(data, upper, 0, 0) : NULL;
    const double half_width = 0.5 * width(data, peak);
    const double low_factor = lower_share > 0.0 ? lower_share : half_width / width(data, lower);
    const double high_factor = high && !(lower_share > 0.0) ? half_width / width(data, upper) : 0.0;
    for (size_t i = 0; i < n; i++) {
        made->counts[i] =
            (float)(low_factor * (double)low[i] + (high ? high_factor * (double)high[i] : 0.0));
    }
    made->windows[0] = data->windows[peak];
    memcpy(made->views, data->views, (size_t)data->n_views * sizeof *made->views);
    made->has_start = data->has_start;
    made->start = data->start;
    status = fwhm_mm > 0.0 ? blur(made, fwhm_mm, err) : MOLY_OK;
    if (status) {
        moly_projections_free(made);
        return status;
    }
    *scatter = made;
    return MOLY_OK;
}
