/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a segmentation or a structure set on an image, or refused with a sentence. */
#include "regions_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const moly_grid grid = {.n = {12, 10, 8},
                                   .spacing_mm = {4, 4, 5},
                                   .origin_mm = {-22, -18, 100},
                                   .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const moly_region_target target = {&grid, NULL};
    moly_region_list list = {0};
    moly_error err = {0};
    dcm_file *file = NULL;
    moly_arena *arena = moly_arena_new();
    const region_job job = {"fuzz", &target, arena, &list, NULL};
    if (arena && dicom_open_memory(data, size, &file, &err) == MOLY_OK) {
        if (region_read_seg(&job, file, &err) != MOLY_OK) {
            MOLY_ASSERT(err.message[0] != '\0');
        }
        err = (moly_error){0};
        if (region_read_rtstruct(&job, dcm_root(file), &err) != MOLY_OK) {
            MOLY_ASSERT(err.message[0] != '\0');
        }
    }
    dcm_close(file);
    moly_region_list_free(&list);
    moly_arena_free(arena);
    return 0;
}
