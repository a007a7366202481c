/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_SAMPLE_DECLARATION_H
#define MOLY_TESTS_SAMPLE_DECLARATION_H

/* A declaration with a parameter of every type, shared by the tests of its faces. */

#include "moly/base/declare.h"

struct sample_args {
    const char *generator;
    double volume_ml;
    double efficiency;
    int64_t vials;
    int is_dry;
    int shade;
    moly_instant at;
    moly_f64_list after_s;
    moly_text_list notes;
    json_t *extra;
    const char *password;
};

static const char *const sample_shades[] = {"lead", "tungsten", "none", NULL};

static const moly_param sample_params[] = {
    {"generator", 0, MOLY_TEXT(struct sample_args, generator), .min = 1, .max = 12,
     .is_required = true, .is_positional = true, .record = "generator",
     .help = "generator that is eluted"},
    {"volume", 'v', MOLY_F64(struct sample_args, volume_ml), .dim = MOLY_DIM_VOLUME, .min = 0.1,
     .max = 50.0, .is_required = true, .help = "volume of the eluate"},
    {"efficiency", 0, MOLY_F64(struct sample_args, efficiency), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 1.0, .fallback = "90 %", .help = "part of the daughter that comes out"},
    {"vial-count", 'n', MOLY_I64(struct sample_args, vials), .min = 1, .max = 9,
     .help = "vials to fill"},
    {"dry", 'd', MOLY_BOOL(struct sample_args, is_dry), .help = "leave the column dry"},
    {"shade", 's', MOLY_CHOICE(struct sample_args, shade), .choices = sample_shades,
     .fallback = "lead", .help = "what the vial stands in"},
    {"at", 't', MOLY_INSTANT(struct sample_args, at), .fallback = "now",
     .help = "instant of the elution"},
    {"after", 0, MOLY_F64_LIST(struct sample_args, after_s), .dim = MOLY_DIM_TIME, .min = 0,
     .max = 86400, .fallback = "1 h", .help = "times after it"},
    {"note", 0, MOLY_TEXT_LIST(struct sample_args, notes), .help = "remark"},
    {"extra", 0, MOLY_JSON(struct sample_args, extra), .help = "anything more"},
    {"password", 0, MOLY_TEXT(struct sample_args, password), .is_secret = true,
     .help = "password of the signature"},
};

static const moly_declaration sample_declaration = {
    .name = "elute",
    .summary = "Elute a generator",
    .description =
        "Takes the daughter out. What remains grows in again.\n\nThe volume is measured.",
    .example = "moly elute G-1 --volume 5mL",
    .params = sample_params,
    .n_params = sizeof sample_params / sizeof sample_params[0],
    .args_size = sizeof(struct sample_args),
};

#endif
