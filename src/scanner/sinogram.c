/* SPDX-License-Identifier: Apache-2.0 */
/* Bins in memory, and the one face that all stores of bins have. */
#include "moly/scanner/sinogram.h"

#include <string.h>

#include "moly/base/memory.h"

struct moly_sinogram {
    moly_layout *layout;
    moly_sinogram_ops ops;
    void *store;
};

typedef struct in_memory {
    size_t view_bins;
    float *bins;
} in_memory;

static moly_status read_memory(void *store, int64_t view, float *bins, moly_error *err)
{
    const in_memory *m = store;
    (void)err;
    memcpy(bins, m->bins + (size_t)view * m->view_bins, m->view_bins * sizeof *bins);
    return MOLY_OK;
}

static moly_status write_memory(void *store, int64_t view, const float *bins, moly_error *err)
{
    in_memory *m = store;
    (void)err;
    memcpy(m->bins + (size_t)view * m->view_bins, bins, m->view_bins * sizeof *bins);
    return MOLY_OK;
}

static void close_memory(void *store)
{
    in_memory *m = store;
    moly_free(m->bins);
    moly_free(m);
}

moly_status moly_sinogram_new(const moly_layout *layout, moly_sinogram **sinogram, moly_error *err)
{
    static const moly_sinogram_ops ops = {read_memory, write_memory, close_memory, NULL};
    *sinogram = NULL;
    in_memory *m = moly_alloc(1, sizeof *m);
    if (!m) {
        return MOLY_NO_MEMORY(err);
    }
    m->view_bins = (size_t)moly_layout_view_bins(layout);
    m->bins = moly_alloc((size_t)layout->n_views, m->view_bins * sizeof *m->bins);
    if (!m->bins) {
        moly_free(m);
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "no memory for a sinogram of %.1f GB",
                         4e-9 * (double)moly_layout_n_bins(layout));
    }
    moly_status status = moly_sinogram_wrap(layout, &ops, m, sinogram, err);
    if (status) {
        close_memory(m);
    }
    return status;
}

moly_status moly_sinogram_wrap(const moly_layout *layout, const moly_sinogram_ops *ops, void *store,
                               moly_sinogram **sinogram, moly_error *err)
{
    *sinogram = NULL;
    moly_sinogram *made = moly_alloc(1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_layout_copy(layout, &made->layout, err);
    if (status) {
        moly_free(made);
        return status;
    }
    made->ops = *ops;
    made->store = store;
    *sinogram = made;
    return MOLY_OK;
}

void moly_sinogram_free(moly_sinogram *sinogram)
{
    if (sinogram) {
        sinogram->ops.close(sinogram->store);
        moly_layout_free(sinogram->layout);
        moly_free(sinogram);
    }
}

const moly_layout *moly_sinogram_layout(const moly_sinogram *sinogram)
{
    return sinogram->layout;
}

moly_status moly_sinogram_read_view(const moly_sinogram *sinogram, int64_t view, float *bins,
                                    moly_error *err)
{
    MOLY_ASSERT(view >= 0 && view < sinogram->layout->n_views);
    return sinogram->ops.read_view(sinogram->store, view, bins, err);
}

moly_status moly_sinogram_write_view(moly_sinogram *sinogram, int64_t view, const float *bins,
                                     moly_error *err)
{
    MOLY_ASSERT(view >= 0 && view < sinogram->layout->n_views);
    if (!sinogram->ops.write_view) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "this sinogram can only be read");
    }
    return sinogram->ops.write_view(sinogram->store, view, bins, err);
}

moly_status moly_sinogram_finish(moly_sinogram *sinogram, moly_error *err)
{
    return sinogram->ops.finish ? sinogram->ops.finish(sinogram->store, err) : MOLY_OK;
}

moly_status moly_sinogram_sum(const moly_sinogram *sinogram, double *sum, moly_error *err)
{
    const size_t n = (size_t)moly_layout_view_bins(sinogram->layout);
    float *bins = moly_alloc(n, sizeof *bins);
    moly_status status = bins ? MOLY_OK : MOLY_NO_MEMORY(err);
    double total = 0.0;
    for (int64_t view = 0; view < sinogram->layout->n_views && !status; view++) {
        status = moly_sinogram_read_view(sinogram, view, bins, err);
        for (size_t i = 0; i < n && !status; i++) {
            total += (double)bins[i];
        }
    }
    moly_free(bins);
    if (!status) {
        *sum = total;
    }
    return status;
}
