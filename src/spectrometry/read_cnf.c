/* SPDX-License-Identifier: Apache-2.0 */
/* .cnf: Canberra's Configuration Access Method. Little-endian; a directory of sections at 0x70, 48
 * bytes each; reals are VAX F floating; times are negative counts of 100 ns; instants count 100 ns
 * from 1858-11-17. The layout was found from files and their conversions; it is not published. */
#include <math.h>
#include <string.h>

#include "read.h"

#define DIRECTORY 0x70U
#define ENTRY 0x30U
#define ID_ACQUISITION 0x00012000U
#define ID_SAMPLE 0x00012001U
#define ID_CHANNELS 0x00012005U
#define DATA_FROM 0x200U
#define TICKS_PER_S 1e7
/* 1858-11-17 to 1970-01-01: 40,587 days */
#define VMS_TO_UNIX_US (40587LL * 86400LL * 1000000LL)

/* Where a section stands, 0 when the directory has none. */
static size_t section(read_bytes bytes, uint32_t wanted)
{
    uint32_t id = 0;
    uint32_t from = 0;
    for (size_t at = DIRECTORY; read_u32(bytes, at, &id) && (id & 0xffff0000U) == 0x00010000U;
         at += ENTRY) {
        if (id == wanted && read_u32(bytes, at + 10, &from)) {
            return from;
        }
    }
    return 0;
}

static bool read_vax(read_bytes bytes, size_t at, double *value)
{
    uint16_t high = 0;
    uint16_t low = 0;
    if (!read_u16(bytes, at, &high) || !read_u16(bytes, at + 2, &low)) {
        return false;
    }
    int exponent = (high >> 7) & 0xff;
    double fraction = (double)((uint32_t)(high & 0x7fU) << 16 | low | 0x800000U) / 16777216.0;
    *value = exponent == 0 ? 0.0 : ldexp((high & 0x8000) ? -fraction : fraction, exponent - 128);
    return true;
}

static bool read_ticks(read_bytes bytes, size_t at, double *seconds)
{
    uint32_t low = 0;
    uint32_t high = 0;
    if (!read_u32(bytes, at, &low) || !read_u32(bytes, at + 4, &high)) {
        return false;
    }
    uint64_t ticks = ~((uint64_t)high << 32 | low) + 1; /* they count down from zero */
    *seconds = (double)ticks / TICKS_PER_S;
    return true;
}

/* CAM counts channels from 1: the polynomial of channel + 1, by repeated synthetic division. */
static void shift_by_one(moly_energy_scale *scale)
{
    for (size_t i = 0; i + 1 < scale->n_coefficients; i++) {
        for (size_t j = scale->n_coefficients - 1; j-- > i;) {
            scale->coefficients[j] += scale->coefficients[j + 1];
        }
    }
}

static moly_status read_acquisition(read_bytes bytes, size_t from, moly_gamma_spectrum *spectrum,
                                    moly_error *err)
{
    uint16_t calibration = 0;
    uint16_t times = 0;
    uint32_t low = 0;
    uint32_t high = 0;
    double real_s = 0.0;
    double live_s = 0.0;
    if (!read_u16(bytes, from + 0x22, &calibration) || !read_u16(bytes, from + 0x24, &times)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the acquisition section is cut");
    }
    size_t at = from + ENTRY + times;
    if (!read_u32(bytes, at + 1, &low) || !read_u32(bytes, at + 5, &high) ||
        !read_ticks(bytes, at + 9, &real_s) || !read_ticks(bytes, at + 17, &live_s)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "byte 0x%zx: the times of the measurement are cut",
                         at);
    }
    uint64_t vms_us = ((uint64_t)high << 32 | low) / 10;
    if (vms_us > 0 && vms_us < (uint64_t)VMS_TO_UNIX_US * 4) {
        spectrum->start.us = (int64_t)vms_us - VMS_TO_UNIX_US;
        moly_gamma_spectrum_warn(spectrum, "the start has no time zone: taken as UTC");
    }
    at = from + ENTRY + calibration + 0x44;
    for (size_t i = 0; i < 4; i++) {
        if (!read_vax(bytes, at + 4 * i, &spectrum->energy.coefficients[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "byte 0x%zx: the energy calibration is cut", at);
        }
    }
    spectrum->energy.n_coefficients = spectrum->energy.coefficients[1] != 0.0 ? 4 : 0;
    shift_by_one(&spectrum->energy);
    return read_times(spectrum, live_s, real_s, err);
}

static moly_status read_channels(read_bytes bytes, size_t from, moly_gamma_spectrum *spectrum,
                                 moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < spectrum->n_channels; i++) {
        uint32_t counts = 0;
        if (!read_u32(bytes, from + DATA_FROM + 4 * i, &counts)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "the data end at channel %zu of %zu: the file is cut", i,
                             spectrum->n_channels);
        }
        status = read_counts((double)counts, i, &spectrum->counts[i], err);
    }
    return status;
}

static void read_sample(read_bytes bytes, size_t from, moly_gamma_spectrum *spectrum)
{
    if (from && from + ENTRY < bytes.size) {
        size_t room = bytes.size - from - ENTRY;
        read_field(spectrum->title, sizeof spectrum->title, (const char *)bytes.data + from + ENTRY,
                   room < 64 ? room : 64);
    }
}

moly_status read_cnf(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                     moly_error *err)
{
    size_t acquisition = section(bytes, ID_ACQUISITION);
    size_t channels = section(bytes, ID_CHANNELS);
    uint32_t id = 0;
    uint16_t blocks = 0;
    (void)index;
    if (!acquisition || !channels) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "CAM file without its section of %s",
                         acquisition ? "channels" : "acquisition parameters");
    }
    if (!read_u32(bytes, acquisition, &id) || id != ID_ACQUISITION ||
        !read_u16(bytes, acquisition + ENTRY + 0x8a, &blocks) || !read_u32(bytes, channels, &id) ||
        id != ID_CHANNELS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "CAM file of %zu bytes: a section named in its directory is not there; "
                         "the file is cut",
                         bytes.size);
    }
    moly_gamma_spectrum *made = NULL;
    moly_status status = moly_gamma_spectrum_new((size_t)blocks * 256, &made, err);
    if (status == MOLY_OK) {
        made->format = "cnf";
        status = read_acquisition(bytes, acquisition, made, err);
    }
    if (status == MOLY_OK) {
        status = read_channels(bytes, channels, made, err);
    }
    if (status != MOLY_OK) {
        moly_gamma_spectrum_free(made);
        return status;
    }
    read_sample(bytes, section(bytes, ID_SAMPLE), made);
    if (made->energy.n_coefficients == 0) {
        moly_gamma_spectrum_warn(made, "the file has no energy calibration");
    }
    *spectrum = made;
    return MOLY_OK;
}
