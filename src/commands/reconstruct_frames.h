/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_FRAMES_H
#define MOLY_COMMANDS_RECONSTRUCT_FRAMES_H

/* A dynamic scan: which frames are wanted, and what is told of them. */
#include "reconstruct_solve.h"

typedef struct scan_frame {
    uint32_t begin_ms, end_ms; /* since the start of the scan */
} scan_frame;

typedef struct scan_frames {
    scan_frame *frames;
    size_t n;
} scan_frames;

/** "6x10s,4x30s,5min": one after the other from the start of the scan.
 *  @param[in]  scan_s  how long the scan took, s
 *  @param[out] made    its frames belong to the arena
 *  @retval MOLY_ERR_USAGE  not so written
 *  @retval MOLY_ERR_RANGE  more than 1024 frames, one that is no whole number of ms, or more time
 *                          than the scan took */
MOLY_CHECKED moly_status frames_parse(const char *text, double scan_s, moly_arena *arena,
                                      scan_frames *made, moly_error *err);

/** The coincidences of a folder of raw data, one by one; free the list. */
MOLY_CHECKED moly_status frames_read_events(const char *raw, moly_event_list *list,
                                            moly_error *err);

/** Progress of a frame as a part of all frames'. */
typedef struct frame_progress {
    moly_progress progress; /* to hand on */
    const moly_progress *all;
    size_t frame, n;
} frame_progress;
void frame_progress_begin(frame_progress *shared, const moly_progress *all, size_t n);

/** What a frame was made of, for the result: times, counts, how scatter was scaled. New reference.
 */
json_t *frames_describe(const scan_frame *frame, double prompts, const raw_data *data,
                        const solve_record *record, const moly_volume *image);

/** Frames into a result, with the keys that BIDS has for their times. Borrows `frames`. */
MOLY_CHECKED moly_status frames_note(json_t *frames, json_t *result, moly_error *err);

#endif
