/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/nuclide/nuclide.h"

#include "suv_inside.h"

/* What a person's weight and height, and an activity for imaging, can be. */
static const double MIN_WEIGHT_KG = 0.4, MAX_WEIGHT_KG = 400.0;
static const double MIN_HEIGHT_CM = 25.0, MAX_HEIGHT_CM = 260.0;
static const double MIN_BQ = 1e6, MAX_BQ = 1e11;
/* As MBq the same activities are 1 .. 1e5; what lies between 2e4 and 1e6 could be either. */
static const double MIN_MBQ = 0.5, MAX_MBQ = 2e4;
/* How far a header's half-life may be from the table's: to warn, and to refuse. */
static const double HALF_LIFE_WARN = 0.005, HALF_LIFE_REFUSE = 0.2;

/* Codes of DICOM CID 4020 (SNOMED CT, and the older SRT), and the words of code meanings. */
static const struct {
    const char *nuclide, *sct, *srt, *mass, *symbol, *word;
} pet_nuclides[] = {
    {"F-18", "77004003", "C-111A1", "18", "F", "fluor"},
    {"C-11", "40565003", "C-105A1", "11", "C", "carbon"},
    {"N-13", "21576001", "C-107A1", "13", "N", "nitrogen"},
    {"O-15", "129504001", "C-B1038", "15", "O", "oxygen"},
    {"Ga-68", "35337001", "C-131A3", "68", "Ga", "gallium"},
    {"Cu-64", "3932008", "C-127A2", "64", "Cu", "copper"},
    {"Zr-89", "63360001", "C-168A4", "89", "Zr", "zirconium"},
    {"Rb-82", "79197006", "C-159A2", "82", "Rb", "rubidium"},
    {"I-124", "40937006", "C-114A5", "124", "I", "iod"},
    {"Y-86", "10738001", "C-162A3", "86", "Y", "yttrium"},
    {"Y-90", "14691008", "C-162A7", "90", "Y", "yttrium"},
    {"Ga-66", "79477007", "C-131A1", "66", "Ga", "gallium"},
    {"Cu-60", "425364008", "C-127A4", "60", "Cu", "copper"},
    {"Cu-61", "71425003", "C-127A1", "61", "Cu", "copper"},
    {"Cu-62", "422934004", "C-127A5", "62", "Cu", "copper"},
    {"Sc-43", "126605", NULL, "43", "Sc", "scandium"},
    {"Sc-44", "126600", NULL, "44", "Sc", "scandium"},
    {"Mn-52", "37225000", "C-149A1", "52", "Mn", "manganese"},
    {"Br-76", "79523006", "C-113A2", "76", "Br", "brom"},
    {"Tb-152", "126606", NULL, "152", "Tb", "terbium"},
    {"Na-22", "71633006", "C-155A1", "22", "Na", "sodium"},
    {"Ge-68", "53315004", "C-128A2", "68", "Ge", "germanium"},
};
enum { N_PET_NUCLIDES = sizeof(pet_nuclides) / sizeof(pet_nuclides[0]) };

bool moly_pet_nuclide_code(const char *nuclide, const char **code, const char **scheme)
{
    for (size_t i = 0; i < N_PET_NUCLIDES; i++) {
        if (strcmp(pet_nuclides[i].nuclide, nuclide) == 0) {
            const bool is_dicom = strncmp(pet_nuclides[i].sct, "1266", 4) == 0;
            *code = pet_nuclides[i].sct;
            *scheme = is_dicom ? "DCM" : "SCT";
            return true;
        }
    }
    return false;
}

moly_status read_body(suv_work *w, moly_error *err)
{
    double weight = w->header->patient_weight_kg, size = w->header->patient_size_m;
    moly_status status = MOLY_OK;
    w->weight_kg = weight > 0.0 ? weight : NAN;
    w->height_cm = size > 0.0 ? 100.0 * size : NAN;
    if (weight > 1000.0) {
        w->weight_kg = weight / 1000.0;
        status =
            warn(w, err, "Patient Weight is %g: taken as g, which is %g kg", weight, w->weight_kg);
    }
    if (status == MOLY_OK && size > 3.0) {
        w->height_cm = size;
        status = warn(w, err, "Patient Size is %g: taken as cm", size);
    }
    if (status == MOLY_OK && (w->weight_kg < MIN_WEIGHT_KG || w->weight_kg > MAX_WEIGHT_KG)) {
        status = warn(w, err, "Patient Weight of %g kg is outside %g to %g kg", w->weight_kg,
                      MIN_WEIGHT_KG, MAX_WEIGHT_KG);
    }
    if (status == MOLY_OK && (w->height_cm < MIN_HEIGHT_CM || w->height_cm > MAX_HEIGHT_CM)) {
        status = warn(w, err, "Patient Size of %g cm is outside %g to %g cm", w->height_cm,
                      MIN_HEIGHT_CM, MAX_HEIGHT_CM);
    }
    return status;
}

/* Is `word` in `text`, whatever the case; as a whole token when `is_whole`? */
static bool has_word(const char *text, const char *word, bool is_whole)
{
    size_t length = strlen(word);
    bool is_digits = isdigit((unsigned char)word[0]) != 0;
    for (const char *at = text; *at; at++) {
        size_t same = 0;
        while (same < length &&
               tolower((unsigned char)at[same]) == tolower((unsigned char)word[same])) {
            same++;
        }
        bool alike_before = at > text && (is_digits ? isdigit((unsigned char)at[-1])
                                                    : isalpha((unsigned char)at[-1]));
        bool alike_after =
            is_digits ? isdigit((unsigned char)at[same]) : isalpha((unsigned char)at[same]);
        if (same == length && !alike_before && !(is_whole && alike_after)) {
            return true;
        }
    }
    return false;
}

static const char *nuclide_of_header(const moly_dicom_header *header)
{
    const char *code = header->radionuclide_code, *meaning = header->radionuclide_meaning;
    for (size_t i = 0; code && i < N_PET_NUCLIDES; i++) {
        if (strcmp(code, pet_nuclides[i].sct) == 0 ||
            (pet_nuclides[i].srt && strcmp(code, pet_nuclides[i].srt) == 0)) {
            return pet_nuclides[i].nuclide;
        }
    }
    for (size_t i = 0; meaning && i < N_PET_NUCLIDES; i++) {
        if (has_word(meaning, pet_nuclides[i].mass, true) &&
            (has_word(meaning, pet_nuclides[i].symbol, true) ||
             has_word(meaning, pet_nuclides[i].word, false))) {
            return pet_nuclides[i].nuclide;
        }
    }
    return NULL;
}

static double table_half_life_s(const char *nuclide)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index;
    return moly_nuclide_find(set, nuclide, &index, NULL) == MOLY_OK
               ? moly_nuclide_at(set, index)->half_life_s
               : NAN;
}

/* Without a name: the PET nuclide whose half-life is within 2 %. */
static const char *nuclide_of_half_life(double half_life_s)
{
    for (size_t i = 0; i < N_PET_NUCLIDES; i++) {
        double known = table_half_life_s(pet_nuclides[i].nuclide);
        if (fabs(half_life_s - known) < 0.02 * known) {
            return pet_nuclides[i].nuclide;
        }
    }
    return NULL;
}

moly_status read_half_life(suv_work *w, moly_error *err)
{
    double told = w->header->half_life_s;
    bool is_told = told > 0.0 && isfinite(told);
    const char *nuclide = nuclide_of_header(w->header);
    if (!nuclide && is_told) {
        nuclide = nuclide_of_half_life(told);
    }
    double known = nuclide ? table_half_life_s(nuclide) : NAN;
    w->suv->nuclide = nuclide;
    if (!is_told && !isfinite(known)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Radionuclide Half Life (0018,1075) is missing, and no radionuclide that "
                         "Moly knows is named");
    }
    w->suv->half_life_s = is_told ? told : known;
    if (!is_told) {
        return warn(w, err, "Radionuclide Half Life is missing: %.6g s of %s from Moly's table",
                    known, nuclide);
    }
    double off = isfinite(known) ? told / known - 1.0 : 0.0;
    if (fabs(off) > HALF_LIFE_REFUSE) {
        return MOLY_FAIL(
            err, MOLY_ERR_DATA,
            "Radionuclide Half Life is %.6g s, but the header names %s, whose half-life "
            "is %.6g s",
            told, nuclide, known);
    }
    return fabs(off) > HALF_LIFE_WARN
               ? warn(w, err,
                      "Radionuclide Half Life is %.6g s, %+.2f %% from the %.6g s of %s in Moly's "
                      "table; the header's was used",
                      told, 100.0 * off, known, nuclide)
               : MOLY_OK;
}

static bool expects_mbq(const moly_dicom_header *header)
{
    static const char *const classes[] = {
        "1.2.840.10008.5.1.4.1.1.130",   /* Enhanced PET */
        "1.2.840.10008.5.1.4.1.1.128.1", /* Legacy converted enhanced PET */
        "1.2.840.10008.5.1.4.1.1.20",    /* NM */
    };
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (header->sop_class_uid && strcmp(header->sop_class_uid, classes[i]) == 0) {
            return true;
        }
    }
    return false;
}

moly_status read_dose(suv_work *w, moly_error *err)
{
    double told = w->header->total_dose;
    bool is_mbq = expects_mbq(w->header);
    w->dose_bq = NAN;
    if (!isfinite(told)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Radionuclide Total Dose (0018,1074) is missing or not a number");
    }
    bool as_bq = told >= MIN_BQ && told <= MAX_BQ, as_mbq = told >= MIN_MBQ && told <= MAX_MBQ;
    if (!as_bq && !as_mbq) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Radionuclide Total Dose (0018,1074) is %g: neither %g to %g Bq nor %g to "
                         "%g MBq, so its unit cannot be told",
                         told, MIN_BQ, MAX_BQ, MIN_MBQ, MAX_MBQ);
    }
    w->dose_bq = as_mbq ? told * 1e6 : told;
    if (as_mbq && !is_mbq) {
        return warn(w, err,
                    "Radionuclide Total Dose is %g where DICOM wants Bq: as Bq it is too little to "
                    "image with, so it was taken as MBq",
                    told);
    }
    if (as_bq && is_mbq) {
        return warn(w, err,
                    "Radionuclide Total Dose is %g where DICOM wants MBq: as MBq it is impossible, "
                    "so it was taken as Bq",
                    told);
    }
    return MOLY_OK;
}
