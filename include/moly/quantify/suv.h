/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_QUANTIFY_SUV_H
#define MOLY_QUANTIFY_SUV_H

/** Standardised uptake values from what a PET header says, by stated rules. Whatever had to be
 *  guessed is guessed by a rule that the result names, or refused; nothing is silent. */

#include "moly/base/instant.h"
#include "moly/base/memory.h"
#include "moly/formats/dicom.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the concentration is normalised by: name on the command line, unit of the result, formula.
 *  Sources: James, Research on Obesity (HMSO 1976); Janmahasatian et al., Clin. Pharmacokinet. 44
 *  (2005) 1051; Du Bois & Du Bois, Arch. Intern. Med. 17 (1916) 863; ideal weight as in Sugawara et
 *  al., Radiology 213 (1999) 521 */
#define MOLY_SUV_TYPE_LIST(X)                                                                      \
    X(MOLY_SUV_BW, "bw", "SUVbw", "body weight")                                                   \
    X(MOLY_SUV_LBM_JAMES, "lbm-james", "SUVlbm-james",                                             \
      "lean mass, James 1976: men 1.10 W - 128 (W/H)^2, women 1.07 W - 148 (W/H)^2")               \
    X(MOLY_SUV_LBM_JANMA, "lbm-janmahasatian", "SUVlbm-janmahasatian",                             \
      "lean mass, Janmahasatian 2005: 9270 W/(6680 + 216 BMI), women (8780 + 244 BMI)")            \
    X(MOLY_SUV_BSA, "bsa", "SUVbsa",                                                               \
      "body surface, Du Bois 1916: 0.007184 H^0.725 W^0.425 m2; SUV in cm2/mL")                    \
    X(MOLY_SUV_IBW, "ibw", "SUVibw",                                                               \
      "ideal body weight: men 48.0 + 1.06 (H - 152), women 45.5 + 0.91 (H - 152)")

typedef enum moly_suv_type {
#define MOLY_SUV_TYPE_ENUM(name, word, unit, formula) name,
    MOLY_SUV_TYPE_LIST(MOLY_SUV_TYPE_ENUM)
#undef MOLY_SUV_TYPE_ENUM
} moly_suv_type;

typedef struct moly_suv_options {
    moly_suv_type type;
    double net_activity_bq; /**< what the books say was given, residual taken off; NAN: not known */
    moly_instant net_activity_at; /**< to which instant */
    int utc_offset_minutes;       /**< of the scanner's clock, where the header does not say it */
} moly_suv_options;

/** Nothing but body weight. */
MOLY_API moly_suv_options moly_suv_options_default(void);

/** SUV = factor * voxel of the image as read. Texts live in the arena. */
typedef struct moly_suv {
    const char *units;   /**< "SUVbw" */
    const char *formula; /**< of the body measure */
    double factor;       /**< of the first slice */
    const double
        *slice_factors; /**< one each slice of the image, NULL when they are all `factor` */
    const char *rule;   /**< by which rule, with its figures */
    const char *const *warnings; /**< the image's and the rules' */
    size_t n_warnings;
    const char *nuclide; /**< "F-18"; NULL when the header does not tell */
    double half_life_s;  /**< used; NAN when none was needed */
    double
        activity_bq; /**< used, at the time the image is corrected to; NAN when none was needed */
    double
        header_activity_bq; /**< what the header alone gives for the same time; NAN when unknown */
    double
        net_difference; /**< (net - header) / header of the activity; NAN without a net activity */
} moly_suv;

/** Find the factor.
 *  @retval MOLY_ERR_DATA  something the rules need is missing, implausible or contradictory: the
 *          message names the attribute */
MOLY_API MOLY_CHECKED moly_status moly_suv_find(const moly_dicom_image *image,
                                                const moly_suv_options *options, moly_arena *arena,
                                                moly_suv *suv, moly_error *err);
/** Turn the image's volume into SUV, in place. */
MOLY_API void moly_suv_apply(const moly_suv *suv, moly_dicom_image *image);

/** The body measure a type divides by, in g (cm2 for the surface).
 *  @param sex  "M", "F" or "O"; the last takes the mean of both formulas
 *  @retval MOLY_ERR_DATA  weight, height or sex is missing (by name), or the formula gives nothing
 *          positive */
MOLY_API MOLY_CHECKED moly_status moly_suv_body_measure(moly_suv_type type, double weight_kg,
                                                        double height_cm, const char *sex,
                                                        double *measure, moly_error *err);

/** Words of a type: as on the command line, and in the result. String literals. */
/** Code of a PET nuclide, such as "F-18", in DICOM CID 4020, and its scheme ("SCT" or "DCM").
 *  @return whether there is one; static texts */
MOLY_API bool moly_pet_nuclide_code(const char *nuclide, const char **code, const char **scheme);

MOLY_API const char *moly_suv_type_word(moly_suv_type type);
MOLY_API const char *moly_suv_type_units(moly_suv_type type);
/** All words, NULL-terminated, in the order of the types. */
MOLY_API const char *const *moly_suv_type_words(void);

#ifdef __cplusplus
}
#endif
#endif
