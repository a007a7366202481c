/* SPDX-License-Identifier: Apache-2.0 */
/* .n42: ANSI N42.42, the editions of 2006 (N42InstrumentData) and 2012 (RadInstrumentData).
 * Namespaces are ignored: programs write them in every way. Parsed by expat, which refuses entity
 * bombs. */
#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

#include "read.h"

#define MAX_SPECTRA 256U
#define MAX_SCALES 64U
#define MAX_DEPTH 64U
#define MAX_TEXT ((size_t)16 << 20)
#define ID_SIZE 64U

typedef struct named_scale {
    char id[ID_SIZE];
    moly_energy_scale scale;
} named_scale;

typedef struct found {
    moly_gamma_spectrum *spectrum;
    char scale[ID_SIZE];
    bool is_foreground, has_live, is_packed;
    double live_s, real_s;
} found;

typedef struct n42 {
    XML_Parser parser;
    unsigned depth;
    bool in_spectrum, in_energy_calibration;
    moly_text text; /**< of the element that is open */
    found spectra[MAX_SPECTRA];
    size_t n_spectra;
    size_t n_channels; /**< of all of them */
    named_scale scales[MAX_SCALES];
    size_t n_scales;
    char class_code[32], start[64], detector[96], instrument[96];
    double measured_real_s;
    moly_status status;
    moly_error *err;
} n42;

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop(n42 *self, moly_status status)
{
    self->status = status;
    XML_StopParser(self->parser, XML_FALSE);
}

static const char *attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(local(attributes[i]), name) == 0) {
            return attributes[i + 1];
        }
    }
    return NULL;
}

static found *now(n42 *self)
{
    return self->in_spectrum ? &self->spectra[self->n_spectra] : NULL;
}

static void begin_scale(n42 *self, const char *id)
{
    if (self->n_scales < MAX_SCALES) {
        named_scale *scale = &self->scales[self->n_scales++];
        *scale = (named_scale){0};
        (void)snprintf(scale->id, sizeof scale->id, "%s", id ? id : "");
        self->in_energy_calibration = true;
    }
}

static void begin_spectrum(n42 *self, const char **attributes)
{
    if (self->in_spectrum) {
        stop(self, MOLY_FAIL(self->err, MOLY_ERR_DATA, "line %lu: a Spectrum within a Spectrum",
                             XML_GetCurrentLineNumber(self->parser)));
        return;
    }
    if (self->n_spectra >= MAX_SPECTRA) {
        stop(self, MOLY_FAIL(self->err, MOLY_ERR_DATA, "line %lu: more than %u spectra",
                             XML_GetCurrentLineNumber(self->parser), MAX_SPECTRA));
        return;
    }
    self->in_spectrum = true;
    found *spectrum = now(self);
    *spectrum = (found){.is_foreground = strcmp(self->class_code, "Foreground") == 0,
                        .real_s = self->measured_real_s};
    const char *scale = attribute(attributes, "energyCalibrationReference");
    (void)snprintf(spectrum->scale, sizeof spectrum->scale, "%s", scale ? scale : "");
    const char *detector = attribute(attributes, "Detector");
    if (detector) {
        (void)snprintf(self->detector, sizeof self->detector, "%s", detector);
    }
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
    n42 *self = data;
    const char *element = local(name);
    moly_text_free(&self->text);
    if (++self->depth > MAX_DEPTH) {
        stop(self, MOLY_FAIL(self->err, MOLY_ERR_DATA, "line %lu: elements nest deeper than %u",
                             XML_GetCurrentLineNumber(self->parser), MAX_DEPTH));
    } else if (strcmp(element, "Spectrum") == 0) {
        begin_spectrum(self, attributes);
    } else if (strcmp(element, "EnergyCalibration") == 0) {
        begin_scale(self, attribute(attributes, "id"));
    } else if (strcmp(element, "Calibration") == 0) {
        const char *type = attribute(attributes, "Type");
        self->in_energy_calibration = false;
        if (type && strcmp(type, "Energy") == 0) {
            char id[ID_SIZE];
            const char *given = attribute(attributes, "ID");
            /* inside a spectrum it is that spectrum's own */
            (void)snprintf(id, sizeof id, "own %zu", self->n_spectra);
            begin_scale(self, self->in_spectrum || !given ? id : given);
            if (self->in_spectrum) {
                memcpy(now(self)->scale, id, sizeof id);
            }
        }
    } else if (strcmp(element, "ChannelData") == 0 && self->in_spectrum) {
        const char *code = attribute(attributes, "compressionCode");
        code = code ? code : attribute(attributes, "Compression");
        now(self)->is_packed = code && strcmp(code, "CountedZeroes") == 0;
    } else if (strcmp(element, "RadMeasurement") == 0 || strcmp(element, "Measurement") == 0) {
        self->measured_real_s = 0.0;
        self->class_code[0] = self->start[0] = '\0';
    }
}

static void XMLCALL on_text(void *data, const char *text, int length)
{
    n42 *self = data;
    if (self->text.length + (size_t)length > MAX_TEXT) {
        stop(self, MOLY_FAIL(self->err, MOLY_ERR_DATA, "line %lu: an element of more than 16 MiB",
                             XML_GetCurrentLineNumber(self->parser)));
        return;
    }
    moly_text_add_n(&self->text, text, (size_t)length);
    if (self->text.is_broken) {
        stop(self, MOLY_NO_MEMORY(self->err));
    }
}

/* ISO 8601 duration: PT1H2M3.4S, also with days. NAN where it is none. */
static double duration_s(const char *text)
{
    double total = 0.0;
    text += strspn(text, " \t\r\n");
    if (*text++ != 'P') {
        return NAN;
    }
    while (*text && strchr(" \t\r\n", *text) == NULL) {
        double value = 0.0;
        if (*text == 'T') {
            text++;
            continue;
        }
        size_t n = strspn(text, "0123456789.");
        char number[32];
        if (n == 0 || n >= sizeof number) {
            return NAN;
        }
        memcpy(number, text, n);
        number[n] = '\0';
        const char *at = number;
        const char *unit = text[n] ? strchr("DHMS", text[n]) : NULL;
        if (!read_number(&at, &value) || !unit) {
            return NAN;
        }
        static const double seconds[] = {86400.0, 3600.0, 60.0, 1.0};
        total += value * seconds[unit - "DHMS"];
        text += n + 1;
    }
    return total;
}

static size_t read_list(const char *text, double *values, size_t capacity)
{
    size_t n = 0;
    while (n < capacity && read_number(&text, &values[n])) {
        n++;
    }
    return n;
}

/* Unpack channel data into `counts`, or only count them where that is NULL. */
static moly_status unpack(const char *text, bool is_packed, double *counts, size_t *n,
                          moly_error *err)
{
    double value = 0.0;
    moly_status status = MOLY_OK;
    *n = 0;
    while (status == MOLY_OK && read_number(&text, &value)) {
        size_t repeat = 1;
        if (is_packed && value == 0.0) {
            double zeros = 0.0;
            if (!read_number(&text, &zeros) ||
                !(zeros >= 1.0 && zeros <= (double)MOLY_GAMMA_MAX_CHANNELS)) {
                return MOLY_FAIL(err, MOLY_ERR_DATA,
                                 "channel %zu: a counted zero without its number of channels", *n);
            }
            repeat = (size_t)zeros;
        }
        if (*n + repeat > MOLY_GAMMA_MAX_CHANNELS) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "more than %zu channels", MOLY_GAMMA_MAX_CHANNELS);
        }
        for (size_t i = 0; status == MOLY_OK && counts && i < repeat; i++) {
            status = read_counts(value, *n + i, &counts[*n + i], err);
        }
        *n += repeat;
    }
    text += strspn(text, " \t\r\n,");
    if (status == MOLY_OK && *text != '\0') {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA, "channel %zu: '%.16s' is no number of counts", *n, text);
    }
    return status;
}

static void read_channels(n42 *self, found *spectrum)
{
    size_t n = 0;
    const char *text = moly_text_get(&self->text);
    moly_status status = unpack(text, spectrum->is_packed, NULL, &n, self->err);
    self->n_channels += n;
    if (status == MOLY_OK && self->n_channels > 4 * MOLY_GAMMA_MAX_CHANNELS) {
        status = MOLY_FAIL(self->err, MOLY_ERR_DATA, "more than %zu channels in all spectra",
                           4 * MOLY_GAMMA_MAX_CHANNELS);
    }
    if (status == MOLY_OK && n > 1 && !spectrum->spectrum) {
        status = moly_gamma_spectrum_new(n, &spectrum->spectrum, self->err);
        if (status == MOLY_OK) {
            status = unpack(text, spectrum->is_packed, spectrum->spectrum->counts, &n, self->err);
        }
    }
    if (status != MOLY_OK) {
        moly_error_context(self->err, "line %lu, ChannelData",
                           XML_GetCurrentLineNumber(self->parser));
        stop(self, status);
    }
}

static void end_spectrum(n42 *self)
{
    found *spectrum = now(self);
    self->in_spectrum = false;
    if (!spectrum->spectrum) {
        return; /* a spectrum without channels: a count of neutrons */
    }
    read_start(spectrum->spectrum, self->start);
    const char *detector = self->detector[0] ? self->detector : self->instrument;
    read_field(spectrum->spectrum->detector, sizeof spectrum->spectrum->detector, detector,
               strlen(detector));
    self->n_spectra++;
}

static void keep(char *field, size_t size, const char *text)
{
    read_field(field, size, text, strlen(text));
}

static void end_in_spectrum(n42 *self, const char *element, const char *text)
{
    found *spectrum = now(self);
    if (strcmp(element, "Spectrum") == 0) {
        end_spectrum(self);
    } else if (strcmp(element, "ChannelData") == 0) {
        read_channels(self, spectrum);
    } else if (strcmp(element, "LiveTime") == 0 || strcmp(element, "LiveTimeDuration") == 0) {
        spectrum->live_s = duration_s(text);
        spectrum->has_live = true;
    } else if (strcmp(element, "RealTime") == 0) {
        spectrum->real_s = duration_s(text);
    } else if (strcmp(element, "StartTime") == 0) {
        keep(self->start, sizeof self->start, text);
    }
}

static void end_scale_values(n42 *self, const char *element, const char *text)
{
    moly_energy_scale *scale = &self->scales[self->n_scales - 1].scale;
    if (strcmp(element, "CoefficientValues") == 0 || strcmp(element, "Coefficients") == 0) {
        scale->n_coefficients = read_list(text, scale->coefficients, MOLY_GAMMA_MAX_COEFFICIENTS);
    } else if (strcmp(element, "EnergyValues") == 0) {
        scale->n_deviations = read_list(text, scale->deviation_at_kev, MOLY_GAMMA_MAX_DEVIATIONS);
    } else if (strcmp(element, "EnergyDeviationValues") == 0) {
        size_t n = read_list(text, scale->deviation_kev, MOLY_GAMMA_MAX_DEVIATIONS);
        scale->n_deviations = n < scale->n_deviations ? n : scale->n_deviations;
    } else if (strcmp(element, "EnergyCalibration") == 0 || strcmp(element, "Calibration") == 0) {
        self->in_energy_calibration = false;
    }
}

static void XMLCALL on_end(void *data, const char *name)
{
    n42 *self = data;
    const char *element = local(name);
    const char *text = moly_text_get(&self->text);
    self->depth--;
    if (self->status != MOLY_OK) {
        return;
    }
    if (self->in_energy_calibration) {
        end_scale_values(self, element, text);
    } else if (self->in_spectrum) {
        end_in_spectrum(self, element, text);
    } else if (strcmp(element, "MeasurementClassCode") == 0) {
        keep(self->class_code, sizeof self->class_code, text);
    } else if (strcmp(element, "StartDateTime") == 0 || strcmp(element, "StartTime") == 0) {
        keep(self->start, sizeof self->start, text);
    } else if (strcmp(element, "RealTimeDuration") == 0 || strcmp(element, "SampleRealTime") == 0) {
        self->measured_real_s = duration_s(text);
    } else if (strcmp(element, "RadInstrumentModelName") == 0 ||
               strcmp(element, "InstrumentModel") == 0) {
        keep(self->instrument, sizeof self->instrument, text);
    }
    moly_text_free(&self->text);
}

static moly_status choose(n42 *self, size_t index, moly_gamma_spectrum **spectrum, moly_error *err)
{
    if (self->n_spectra == 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the XML holds no spectrum with channels");
    }
    if (index > self->n_spectra) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "spectrum %zu of a file that holds %zu", index,
                         self->n_spectra);
    }
    size_t i = index ? index - 1 : 0;
    for (size_t j = 0; index == 0 && j < self->n_spectra; j++) {
        if (self->spectra[j].is_foreground) {
            i = j;
            break;
        }
    }
    found *chosen = &self->spectra[i];
    moly_gamma_spectrum *made = chosen->spectrum;
    for (size_t j = 0; j < self->n_scales; j++) {
        if (strcmp(self->scales[j].id, chosen->scale) == 0) {
            made->energy = self->scales[j].scale;
        }
    }
    made->format = "n42";
    made->index = i + 1;
    made->n_in_file = self->n_spectra;
    if (made->energy.n_coefficients < 2) {
        made->energy = (moly_energy_scale){0};
        moly_gamma_spectrum_warn(made, "the file has no energy calibration");
    }
    if (index == 0 && self->n_spectra > 1) {
        moly_gamma_spectrum_warn(made, "the file holds %zu spectra: number %zu is read",
                                 self->n_spectra, i + 1);
    }
    moly_status status =
        read_times(made, chosen->has_live ? chosen->live_s : 0.0, chosen->real_s, err);
    if (status == MOLY_OK) {
        *spectrum = made;
        chosen->spectrum = NULL;
    }
    return status;
}

moly_status read_n42(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                     moly_error *err)
{
    n42 *self = moly_alloc(1, sizeof *self);
    if (!self) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = MOLY_OK;
    self->err = err;
    self->parser = XML_ParserCreate(NULL);
    if (!self->parser) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    XML_SetUserData(self->parser, self);
    XML_SetElementHandler(self->parser, on_start, on_end);
    XML_SetCharacterDataHandler(self->parser, on_text);
    if (XML_Parse(self->parser, (const char *)bytes.data, (int)bytes.size, XML_TRUE) !=
        XML_STATUS_OK) {
        status = self->status != MOLY_OK
                     ? self->status
                     : MOLY_FAIL(err, MOLY_ERR_DATA, "line %lu, column %lu: %s",
                                 XML_GetCurrentLineNumber(self->parser),
                                 XML_GetCurrentColumnNumber(self->parser),
                                 XML_ErrorString(XML_GetErrorCode(self->parser)));
        goto done;
    }
    status = choose(self, index, spectrum, err);
done:
    if (self->parser) {
        XML_ParserFree(self->parser);
    }
    for (size_t i = 0; i < self->n_spectra + (self->in_spectrum ? 1 : 0); i++) {
        moly_gamma_spectrum_free(self->spectra[i].spectrum);
    }
    moly_text_free(&self->text);
    moly_free(self);
    return status;
}
