/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: `# name: value` lines (live_time_s, real_time_s, start, title, detector, calibration), then
 * an optional heading, then a line for each channel: counts; channel, counts; or energy, counts.
 * Separated by commas, semicolons, tabs or blanks; the point is the decimal sign. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"

#include "read.h"

typedef struct csv {
    read_lines lines;
    char line[READ_LINE_SIZE];
    double *first, *counts; /* first column where there are two */
    size_t n, capacity, n_columns;
    bool first_is_energy, has_heading;
    double live_s, real_s;
    char title[160], detector[96], start[64];
    moly_energy_scale scale;
} csv;

static bool is_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < n; i++) {
        if (tolower((unsigned char)text[i]) != word[i]) {
            return false;
        }
    }
    return true;
}

static void read_remark(csv *self)
{
    const char *at = self->line + strspn(self->line, "# \t\"");
    const char *value = at + strcspn(at, ":=,");
    value += *value != '\0';
    if (is_word(at, "live")) {
        (void)read_number(&value, &self->live_s);
    } else if (is_word(at, "real")) {
        (void)read_number(&value, &self->real_s);
    } else if (is_word(at, "title") || is_word(at, "sample")) {
        read_field(self->title, sizeof self->title, value, strlen(value));
    } else if (is_word(at, "detector")) {
        read_field(self->detector, sizeof self->detector, value, strlen(value));
    } else if (is_word(at, "start") || is_word(at, "date")) {
        read_field(self->start, sizeof self->start, value, strlen(value));
    } else if (is_word(at, "calibration") || is_word(at, "energy cal")) {
        double number = 0.0;
        while (self->scale.n_coefficients < MOLY_GAMMA_MAX_COEFFICIENTS &&
               read_number(&value, &number)) {
            self->scale.coefficients[self->scale.n_coefficients++] = number;
        }
    }
}

static moly_status grow(csv *self, moly_error *err)
{
    if (self->n < self->capacity) {
        return MOLY_OK;
    }
    if (self->n >= MOLY_GAMMA_MAX_CHANNELS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu: more than %zu channels", self->lines.number,
                         MOLY_GAMMA_MAX_CHANNELS);
    }
    size_t capacity = self->capacity ? 2 * self->capacity : 4096;
    double *first = moly_realloc(self->first, capacity, sizeof *first);
    if (!first) {
        return MOLY_NO_MEMORY(err);
    }
    self->first = first;
    double *counts = moly_realloc(self->counts, capacity, sizeof *counts);
    if (!counts) {
        return MOLY_NO_MEMORY(err);
    }
    self->counts = counts;
    self->capacity = capacity;
    return MOLY_OK;
}

static moly_status read_row(csv *self, moly_error *err)
{
    double values[2];
    size_t n = 0;
    const char *at = self->line;
    while (n < 2 && read_number(&at, &values[n])) {
        n++;
    }
    at += strspn(at, " \t,;\"");
    if (n == 0 && self->n == 0 && !self->has_heading && isalpha((unsigned char)*at)) {
        self->has_heading = true;
        self->first_is_energy = is_word(at, "energy") || is_word(at, "kev") || is_word(at, "e_kev");
        return MOLY_OK;
    }
    if (n == 0 || *at != '\0' || (self->n > 0 && n != self->n_columns)) {
        return MOLY_FAIL(
            err, MOLY_ERR_DATA,
            "line %zu: '%.30s' is no channel: counts, or channel or energy and counts, "
            "are wanted",
            self->lines.number, self->line);
    }
    moly_status status = grow(self, err);
    if (status == MOLY_OK) {
        self->n_columns = n;
        self->first[self->n] = values[0];
        status = read_counts(values[n - 1], self->n, &self->counts[self->n], err);
        self->n++;
    }
    return status;
}

/* A first column of whole numbers from 0 or 1 counts channels; everything else is an energy. */
static moly_status read_first_column(csv *self, moly_gamma_spectrum *spectrum, moly_error *err)
{
    bool counts_channels =
        !self->first_is_energy && (self->first[0] == 0.0 || self->first[0] == 1.0);
    for (size_t i = 1; i < self->n; i++) {
        counts_channels = counts_channels && self->first[i] == self->first[i - 1] + 1.0;
        if (!(self->first[i] > self->first[i - 1])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "channel %zu: the first column does not rise (%g after %g)", i,
                             self->first[i], self->first[i - 1]);
        }
    }
    if (counts_channels || self->n < 8) {
        return MOLY_OK;
    }
    double *channel = moly_alloc(self->n, sizeof *channel);
    if (!channel) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < self->n; i++) {
        channel[i] = (double)i;
    }
    moly_status status =
        moly_energy_scale_fit(self->n, channel, self->first, NULL, 2, &spectrum->energy, err);
    moly_free(channel);
    return status;
}

static moly_status finish(csv *self, moly_gamma_spectrum **spectrum, moly_error *err)
{
    moly_gamma_spectrum *made = NULL;
    if (self->n < 16) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%zu channels of counts; a spectrum has at least 16",
                         self->n);
    }
    moly_status status = moly_gamma_spectrum_new(self->n, &made, err);
    if (status == MOLY_OK) {
        made->format = "csv";
        memcpy(made->counts, self->counts, self->n * sizeof *made->counts);
        memcpy(made->title, self->title, sizeof made->title);
        memcpy(made->detector, self->detector, sizeof made->detector);
        made->energy = self->scale;
        if (self->scale.n_coefficients == 0 && self->n_columns == 2) {
            status = read_first_column(self, made, err);
        }
    }
    if (status == MOLY_OK && made->energy.n_coefficients == 0) {
        moly_gamma_spectrum_warn(made, "the file has no energy calibration");
    }
    if (status == MOLY_OK && self->live_s == 0.0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "no live time: a line '# live_time_s: 600' before the channels is "
                           "needed");
    }
    if (status == MOLY_OK) {
        status =
            read_times(made, self->live_s, self->real_s == 0.0 ? self->live_s : self->real_s, err);
    }
    if (status != MOLY_OK) {
        moly_gamma_spectrum_free(made);
        return status;
    }
    read_start(made, self->start);
    *spectrum = made;
    return MOLY_OK;
}

moly_status read_csv(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                     moly_error *err)
{
    csv self = {.lines = read_lines_of(bytes)};
    moly_status status = MOLY_OK;
    (void)index;
    while (status == MOLY_OK && read_line(&self.lines, self.line)) {
        if (self.line[0] == '#') {
            read_remark(&self);
        } else if (self.line[strspn(self.line, " \t,;")] != '\0') {
            status = read_row(&self, err);
        }
    }
    if (status == MOLY_OK) {
        status = finish(&self, spectrum, err);
    }
    moly_free(self.first);
    moly_free(self.counts);
    return status;
}
