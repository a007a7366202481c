/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_INTERFILE_H
#define MOLY_FORMATS_INTERFILE_H

/** Interfile as STIR 6 reads and writes it: images (.hv with .v) and PET sinograms (.hs with .s);
 *  sinogram headers of Siemens' e7 tools (.s.hdr) are read too, plain ones without TOF.
 *  A header is text; the numbers lie in a file beside it, which the header names. All that a header
 *  says is checked before it is used; messages name file, line and key. Unknown keys are passed
 *  over. Source: Interfile 3.3 with STIR's additions */

#include "moly/base/memory.h"
#include "moly/scanner/gamma.h"
#include "moly/scanner/sinogram.h"
#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Read an image; x fastest, then y, z, frame. The lattice lies in the scanner's frame, direction
 *  the identity. Without `first pixel offset (mm)` x and y begin at -(n / 2) steps (whole
 * division), so that a voxel lies on the axis; z is counted from the middle of the planes, and its
 * offset is that of the first plane relative to where it would lie centred. Both as STIR has it.
 *  @param[out] volume  quantity UNKNOWN unless Moly wrote it; owned by the caller
 *  @retval MOLY_ERR_NOT_FOUND  no such header, or no data file beside it
 *  @retval MOLY_ERR_DATA   no Interfile image; a key missing, twice contradicted or absurd; a data
 *          file too short for it; a voxel not finite
 *  @retval MOLY_ERR_RANGE  more voxels than moly_volume_new() takes */
MOLY_API MOLY_CHECKED moly_status moly_interfile_read_image(const char *path, moly_volume **volume,
                                                            moly_error *err);
/** Write an image as `path` (.hv) and, beside it, its voxels (.v, float32, little-endian). The
 *  header comes last, so that a header there means voxels there.
 *  @retval MOLY_ERR_USAGE  `path` does not end in .hv; axes that are not the scanner's */
MOLY_API MOLY_CHECKED moly_status moly_interfile_write_image(const char *path,
                                                             const moly_volume *volume,
                                                             moly_error *err);

/** The layout that a header of PET sinograms describes; its data file need not exist. The scanner
 *  comes from its block in the header, completed by what is known of `originating system`.
 *  @retval MOLY_ERR_DATA   no header of PET sinograms; a key missing or absurd; segments that do
 * not fit the scanner; a geometry Moly does not have (a map of crystals) */
MOLY_API MOLY_CHECKED moly_status moly_interfile_read_layout(const char *path, moly_layout **layout,
                                                             moly_error *err);
/** The same from a header in memory; `what` names it in messages. */
MOLY_API MOLY_CHECKED moly_status moly_interfile_parse_layout(const char *text, size_t length,
                                                              const char *what,
                                                              moly_layout **layout,
                                                              moly_error *err);

/** Open sinograms where they are, read only; a view is read when it is asked for, so they may be
 *  larger than memory. Both orders on disk, all number formats, scaled.
 *  @retval MOLY_ERR_DATA  as above, or the data file is too short */
MOLY_API MOLY_CHECKED moly_status moly_interfile_open_sinogram(const char *path,
                                                               moly_sinogram **sinogram,
                                                               moly_error *err);

/** One sinogram of it, without reading the others: an axial position of a segment over all views.
 *  @param[in]  segment  index into the layout's segments
 *  @param[in]  tof      TOF bin; -1: their sum
 *  @param[out] rows     float[n_views][n_tangential] of the layout
 *  @retval MOLY_ERR_RANGE  no such segment, axial position or TOF bin */
MOLY_API MOLY_CHECKED moly_status moly_interfile_read_plane(const char *path, int64_t segment,
                                                            int64_t axial, int64_t tof, float *rows,
                                                            moly_error *err);

/** Begin sinograms as `path` (.hs) and, beside it, their bins (.s, float32, little-endian; segment,
 *  view, axial position, tangential bin, with TOF bins slowest). All bins are 0 until written. The
 *  sinogram can be read back while it is being written. Nothing carries the names until
 *  moly_sinogram_finish(); freed without it, or after a crash, there is no header.
 *  @retval MOLY_ERR_USAGE  `path` does not end in .hs
 *  @retval MOLY_ERR_IO     the file cannot be made */
MOLY_API MOLY_CHECKED moly_status moly_interfile_create_sinogram(const char *path,
                                                                 const moly_layout *layout,
                                                                 moly_sinogram **sinogram,
                                                                 moly_error *err);

/** Read SPECT projections: one energy window, one gate; views, rows, bins as they lie in the file.
 *  A view at `start angle` a has its bins along (cos a, sin a) and, clockwise, the next one at a
 *  smaller angle, as STIR has it; the head is above at 0 (gamma.h).
 *  @retval MOLY_ERR_NOT_FOUND  no such header, or no data file beside it
 *  @retval MOLY_ERR_DATA   no SPECT projections; a key missing or absurd; a data file too short;
 *          counts negative or not finite */
MOLY_API MOLY_CHECKED moly_status moly_interfile_read_projections(const char *path,
                                                                  moly_projections **projections,
                                                                  moly_error *err);
/** Write projections as `path` (.hs) and, beside it, their counts (.s, float32, little-endian).
 *  @retval MOLY_ERR_USAGE  `path` does not end in .hs; several windows or gates, which STIR does
 *          not read; angles that are not evenly spread */
MOLY_API MOLY_CHECKED moly_status moly_interfile_write_projections(const char *path,
                                                                   const moly_projections *p,
                                                                   moly_error *err);

/** What an Interfile header heads. */
typedef enum moly_interfile_kind {
    MOLY_INTERFILE_IMAGE,
    MOLY_INTERFILE_SINOGRAM, /**< PET, of STIR or of e7 */
    MOLY_INTERFILE_SPECT,
    MOLY_INTERFILE_LISTMODE, /**< PETLINK: moly/formats/listmode.h */
    MOLY_INTERFILE_OTHER
} moly_interfile_kind;

/** What a header says besides sizes. Texts NULL and numbers NAN where it does not; of several
 * frames or windows the first. */
typedef struct moly_interfile_facts {
    moly_interfile_kind kind;
    const char *system, *nuclide, *study_date;
    const char *data_file; /**< as named, unchecked */
    double duration_s, start_s, window_low_kev, window_high_kev;
    const char **unread; /**< keys that Moly passed over, as written */
    int *unread_lines;
    size_t n_unread;
} moly_interfile_facts;

/** @param[out] facts  texts lie in `arena`
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_DATA       no Interfile header: the message names file, line and key */
MOLY_API MOLY_CHECKED moly_status moly_interfile_describe(const char *path, moly_arena *arena,
                                                          moly_interfile_facts *facts,
                                                          moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
