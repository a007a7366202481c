/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_STUDY_H
#define REPORT_STUDY_H

/* A study as its report needs it: gathered by study.c, written down by study_page.c. */

#include "paper.h"
#include "projection.h"
#include "words.h"

typedef enum study_standing {
    STUDY_PRELIMINARY, /* nobody signed */
    STUDY_SIGNED,
    STUDY_CORRECTED, /* the signed event was corrected: the signature holds no more */
    STUDY_CHANGED,   /* the record changed after it was signed */
} study_standing;

typedef struct study_report {
    words w;
    json_t *study, *patient, *dose; /* dose: NULL where none is known */
    json_t *latest;                 /* [event that changed the study last] */
    json_t *reports;                /* clinic.report_study, newest first */
    json_t *signers;                /* person records, in the order of the signatures; or null */
    moly_volume *volume, *regions;  /* regions: NULL where there are none */
    bool has_other_regions;         /* labels on another lattice, which are not drawn */
    bool has_other_factors;         /* one factor does not give the measured maximum */
    views views;
    double top; /* SUV that is black */
    study_standing standing;
    provenance from;
} study_report;

/* The newest report and its signatures; NULL where there is none. */
const json_t *study_signed_event(const study_report *r);

/* paper_body */
void study_page(paper *p, const void *report);
/* What stands on every page about how far the report can be trusted; NULL when it is signed. */
const char *study_mark(const study_report *r);

#endif
