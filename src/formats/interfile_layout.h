/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_INTERFILE_LAYOUT_H
#define MOLY_FORMATS_INTERFILE_LAYOUT_H

/** PET sinograms in Interfile headers: the layout, and the order of bins on disk. */

#include "moly/scanner/sinogram.h"

#include "interfile_inside.h"

/** How a file orders what a layout orders ascending. */
typedef struct interfile_order {
    bool is_by_view; /**< segment, view, axial, tangential; else segment, axial, view, tangential */
    size_t n_segments; /**< of the layout */
    size_t *segments;  /**< place in the file -> segment of the layout */
    size_t n_tof;
    size_t *tof; /**< place in the file -> TOF bin of the layout */
} interfile_order;

/** @param[out] order  may be NULL; its arrays lie in the header's arena */
moly_status interfile_get_layout(const interfile_header *h, moly_layout **layout,
                                 interfile_order *order, moly_error *err);
/** The same from a header of Siemens' e7 tools (.s.hdr).
 *  @param[in,out] order  arrays in the header's arena; NULL: not asked for */
moly_status interfile_get_e7_layout(const interfile_header *h, moly_layout **layout,
                                    interfile_order *order, moly_error *err);
/** Room for an order's arrays. */
moly_status interfile_new_order(const interfile_header *h, size_t n_segments, size_t n_tof,
                                interfile_order *order, moly_error *err);
/** A whole header for bins in the order that STIR writes. */
void interfile_put_sinogram(moly_text *out, const char *data_name, const moly_layout *layout);

#endif
