/* SPDX-License-Identifier: Apache-2.0 */
/* IEC 61455 (IEC 1455): lines of 68 columns, each with a marker of four characters; fixed fields.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "read.h"

#define N_PAIR_LINES 9U /* energy and channel, two pairs a line, from line 11 */
#define DATA_LINE 59U
#define MAX_PAIRS (2 * N_PAIR_LINES)

typedef struct iec {
    read_lines lines;
    char line[READ_LINE_SIZE];
    moly_gamma_spectrum *spectrum;
    double channel[MAX_PAIRS], energy_kev[MAX_PAIRS];
    size_t n_pairs;
} iec;

/* The next line; a shorter one reads as blanks. */
static moly_status next(iec *self, moly_error *err)
{
    if (!read_line(&self->lines, self->line)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the file ends after line %zu: it is cut",
                         self->lines.number);
    }
    if (strncmp(self->line, "A004", 4) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu does not begin with A004",
                         self->lines.number);
    }
    size_t n = strlen(self->line);
    memset(self->line + n, ' ', READ_LINE_SIZE - 1 - n);
    self->line[READ_LINE_SIZE - 1] = '\0';
    return MOLY_OK;
}

/* The number in columns `from` .. `from + width`, counted behind the marker; NAN for none. */
static double number(const iec *self, size_t from, size_t width)
{
    char text[32];
    const char *at = text;
    double value = NAN;
    (void)snprintf(text, sizeof text, "%.*s", (int)width, self->line + 4 + from);
    return read_number(&at, &value) ? value : NAN;
}

static moly_status read_head(iec *self, moly_error *err)
{
    moly_status status = next(self, err);
    if (status == MOLY_OK) {
        status = next(self, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    /* free form: programs differ in the widths of these three */
    double live_s = NAN;
    double real_s = NAN;
    double n = NAN;
    const char *at = self->line + 4;
    if (!read_number(&at, &live_s) || !read_number(&at, &real_s) || !read_number(&at, &n) ||
        !(n >= 1.0 && n <= (double)MOLY_GAMMA_MAX_CHANNELS)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "line 2: live time, real time and number of channels are wanted");
    }
    status = moly_gamma_spectrum_new((size_t)n, &self->spectrum, err);
    if (status == MOLY_OK) {
        self->spectrum->format = "iec";
        status = read_times(self->spectrum, live_s, real_s, err);
    }
    if (status == MOLY_OK) {
        status = next(self, err);
    }
    if (status == MOLY_OK) {
        char start[24];
        (void)snprintf(start, sizeof start, "%.17s", self->line + 4);
        read_start(self->spectrum, start);
        status = next(self, err);
    }
    return status;
}

static void read_scale(iec *self)
{
    moly_energy_scale *scale = &self->spectrum->energy;
    for (size_t i = 0; i < 4; i++) {
        double value = number(self, 15 * i, 15);
        scale->coefficients[i] = isfinite(value) ? value : 0.0;
    }
    scale->n_coefficients = scale->coefficients[1] != 0.0 ? 4 : 0;
}

static void read_pairs(iec *self)
{
    for (size_t i = 0; i < 2; i++) {
        double energy_kev = number(self, 32 * i, 16);
        double channel = number(self, 32 * i + 16, 16);
        if (energy_kev > 0.0 && channel > 0.0 && self->n_pairs < MAX_PAIRS) {
            self->energy_kev[self->n_pairs] = energy_kev;
            self->channel[self->n_pairs++] = channel;
        }
    }
}

static void calibrate(iec *self)
{
    moly_gamma_spectrum *spectrum = self->spectrum;
    if (spectrum->energy.n_coefficients == 0 && self->n_pairs >= 2 &&
        moly_energy_scale_fit(self->n_pairs, self->channel, self->energy_kev, NULL, 1,
                              &spectrum->energy, NULL) == MOLY_OK) {
        moly_gamma_spectrum_warn(spectrum,
                                 "the energy calibration is a line through the file's %zu pairs of "
                                 "energy and channel",
                                 self->n_pairs);
    } else if (spectrum->energy.n_coefficients == 0) {
        moly_gamma_spectrum_warn(spectrum, "the file has no energy calibration");
    }
}

static moly_status read_data(iec *self, moly_error *err)
{
    moly_gamma_spectrum *spectrum = self->spectrum;
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < spectrum->n_channels; i++) {
        if (i % 5 == 0) {
            status = next(self, err);
            if (status == MOLY_OK && number(self, 0, 6) != (double)i) {
                status = MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu should begin with channel %zu",
                                   self->lines.number, i);
            }
        }
        if (status == MOLY_OK) {
            double value = number(self, 6 + 10 * (i % 5), 10);
            status = read_counts(value, i, &spectrum->counts[i], err);
        }
    }
    return status;
}

moly_status read_iec(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                     moly_error *err)
{
    iec self = {.lines = read_lines_of(bytes)};
    moly_status status = read_head(&self, err);
    (void)index;
    if (status == MOLY_OK) {
        read_scale(&self);
    }
    while (status == MOLY_OK && self.lines.number < DATA_LINE - 1) {
        status = next(&self, err);
        if (status == MOLY_OK && self.lines.number >= 6 && self.lines.number < 11 &&
            self.spectrum->title[0] == '\0') {
            read_field(self.spectrum->title, sizeof self.spectrum->title, self.line + 4, 64);
        } else if (status == MOLY_OK && self.lines.number >= 11 &&
                   self.lines.number < 11 + N_PAIR_LINES) {
            read_pairs(&self);
        }
    }
    if (status == MOLY_OK) {
        calibrate(&self);
        status = read_data(&self, err);
    }
    if (status != MOLY_OK) {
        moly_gamma_spectrum_free(self.spectrum);
        return status;
    }
    *spectrum = self.spectrum;
    return MOLY_OK;
}
