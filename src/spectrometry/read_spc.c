/* SPDX-License-Identifier: Apache-2.0 */
/* .Spc: ORTEC's binary spectrum, in records of 128 bytes, little-endian; the header (record 1)
 * holds the numbers of the other records. Source: ORTEC, Software File Structure Manual. */
#include <math.h>
#include <string.h>

#include "read.h"

#define RECORD 128U
#define AT_TYPE 2U         /* FILTYP: 1 integers, 5 reals */
#define AT_SAMPLE 10U      /* SAMDRP */
#define AT_DETECTOR 12U    /* DETDRP */
#define AT_CALIBRATION 34U /* CALRP1 */
#define AT_DATA 60U        /* SPCTRP */
#define AT_CHANNELS 64U    /* SPCCHN */
#define AT_START 72U       /* ACQTI8: days since 1979-01-01 */
#define AT_REAL 90U
#define AT_LIVE 94U
#define AT_ENERGY 20U     /* in the calibration record: three reals */
#define EPOCH_DAYS 3287.0 /* 1970-01-01 to 1979-01-01 */

/* Byte where the record stands whose number is at `pointer`; 0 when there is none. */
static size_t record(read_bytes bytes, size_t pointer)
{
    uint16_t number = 0;
    return read_u16(bytes, pointer, &number) && number > 1 ? (size_t)(number - 1) * RECORD : 0;
}

static void read_text(read_bytes bytes, size_t pointer, char *field, size_t size)
{
    size_t at = record(bytes, pointer);
    if (at && at + 64 <= bytes.size) {
        read_field(field, size, (const char *)bytes.data + at, 64);
    }
}

static moly_status read_channels(read_bytes bytes, bool are_reals, moly_gamma_spectrum *spectrum,
                                 moly_error *err)
{
    size_t from = record(bytes, AT_DATA);
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < spectrum->n_channels; i++) {
        uint32_t counts = 0;
        double value = 0.0;
        size_t at = from + 4 * i;
        if (from == 0 ||
            !(are_reals ? read_f32(bytes, at, &value) : read_u32(bytes, at, &counts))) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "the data end at channel %zu of %zu: the file is cut", i,
                             spectrum->n_channels);
        }
        status = read_counts(are_reals ? value : (double)counts, i, &spectrum->counts[i], err);
    }
    return status;
}

static moly_status read_header(read_bytes bytes, moly_gamma_spectrum *spectrum, moly_error *err)
{
    double live_s = 0.0;
    double real_s = 0.0;
    double days = 0.0;
    if (!read_f32(bytes, AT_REAL, &real_s) || !read_f32(bytes, AT_LIVE, &live_s) ||
        !read_f64(bytes, AT_START, &days)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the header ends before the times: the file is cut");
    }
    if (days > 0.0 && days < 1e5) {
        spectrum->start = moly_instant_add_s((moly_instant){0}, (days + EPOCH_DAYS) * 86400.0);
        moly_gamma_spectrum_warn(spectrum, "the start has no time zone: taken as UTC");
    }
    read_text(bytes, AT_SAMPLE, spectrum->title, sizeof spectrum->title);
    read_text(bytes, AT_DETECTOR, spectrum->detector, sizeof spectrum->detector);
    size_t at = record(bytes, AT_CALIBRATION);
    double *c = spectrum->energy.coefficients;
    if (at && read_f32(bytes, at + AT_ENERGY, &c[0]) &&
        read_f32(bytes, at + AT_ENERGY + 4, &c[1]) && read_f32(bytes, at + AT_ENERGY + 8, &c[2]) &&
        isfinite(c[0] + c[1] + c[2]) && c[1] != 0.0) {
        spectrum->energy.n_coefficients = 3;
    } else {
        moly_gamma_spectrum_warn(spectrum, "the file has no energy calibration");
    }
    return read_times(spectrum, live_s, real_s, err);
}

moly_status read_spc(read_bytes bytes, size_t index, moly_gamma_spectrum **spectrum,
                     moly_error *err)
{
    moly_gamma_spectrum *made = NULL;
    uint16_t type = 0;
    uint16_t n = 0;
    (void)index;
    if (!read_u16(bytes, AT_TYPE, &type) || !read_u16(bytes, AT_CHANNELS, &n)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the header is cut at %zu of 128 bytes", bytes.size);
    }
    moly_status status = moly_gamma_spectrum_new(n, &made, err);
    if (status == MOLY_OK) {
        made->format = "spc";
        status = read_header(bytes, made, err);
    }
    if (status == MOLY_OK) {
        status = read_channels(bytes, type == 5, made, err);
    }
    if (status != MOLY_OK) {
        moly_gamma_spectrum_free(made);
        return status;
    }
    *spectrum = made;
    return MOLY_OK;
}
