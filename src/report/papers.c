/* SPDX-License-Identifier: Apache-2.0 */
/* The papers of the hot lab by name: which there are, and one way from a request to its PDF. */
#include <string.h>

#include "sheet.h"

static const struct {
    moly_paper face;
    moly_status (*fill)(sheet *s, moly_error *err);
} papers[] = {
    {{"activity", "What activity is where at an instant", false}, paper_activity},
    {{"batch", "Record of a batch: components, steps, checks, tests, release", true}, paper_batch},
    {{"certificate", "Certificate of a kit, eluate or vial: tests, limits, release", true},
     paper_certificate},
    {{"day", "The doses of a day, to work by when the power is out", false}, paper_day},
    {{"journal", "Journal of generators and radiopharmaceuticals (SanPiN 2.6.1.2368-08, 7)", false},
     paper_journal},
    {{"notice", "A notice to a receiver of a batch or lot, to hand over and sign", true},
     paper_notice},
    {{"qualification", "Qualification of an installation, with its signature", true},
     paper_qualification},
    {{"recall", "What was made of a lot, and who was given it", true}, paper_recall},
    {{"waste", "Containers of radioactive waste and what is left in them", false}, paper_waste},
};
enum { N_PAPERS = sizeof papers / sizeof papers[0] };

const moly_paper *moly_paper_at(size_t i)
{
    return i < N_PAPERS ? &papers[i].face : NULL;
}

/* The newest event: its hash on the paper says what the records were. */
static moly_status find_head(sheet *s, moly_error *err)
{
    json_t *events = NULL;
    const moly_event_query newest = {.limit = 1, .newest_first = true};
    moly_status status = moly_ledger_events(s->reader, &newest, &events, err);
    status = status ? status : sheet_keep(s, events, err);
    return status ? status
                  : provenance_of(json_array_get(events, 0), s->reader, &s->w, &s->head, err);
}

static moly_status make(sheet *s, moly_status (*fill)(sheet *s, moly_error *err),
                        moly_report_bytes *out, moly_error *err)
{
    moly_status status = find_head(s, err);
    status = status ? status : fill(s, err);
    if (!status && s->is_broken) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        return status;
    }
    const paper_frame frame = {.language = s->w.language,
                               .site = s->head.site,
                               .title = s->title,
                               .name = s->name,
                               .identity = s->identity,
                               .subject = s->subject ? s->subject : s->title,
                               .mark = s->mark,
                               .is_training = s->head.is_training,
                               .is_landscape = s->is_landscape,
                               .foot = s->head.foot,
                               .date = s->until};
    return paper_make(&frame, sheet_draw, s, out, err);
}

moly_status moly_report_paper(const moly_ledger_reader *reader, const moly_paper_request *request,
                              moly_report_bytes *out, moly_error *err)
{
    *out = (moly_report_bytes){0};
    for (size_t i = 0; i < N_PAPERS; i++) {
        const moly_paper *face = &papers[i].face;
        if (strcmp(face->name, request->name) != 0) {
            continue;
        }
        if (face->is_of_record && !request->id) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "paper %s is about a record: give its id",
                             face->name);
        }
        sheet *s = moly_alloc(1, sizeof *s);
        moly_arena *arena = moly_arena_new();
        moly_status status = s && arena ? MOLY_OK : MOLY_NO_MEMORY(err);
        if (!status) {
            *s = (sheet){.w = {.arena = arena, .language = request->language},
                         .reader = reader,
                         .id = request->id,
                         .from = request->from,
                         .until = request->until};
            status = make(s, papers[i].fill, out, err);
        }
        moly_arena_free(arena);
        moly_free(s);
        return status;
    }
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "there is no paper '%.40s'; see moly report --help",
                     request->name);
}
