/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_SINOGRAM_H
#define MOLY_SCANNER_SINOGRAM_H

/** Sinograms of a PET scanner: how coincidences are sorted into bins, and the bins themselves.
 *
 *  A bin is (view, tangential, TOF, plane). A view and a tangential bin are one line across the
 *  bore; a plane is one (segment, axial position): how the line lies along the axis. So all planes
 *  of one (view, tangential) share their transaxial geometry, and projectors live on that. A view
 *  is handed over as float[n_tangential][n_tof][n_planes], plane fastest.
 *
 *  Uncompressed view v and tangential t (which may be negative) of N crystals a ring:
 *  crystal 1 = (v + (t >> 1) + N) mod N, crystal 2 = (v - ((t + 1) >> 1) + N/2) mod N.
 *  Tangential bin index i stands for t = i - n_tangential / 2.
 *  Segments are ordered by their mean ring difference (ring of crystal 2 - ring of crystal 1),
 *  ascending; axial positions along z. TOF bin 0 lies next to crystal 2, the last one next to
 *  crystal 1. Source: conventions of STIR 6 */

#include "moly/scanner/events.h"
#include "moly/scanner/pet.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Ring differences that are summed; all axial positions of it. */
typedef struct moly_segment {
    int32_t min_difference, max_difference; /**< ring 2 - ring 1 */
    int64_t n_axial;
    int64_t first_plane; /**< number of its first plane */
} moly_segment;

/** Owned members; const once made. */
typedef struct moly_layout {
    moly_pet_scanner scanner;
    int64_t n_views;      /**< n_detectors / 2 / view_mashing; arc-corrected data may have others */
    int64_t view_mashing; /**< views of the scanner in one */
    int64_t n_tangential;
    int64_t n_tof;       /**< TOF bins; 1: no TOF */
    int64_t tof_mashing; /**< bins of the scanner in one; 0: no TOF */
    bool is_arc_corrected;
    double bin_mm; /**< tangential bin where arc-corrected */
    moly_segment *segments;
    int64_t n_segments, n_planes;
} moly_layout;

typedef struct moly_layout_options {
    int64_t span;           /**< odd; 0: the scanner's own */
    int64_t max_difference; /**< -1: the scanner's own */
    int64_t view_mashing;   /**< a divisor of n_detectors / 2; 0: 1 */
    int64_t n_tangential;   /**< 0: the scanner's own */
    int64_t tof_mashing;    /**< 0: no TOF; else odd */
    double arc_bin_mm;      /**< > 0: arc-corrected, with that bin */
} moly_layout_options;

/** @retval MOLY_ERR_RANGE  an option the scanner cannot have: the message names it with its limit
 */
MOLY_API MOLY_CHECKED moly_status moly_layout_new(const moly_pet_scanner *scanner,
                                                  const moly_layout_options *options,
                                                  moly_layout **layout, moly_error *err);
/** From segments given one by one (as files do), in any order; n_axial is checked.
 *  Members `segments`, `n_segments`, `n_planes` of `model` are not read. */
MOLY_API MOLY_CHECKED moly_status moly_layout_from_segments(const moly_layout *model,
                                                            const moly_segment *segments,
                                                            int64_t n_segments,
                                                            moly_layout **layout, moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_layout_copy(const moly_layout *source, moly_layout **layout,
                                                   moly_error *err);
MOLY_API void moly_layout_free(moly_layout *layout);
/** Do two layouts have the same bins on the same scanner? */
MOLY_API bool moly_layout_equal(const moly_layout *a, const moly_layout *b);

MOLY_API int64_t moly_layout_n_bins(const moly_layout *layout);
/** Bins of one view. */
MOLY_API int64_t moly_layout_view_bins(const moly_layout *layout);
/** Segment (index, not ring difference) and axial position of a plane. */
MOLY_API void moly_layout_plane(const moly_layout *layout, int64_t plane, int64_t *segment,
                                int64_t *axial);
/** Pairs of rings that a plane sums: how many, and with `rings` not NULL which
 *  (rings[2 i], rings[2 i + 1] are those of crystal 1 and 2; room for 2 * n). */
MOLY_API int64_t moly_layout_ring_pairs(const moly_layout *layout, int64_t plane, int32_t *rings);
/** The plane that a pair of rings falls into; -1: not kept. */
MOLY_API int64_t moly_layout_find_plane(const moly_layout *layout, int64_t ring_1, int64_t ring_2);

/** Transaxial ends of a (view, tangential) line, mm: at crystal 1 and at crystal 2, the mean over
 *  mashed views. Arc-corrected: where the line meets the circle of moly_pet_radius().
 *  @return false: the line misses that circle; a and b are then not set */
MOLY_API bool moly_layout_line(const moly_layout *layout, int64_t view, int64_t tangential,
                               double a_mm[2], double b_mm[2]);
/** Mean axial position of a plane's rings at crystal 1 and at crystal 2, mm. */
MOLY_API void moly_layout_ends(const moly_layout *layout, int64_t plane, double *z1_mm,
                               double *z2_mm);
/** Width of a TOF bin and sigma of the timing kernel, both as distances along the line, mm; bin k
 *  is centred (k - (n_tof - 1) / 2) * width from the middle towards crystal 1. */
MOLY_API double moly_layout_tof_width(const moly_layout *layout);
MOLY_API double moly_layout_tof_sigma(const moly_layout *layout);
/** View, tangential bin and orientation of two crystals of a ring, mashing included.
 *  @param[out] is_swapped  crystal `first` is the layout's crystal 2
 *  @return false: tangential bin not kept, or the same crystal, or arc-corrected bins */
MOLY_API bool moly_layout_find_line(const moly_layout *layout, int64_t first, int64_t second,
                                    int64_t *view, int64_t *tangential, bool *is_swapped);

/** The bin that a coincidence falls into: view * moly_layout_view_bins() + bin of the view; its
 *  crystals are those of the scanner. @return -1: none of the layout */
MOLY_API int64_t moly_layout_find_bin(const moly_layout *layout, const moly_event *event);

/** Bins, wherever they are kept: in memory, or in a file that is read a view at a time. */
typedef struct moly_sinogram moly_sinogram;
typedef struct moly_sinogram_ops {
    /** One view, float[n_tangential][n_tof][n_planes]. */
    moly_status (*read_view)(void *store, int64_t view, float *bins, moly_error *err);
    /** NULL: read only. */
    moly_status (*write_view)(void *store, int64_t view, const float *bins, moly_error *err);
    void (*close)(void *store);
    /** NULL: nothing is left to do. */
    moly_status (*finish)(void *store, moly_error *err);
} moly_sinogram_ops;

/** Zeroed bins in memory. Takes a copy of `layout`. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_new(const moly_layout *layout,
                                                    moly_sinogram **sinogram, moly_error *err);
/** Bins that `ops` keep in `store`; it owns `store` from success on. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_wrap(const moly_layout *layout,
                                                     const moly_sinogram_ops *ops, void *store,
                                                     moly_sinogram **sinogram, moly_error *err);
MOLY_API void moly_sinogram_free(moly_sinogram *sinogram);
/** Borrowed. */
MOLY_API const moly_layout *moly_sinogram_layout(const moly_sinogram *sinogram);
/** @retval MOLY_ERR_IO, MOLY_ERR_DATA  from a file: short, or a bin that is not finite
 *  Threads: views of one sinogram may be read by several threads at once */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_read_view(const moly_sinogram *sinogram,
                                                          int64_t view, float *bins,
                                                          moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_sinogram_write_view(moly_sinogram *sinogram, int64_t view,
                                                           const float *bins, moly_error *err);
/** Make what was written last: a file gets its name and header only now. Once, after the last view;
 *  freed without it, a file that was being made is gone. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_finish(moly_sinogram *sinogram, moly_error *err);
/** Sort coincidences into bins: each view of `sinogram` is replaced by how many fell in each bin.
 *  Events of a bin that the layout does not keep (rings, tangential or TOF bins) are passed over.
 *  Scanner bins of TOF are summed `tof_mashing` at a time around the middle one. One view at a time
 *  is in memory, so sinograms in files may be larger than it.
 *  @param[in]  is_delayed  the delayed coincidences instead of the prompt ones
 *  @param[out] n_kept      how many fell in a bin; may be NULL
 *  @retval MOLY_ERR_RANGE  another scanner's events (rings, crystals), or an arc-corrected layout
 *  @retval MOLY_ERR_DATA   an event names a crystal that the scanner does not have */
MOLY_API MOLY_CHECKED moly_status moly_events_histogram(const moly_event_list *list,
                                                        bool is_delayed, moly_sinogram *sinogram,
                                                        int64_t *n_kept, moly_error *err);
/** The same as a read-only sinogram that keeps 8 bytes an event instead of its bins: a view is
 *  counted whenever it is read. The list may go afterwards. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_of_events(const moly_event_list *list,
                                                          const moly_layout *layout,
                                                          bool is_delayed, moly_sinogram **sinogram,
                                                          moly_error *err);
/** The same into a new sinogram in memory. */
MOLY_API MOLY_CHECKED moly_status moly_events_to_sinogram(const moly_event_list *list,
                                                          const moly_layout *layout,
                                                          bool is_delayed, moly_sinogram **sinogram,
                                                          moly_error *err);

/** Sum of all bins, in double. */
MOLY_API MOLY_CHECKED moly_status moly_sinogram_sum(const moly_sinogram *sinogram, double *sum,
                                                    moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
