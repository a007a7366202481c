/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_IDENTIFY_H
#define MOLY_SPECTROMETRY_IDENTIFY_H

/** Which nuclides make the peaks of a spectrum, and how much of each. */

#include "moly/nuclide/nuclide.h"
#include "moly/spectrometry/efficiency.h"
#include "moly/spectrometry/peaks.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a peak is. */
#define MOLY_PEAK_CAUSE_LIST(X)                                                                    \
    X(MOLY_PEAK_UNKNOWN, "unknown")                                                                \
    X(MOLY_PEAK_NUCLIDE, "nuclide")                                                                \
    X(MOLY_PEAK_ANNIHILATION, "annihilation")                                                      \
    X(MOLY_PEAK_SINGLE_ESCAPE, "single escape")                                                    \
    X(MOLY_PEAK_DOUBLE_ESCAPE, "double escape")                                                    \
    X(MOLY_PEAK_SUM, "sum")                                                                        \
    X(MOLY_PEAK_X_RAY, "x-ray fluorescence")                                                       \
    X(MOLY_PEAK_DETECTOR, "detector")

typedef enum moly_peak_cause {
#define MOLY_PEAK_CAUSE_ENUM(name, word) name,
    MOLY_PEAK_CAUSE_LIST(MOLY_PEAK_CAUSE_ENUM)
#undef MOLY_PEAK_CAUSE_ENUM
} moly_peak_cause;
MOLY_API const char *moly_peak_cause_word(moly_peak_cause cause);

/** What explains one peak. */
typedef struct moly_peak_label {
    moly_peak_cause cause;
    int nuclide;     /**< the one that emits it, index in the set, or -1 */
    int head;        /**< whose chain it stands in, index in `nuclides`, or -1 */
    double line_kev; /**< NAN where it is no single line */
    double share;    /**< of the peak that the nuclide's chain explains, 0..1 */
} moly_peak_label;

/** A nuclide that was found, or was asked for. */
typedef struct moly_gamma_nuclide {
    size_t nuclide;    /**< index in the set; daughters in equilibrium count with it */
    bool is_found;     /**< by its peaks, or above its decision threshold */
    bool is_asked;     /**< stands in `wanted` */
    double confidence; /**< how much worse the peaks are explained without it, chi-squared */
    double coverage;   /**< of its lines that should be seen, by strength, the part that is */
    size_t n_lines_seen, n_lines_expected;
    double principal_kev; /**< its line that counts most */
    double rate_per_s;    /**< counts of that line */
    double rate_sd_per_s;
    double activity_bq; /**< at the reference instant; NAN without an efficiency */
    double activity_sd_bq;
    double decision_threshold_bq, detection_limit_bq;       /**< NAN without an efficiency */
    double decision_threshold_per_s, detection_limit_per_s; /**< of the principal line */
} moly_gamma_nuclide;

typedef struct moly_identify_options {
    const moly_nuclide_set *set;
    const moly_gamma_spectrum *background; /**< subtracted by live time; may be NULL */
    const moly_efficiency *efficiency;     /**< NULL: a germanium detector's usual shape */
    const moly_fwhm_curve *fwhm;           /**< NULL: found from the spectrum */
    moly_instant reference;                /**< MOLY_INSTANT_NONE: the start of the measurement */
    double error_rate;                     /**< of either kind, 0.001..0.2 */
    size_t n_wanted;
    const size_t *wanted; /**< nuclides that get an activity and limits, found or not */
    bool keep_scale;      /**< do not fit the energy scale to the identified peaks */
    const moly_progress *progress;
} moly_identify_options;
/** Moly's own nuclides, error rate 1 %, nothing else. */
MOLY_API moly_identify_options moly_identify_options_default(void);

typedef struct moly_identification {
    moly_gamma_spectrum *spectrum; /**< with the energy scale that was fitted */
    moly_gamma_peaks *peaks;
    moly_peak_label *labels; /**< one for each peak */
    size_t n_nuclides;
    moly_gamma_nuclide *nuclides; /**< found ones first, by confidence */
    bool is_refitted;             /**< the energy scale was fitted to `n_scale_peaks` peaks */
    size_t n_scale_peaks;
    double scale_rms_kev;
    double k; /**< quantile of the error rate, of both kinds */
    moly_instant reference;
} moly_identification;

/** Find peaks, fit the energy scale to what is recognised, identify, and quantify.
 *  @param[in,out] spectrum  taken over on success; warnings are added to it
 *  @param[out] result  owned by the caller: moly_identification_free()
 *  @retval MOLY_ERR_DATA   see moly_gamma_peaks_find()
 *  @retval MOLY_ERR_RANGE  the background spectrum has another number of channels
 *  Method: src/spectrometry/README.md. Threads: any. */
MOLY_API MOLY_CHECKED moly_status moly_identify(moly_gamma_spectrum *spectrum,
                                                const moly_identify_options *options,
                                                moly_identification **result, moly_error *err);
MOLY_API void moly_identification_free(moly_identification *identification);

#ifdef __cplusplus
}
#endif
#endif
