/* SPDX-License-Identifier: Apache-2.0 */
/* An image with x fastest to columns with z fastest, and back. */
#include "moly/projection/pet.h"

enum { TILE = 16 };

/* A matrix of n_rows x n_columns transposed, in tiles; steps are from row to row, floats. */
static void transpose(size_t n_rows, size_t n_columns, size_t in_step, size_t out_step,
                      const float *in, float *out)
{
    for (size_t r = 0; r < n_rows; r += TILE) {
        const size_t r_end = r + TILE < n_rows ? r + TILE : n_rows;
        for (size_t c = 0; c < n_columns; c += TILE) {
            const size_t c_end = c + TILE < n_columns ? c + TILE : n_columns;
            for (size_t i = r; i < r_end; i++) {
                for (size_t j = c; j < c_end; j++) {
                    out[j * out_step + i] = in[i * in_step + j];
                }
            }
        }
    }
}

void moly_columns_from_volume(const moly_volume *volume, int64_t frame, float *columns)
{
    const size_t slice = (size_t)(volume->grid.n[0] * volume->grid.n[1]);
    const size_t nz = (size_t)volume->grid.n[2];
    transpose(nz, slice, slice, nz, volume->data + (size_t)frame * slice * nz, columns);
}

void moly_columns_to_volume(const float *columns, moly_volume *volume, int64_t frame)
{
    const size_t slice = (size_t)(volume->grid.n[0] * volume->grid.n[1]);
    const size_t nz = (size_t)volume->grid.n[2];
    transpose(slice, nz, nz, slice, columns, volume->data + (size_t)frame * slice * nz);
}
