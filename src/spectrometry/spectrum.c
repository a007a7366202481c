/* SPDX-License-Identifier: Apache-2.0 */
/* A spectrum and which reader its bytes belong to. */
#include "moly/spectrometry/spectrum.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

#include "read.h"

#define FILE_LIMIT ((size_t)64 << 20)

moly_status moly_gamma_spectrum_new(size_t n_channels, moly_gamma_spectrum **spectrum,
                                    moly_error *err)
{
    *spectrum = NULL;
    if (n_channels == 0 || n_channels > MOLY_GAMMA_MAX_CHANNELS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a spectrum of %zu channels; 1 to %zu can be read",
                         n_channels, MOLY_GAMMA_MAX_CHANNELS);
    }
    moly_gamma_spectrum *made = moly_alloc(1, sizeof *made);
    double *counts = moly_alloc(n_channels, sizeof *counts);
    if (!made || !counts) {
        moly_free(made);
        moly_free(counts);
        return MOLY_NO_MEMORY(err);
    }
    made->n_channels = n_channels;
    made->counts = counts;
    made->live_s = made->real_s = 1.0;
    made->start = MOLY_INSTANT_NONE;
    made->format = "";
    made->index = made->n_in_file = 1;
    *spectrum = made;
    return MOLY_OK;
}

void moly_gamma_spectrum_free(moly_gamma_spectrum *spectrum)
{
    if (spectrum) {
        moly_free(spectrum->counts);
        moly_free(spectrum);
    }
}

void moly_gamma_spectrum_warn(moly_gamma_spectrum *spectrum, const char *format, ...)
{
    char text[sizeof spectrum->warnings[0]];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    for (size_t i = 0; i < spectrum->n_warnings; i++) {
        if (strcmp(spectrum->warnings[i], text) == 0) {
            return;
        }
    }
    if (spectrum->n_warnings < MOLY_GAMMA_MAX_WARNINGS) {
        memcpy(spectrum->warnings[spectrum->n_warnings++], text, sizeof text);
    }
}

static bool begins(read_bytes bytes, const char *with)
{
    size_t n = strlen(with);
    return bytes.size >= n && memcmp(bytes.data, with, n) == 0;
}

/* CAM: the magic of the file's header. */
static bool is_cnf(read_bytes bytes)
{
    return bytes.size >= 4 && bytes.data[0] == 0 && bytes.data[1] == 4 && bytes.data[3] == 0;
}

/* ORTEC: INFTYP 1 and FILTYP 1 (integer) or 5 (real). */
static bool is_spc(read_bytes bytes)
{
    return bytes.size >= 4 && bytes.data[0] == 1 && bytes.data[1] == 0 &&
           (bytes.data[2] == 1 || bytes.data[2] == 5) && bytes.data[3] == 0;
}

static read_bytes without_mark(read_bytes bytes)
{
    return begins(bytes, "\xef\xbb\xbf") ? (read_bytes){bytes.data + 3, bytes.size - 3} : bytes;
}

static bool is_text(read_bytes bytes)
{
    return memchr(bytes.data, 0, bytes.size < 4096 ? bytes.size : 4096) == NULL;
}

static read_function *reader_of(read_bytes bytes)
{
    size_t skip = 0;
    while (skip < bytes.size && skip < 64 && isspace(bytes.data[skip])) {
        skip++;
    }
    read_bytes text = {bytes.data + skip, bytes.size - skip};
    if (is_cnf(bytes)) {
        return read_cnf;
    }
    if (is_spc(bytes)) {
        return read_spc;
    }
    if (begins(text, "<")) {
        return read_n42;
    }
    if (begins(text, "$")) {
        return read_spe;
    }
    if (begins(text, "A004")) {
        return read_iec;
    }
    return text.size > 0 && is_text(text) ? read_csv : NULL;
}

moly_status moly_gamma_spectrum_parse(const void *data, size_t size, size_t index,
                                      moly_gamma_spectrum **spectrum, moly_error *err)
{
    *spectrum = NULL;
    if (size == 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the file is empty");
    }
    read_bytes bytes = without_mark((read_bytes){data, size});
    read_function *read = reader_of(bytes);
    if (!read) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "no spectrum in a format that Moly reads: .Spe, .cnf, .n42, IEC 61455, "
                         ".Spc, CSV");
    }
    moly_gamma_spectrum *made = NULL;
    moly_status status = read(bytes, index, &made, err);
    if (status == MOLY_OK && index > made->n_in_file) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "spectrum %zu of a file that holds %zu", index,
                           made->n_in_file);
    }
    if (status == MOLY_OK && made->energy.n_coefficients > 0) {
        status = moly_energy_scale_check(&made->energy, made->n_channels, NULL);
        if (status != MOLY_OK) { /* a file without a usable calibration still has its peaks */
            moly_gamma_spectrum_warn(made, "the file's energy calibration does not rise over all "
                                           "channels: it is not used");
            made->energy = (moly_energy_scale){0};
            status = MOLY_OK;
        }
    }
    if (status != MOLY_OK) {
        moly_gamma_spectrum_free(made);
        return status;
    }
    *spectrum = made;
    return MOLY_OK;
}

moly_status moly_gamma_spectrum_load(const char *path, size_t index, moly_gamma_spectrum **spectrum,
                                     moly_error *err)
{
    char *data = NULL;
    size_t size = 0;
    *spectrum = NULL;
    moly_status status = moly_file_read(path, FILE_LIMIT, &data, &size, err);
    if (status == MOLY_OK) {
        status = moly_gamma_spectrum_parse(data, size, index, spectrum, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "%s", path);
        }
    }
    moly_free(data);
    return status;
}
