/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/volume/volume.h"

#include "moly/base/memory.h"

const char *moly_quantity_word(moly_quantity quantity)
{
    static const char *const words[] = {
#define WORD(name, word, unit) word,
        MOLY_QUANTITY_LIST(WORD)
#undef WORD
    };
    MOLY_ASSERT((size_t)quantity < sizeof(words) / sizeof(words[0]));
    return words[quantity];
}

const char *moly_quantity_unit(moly_quantity quantity)
{
    static const char *const units[] = {
#define UNIT(name, word, unit) unit,
        MOLY_QUANTITY_LIST(UNIT)
#undef UNIT
    };
    MOLY_ASSERT((size_t)quantity < sizeof(units) / sizeof(units[0]));
    return units[quantity];
}

moly_status moly_volume_new(const moly_grid *grid, int64_t n_frames, moly_quantity quantity,
                            moly_volume **volume, moly_error *err)
{
    moly_status status = moly_grid_check(grid, err);
    if (status != MOLY_OK) {
        return status;
    }
    int64_t voxels = moly_grid_n_voxels(grid);
    if (n_frames < 1 || n_frames > (INT64_C(1) << 40) / voxels) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%lld frames of %lld voxels: at least 1 frame, at most 2^40 voxels",
                         (long long)n_frames, (long long)voxels);
    }
    moly_volume *made = moly_alloc(1, sizeof(*made));
    float *data = moly_alloc((size_t)(n_frames * voxels), sizeof(*data));
    if (!made || !data) {
        moly_free(made);
        moly_free(data);
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "no memory for a volume of %lld voxels",
                         (long long)(n_frames * voxels));
    }
    *made = (moly_volume){*grid, quantity, n_frames, data, NULL};
    *volume = made;
    return MOLY_OK;
}

void moly_volume_free(moly_volume *volume)
{
    if (volume) {
        moly_free(volume->data);
        moly_free(volume->note);
        moly_free(volume);
    }
}

moly_status moly_volume_set_note(moly_volume *volume, const char *note, moly_error *err)
{
    char *copy = note ? moly_strdup(note) : NULL;
    if (note && !copy) {
        return MOLY_NO_MEMORY(err);
    }
    moly_free(volume->note);
    volume->note = copy;
    return MOLY_OK;
}
