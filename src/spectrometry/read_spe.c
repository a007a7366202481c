/* SPDX-License-Identifier: Apache-2.0 */
/* .Spe: the IAEA's ASCII format as ORTEC (Maestro, GammaVision), Canberra converters and others
 * write it: blocks that begin with $NAME:, of which $DATA is needed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "read.h"

typedef struct spe {
    read_lines lines;
    char line[READ_LINE_SIZE];
    bool has_line; /* `line` is read and not yet used */
    moly_gamma_spectrum *spectrum;
    double live_s, real_s;
    bool has_times;
    moly_energy_scale fit, calibration; /* $ENER_FIT, $MCA_CAL */
    char title[READ_LINE_SIZE], detector[READ_LINE_SIZE], start[READ_LINE_SIZE];
} spe;

/* The next line of the block that is being read; false at its end. */
static bool block_line(spe *self)
{
    if (!read_line(&self->lines, self->line)) {
        self->has_line = false;
        return false;
    }
    self->has_line = self->line[0] == '$';
    return !self->has_line;
}

static moly_status read_data(spe *self, moly_error *err)
{
    double first = NAN;
    double last = NAN;
    const char *at = self->line;
    if (self->spectrum) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu: a second $DATA", self->lines.number);
    }
    if (!block_line(self) || !read_number(&at, &first) || !read_number(&at, &last) ||
        !(first >= 0.0 && first <= last && last < (double)MOLY_GAMMA_MAX_CHANNELS)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "line %zu: $DATA must be followed by the first and last channel, such as "
                         "'0 8191', both below %zu",
                         self->lines.number, MOLY_GAMMA_MAX_CHANNELS);
    }
    size_t n = (size_t)last + 1;
    moly_status status = moly_gamma_spectrum_new(n, &self->spectrum, err);
    for (size_t i = (size_t)first; status == MOLY_OK && i < n;) {
        double value = NAN;
        if (!block_line(self)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "line %zu: the data end at channel %zu of %zu: the file is cut",
                             self->lines.number, i, n);
        }
        for (at = self->line; status == MOLY_OK && i < n && read_number(&at, &value);) {
            status = read_counts(value, i, &self->spectrum->counts[i], err);
            i++;
        }
        if (status == MOLY_OK && i < n && at[strspn(at, " \t")] != '\0') {
            status = MOLY_FAIL(err, MOLY_ERR_DATA,
                               "line %zu: '%.20s' is no number of counts, at channel %zu",
                               self->lines.number, self->line, i);
        }
    }
    return status;
}

static void read_coefficients(spe *self, bool with_count, moly_energy_scale *scale)
{
    double value = 0.0;
    size_t wanted = MOLY_GAMMA_MAX_COEFFICIENTS;
    const char *at = self->line;
    if (with_count) {
        if (!block_line(self) || !read_number(&at, &value) || !(value >= 1.0)) {
            return;
        }
        wanted = value < (double)wanted ? (size_t)value : wanted;
    }
    if (self->has_line || !block_line(self)) {
        return;
    }
    at = self->line;
    size_t n = 0;
    while (n < wanted && read_number(&at, &value)) {
        scale->coefficients[n++] = value;
    }
    scale->n_coefficients = n;
}

static void read_remarks(spe *self)
{
    while (block_line(self)) {
        if (strncmp(self->line, "DETDESC#", 8) == 0) {
            memcpy(self->detector, self->line, sizeof self->detector);
        }
    }
}

static void read_first(spe *self, char into[READ_LINE_SIZE])
{
    while (block_line(self)) {
        if (into[0] == '\0') {
            memcpy(into, self->line, READ_LINE_SIZE);
        }
    }
}

static moly_status read_block(spe *self, const char *name, moly_error *err)
{
    if (strncmp(name, "$DATA:", 6) == 0) {
        return read_data(self, err);
    }
    if (strncmp(name, "$MEAS_TIM:", 10) == 0) {
        const char *at = self->line;
        if (!block_line(self) || !read_number(&at, &self->live_s)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu: $MEAS_TIM without a live time",
                             self->lines.number);
        }
        self->real_s = read_number(&at, &self->real_s) ? self->real_s : self->live_s;
        self->has_times = true;
    } else if (strncmp(name, "$ENER_FIT:", 10) == 0) {
        read_coefficients(self, false, &self->fit);
    } else if (strncmp(name, "$MCA_CAL:", 9) == 0) {
        read_coefficients(self, true, &self->calibration);
    } else if (strncmp(name, "$SPEC_ID:", 9) == 0) {
        read_first(self, self->title);
    } else if (strncmp(name, "$DATE_MEA:", 10) == 0) {
        read_first(self, self->start);
    } else if (strncmp(name, "$SPEC_REM:", 10) == 0) {
        read_remarks(self);
    }
    return MOLY_OK;
}

static moly_status finish(spe *self, moly_error *err)
{
    moly_gamma_spectrum *spectrum = self->spectrum;
    if (!spectrum) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "no $DATA block in the %zu lines: the file is cut or no spectrum",
                         self->lines.number);
    }
    if (!self->has_times) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "no $MEAS_TIM block: the live time is not known");
    }
    spectrum->format = "spe";
    moly_energy_scale *best =
        self->calibration.n_coefficients >= 2 && self->calibration.coefficients[1] != 0.0
            ? &self->calibration
            : &self->fit;
    if (best->n_coefficients >= 2 && best->coefficients[1] != 0.0) {
        spectrum->energy = *best;
    } else {
        moly_gamma_spectrum_warn(spectrum, "the file has no energy calibration");
    }
    read_field(spectrum->title, sizeof spectrum->title, self->title, strlen(self->title));
    const char *detector = self->detector[0] ? self->detector + 8 : "";
    read_field(spectrum->detector, sizeof spectrum->detector, detector, strlen(detector));
    moly_status status = read_times(spectrum, self->live_s, self->real_s, err);
    if (status == MOLY_OK) {
        read_start(spectrum, self->start);
    }
    return status;
}

moly_status read_spe(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                     moly_error *err)
{
    spe self = {.lines = read_lines_of(bytes)};
    moly_status status = MOLY_OK;
    char name[READ_LINE_SIZE];
    (void)index;
    while (status == MOLY_OK && (self.has_line || read_line(&self.lines, self.line))) {
        self.has_line = false;
        memcpy(name, self.line, sizeof name);
        if (name[0] == '$') {
            status = read_block(&self, name, err);
        }
    }
    if (status == MOLY_OK) {
        status = finish(&self, err);
    }
    if (status != MOLY_OK) {
        moly_gamma_spectrum_free(self.spectrum);
        return status;
    }
    *spectrum = self.spectrum;
    return MOLY_OK;
}
