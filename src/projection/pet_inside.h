/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_PET_INSIDE_H
#define MOLY_PROJECTION_PET_INSIDE_H

/* What the files of the PET projector share: planes in lanes, and a line's way through the image.
 */
#include "moly/projection/pet.h"
#include "pet_lines.h"

/* Planes of one length of line: they share where a step falls among the TOF bins. */
typedef struct plane_group {
    int first_chunk, n_chunks;
    double dz_mm; /* |z2 - z1| */
} plane_group;

typedef struct plane_plan {
    plane_group *groups;
    int n_groups, n_chunks, most_chunks; /* of a group */
    int32_t *plane;                      /* of each lane; -1: the lane is empty */
    float *z, *dz;                       /* rows of a slab at crystal 1, and from there to 2 */
    float *dz_mm;
} plane_plan;

typedef struct tof_table {
    int width, n_windows, n_bins; /* n_bins with the empty ones before and behind */
    int n_rows;                   /* fractions of a bin */
    double bin_mm;
    float *weights; /* [n_rows + 1][width] */
} tof_table;

struct moly_pet_projector {
    moly_layout *layout;
    moly_grid grid;
    moly_projector_options options;
    const line_kernels *kernels;
    int n[3], stride, most_steps;
    int n_columns;       /* that a line may touch in a row */
    double plane_height; /* distance driven: axial width of a bin, voxels; else 0 */
    plane_plan plan;
    tof_table tof;   /* weights NULL without TOF */
    tof_curve curve; /* for list mode; weights NULL without TOF */
    float *curve_weights;
    float *zeros; /* a column */
};

/* A line across the bore: for each row of voxels that it crosses, the columns that count there. */
typedef struct line_way {
    int n_steps;
    bool is_along_x; /* rows are counted along x, columns of a row along y; else the other way */
    int32_t *row;    /* [n_steps] */
    int32_t *column; /* [n_steps] the first; it may lie outside, where its weight is 0 */
    float *weights;  /* [n_steps][n_columns of the projector] */
    float *t;
    double length_mm; /* between the crystals, across */
    double step_mm;   /* of the line across the bore between two rows */
} line_way;

/* One thread's own. */
typedef struct line_scratch {
    line_way way;
    float *rows; /* a slab */
    float *sums, *others;
    float *lane_z; /* of a group, shifted */
    float *tof_weights;
    int32_t *tof_first;
} line_scratch;

moly_status plan_planes(moly_pet_projector *p, moly_error *err);
void plan_free(plane_plan *plan);
moly_status tabulate_tof(moly_pet_projector *p, moly_error *err);

moly_status scratch_new(const moly_pet_projector *p, bool has_slab, line_scratch *s,
                        moly_error *err);
void scratch_free(line_scratch *s);
/* false: the line passes the image by. */
bool find_way(const moly_pet_projector *p, int64_t view, int64_t tangential, line_way *way);
void find_tof_steps(const moly_pet_projector *p, const line_way *way, double dz_mm, float *weights,
                    int32_t *first);
size_t column_at(const moly_pet_projector *p, const line_way *way, int row, int column);

moly_status siddon_project_view(const moly_pet_projector *p, const float *columns, int64_t view,
                                float *bins, moly_error *err);
moly_status siddon_back_project_view(const moly_pet_projector *p, const float *bins, int64_t view,
                                     float *columns, moly_error *err);

#endif
