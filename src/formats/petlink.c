/* SPDX-License-Identifier: Apache-2.0 */
/* Siemens list mode: PETLINK, 32-bit words. */
#include "moly/formats/listmode.h"

#include "interfile_scanner.h"

enum { CHUNK_WORDS = 1 << 18 };

static const uint32_t IS_TAG = UINT32_C(1) << 31;
static const uint32_t TAG_KIND = UINT32_C(3) << 29; /* 0: a time mark, ms */
static const uint32_t TIME_BITS = (UINT32_C(1) << 29) - 1;
static const uint32_t IS_PROMPT = UINT32_C(1) << 30;
static const uint32_t BIN_BITS = (UINT32_C(1) << 30) - 1;

/* What is needed to make sense of words, and how far they have been read. */
typedef struct decoder {
    const char *name;
    int64_t n_bins, n_views, n_sinograms, n_rings, n_detectors;
    int32_t *rings; /* of each sinogram: at crystal 1, at crystal 2 */
    bool has_time;
    uint32_t first_ms, now_ms;
    int64_t n_words;
} decoder;

/* Ring differences 0, -1, +1, -2, ...; axial positions along z. */
static moly_status number_sinograms(decoder *d, int64_t most, moly_arena *arena, moly_error *err)
{
    int64_t n = 0;
    d->n_sinograms = d->n_rings;
    for (int64_t k = 1; k <= most; k++) {
        d->n_sinograms += 2 * (d->n_rings - k);
    }
    d->rings = moly_arena_alloc(arena, (size_t)d->n_sinograms, 2 * sizeof *d->rings);
    if (!d->rings) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t k = 0; k <= most; k++) {
        for (int64_t sign = k > 0 ? -1 : 1; sign <= 1; sign += 2) {
            for (int64_t z = 0; z < d->n_rings - k; z++, n++) {
                d->rings[2 * n] = (int32_t)(sign < 0 ? z + k : z);
                d->rings[2 * n + 1] = (int32_t)(sign < 0 ? z : z + k);
            }
        }
    }
    return MOLY_OK;
}

static moly_status begin(const interfile_header *h, decoder *d, moly_pet_scanner *scanner,
                         moly_error *err)
{
    int64_t bits = 32, span = 1, most = 0;
    d->name = h->name;
    if (!interfile_is(h, KEY_DATA_FORMAT, 1, "CoincidenceList")) {
        const char *format = interfile_text(h, KEY_DATA_FORMAT, 1);
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s is no header of list mode: 'data format' is '%.40s', must be "
                         "'CoincidenceList'",
                         h->name, format ? format : "(missing)");
    }
    moly_status status = interfile_get_scanner(h, scanner, err);
    if (!status) {
        status = interfile_whole_or(h, KEY_E7_WORD_BITS, 1, 32, 32, &bits, err);
    }
    if (!status) {
        status = interfile_whole_or(h, KEY_E7_SPAN, 1, 1, 1, &span, err);
    }
    if (!status) {
        status = interfile_whole(h, KEY_E7_MOST_DIFFERENCE, 1, 0, scanner->n_rings - 1, &most, err);
    }
    if (!status) {
        status =
            interfile_whole(h, KEY_N_PROJECTIONS, 1, 1, scanner->n_detectors - 1, &d->n_bins, err);
    }
    if (!status) {
        status = interfile_whole(h, KEY_E7_N_VIEWS, 1, scanner->n_detectors / 2,
                                 scanner->n_detectors / 2, &d->n_views, err);
    }
    if (status) {
        return status;
    }
    d->n_rings = scanner->n_rings;
    d->n_detectors = scanner->n_detectors;
    scanner->n_tangential = d->n_bins;
    scanner->span = 1;
    scanner->max_ring_difference = most;
    status = moly_pet_scanner_check(scanner, err);
    if (status) {
        moly_error_context(err, "%s", h->name);
        return MOLY_ERR_DATA;
    }
    return number_sinograms(d, most, h->arena, err);
}

static moly_status take_event(decoder *d, uint32_t word, moly_event_list *list, moly_error *err)
{
    const int64_t bin = word & BIN_BITS, n = d->n_detectors;
    const int64_t sinogram = bin / d->n_bins / d->n_views;
    if (sinogram >= d->n_sinograms) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: word %lld is bin %lld; its sinograms have %lld x %lld x %lld",
                         d->name, (long long)d->n_words, (long long)bin, (long long)d->n_sinograms,
                         (long long)d->n_views, (long long)d->n_bins);
    }
    const int64_t view = bin / d->n_bins % d->n_views, t = bin % d->n_bins - d->n_bins / 2;
    const int64_t half = t >= 0 ? t / 2 : -((1 - t) / 2); /* t >> 1 */
    const int64_t other = t - half;                       /* (t + 1) >> 1 */
    const int64_t first = (view + half + n) % n, second = (view - other + n / 2 + n) % n;
    const moly_event e = {
        .crystal_1 = (uint32_t)(d->rings[2 * sinogram] * n + first),
        .crystal_2 = (uint32_t)(d->rings[2 * sinogram + 1] * n + second),
        .time_ms = d->has_time ? d->now_ms - d->first_ms : 0,
        .is_delayed = (word & IS_PROMPT) == 0,
    };
    return moly_event_list_add(list, &e, err);
}

static moly_status take_time(decoder *d, uint32_t ms, moly_error *err)
{
    if (d->has_time && ms < d->now_ms) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: word %lld: time goes back from %u ms to %u ms",
                         d->name, (long long)d->n_words, d->now_ms, ms);
    }
    d->first_ms = d->has_time ? d->first_ms : ms;
    d->now_ms = ms;
    d->has_time = true;
    return MOLY_OK;
}

static moly_status take_words(decoder *d, const uint8_t *bytes, size_t n, moly_event_list *list,
                              moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < n && !status; i++, d->n_words++) {
        const uint32_t word = (uint32_t)number_bits(bytes + 4 * i, 4, false);
        if ((word & IS_TAG) == 0) {
            status = take_event(d, word, list, err);
        } else if ((word & TAG_KIND) == 0) {
            status = take_time(d, word & TIME_BITS, err);
        }
    }
    return status;
}

static void end(const decoder *d, moly_event_list *list)
{
    list->duration_s = d->has_time ? 1e-3 * (double)(d->now_ms - d->first_ms + 1) : 0.0;
}

static moly_status check_whole_words(const char *name, int64_t bytes, moly_error *err)
{
    return bytes % 4 == 0
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "%s: %lld bytes of list mode, cut within a word",
                           name, (long long)bytes);
}

moly_status moly_listmode_parse(const char *header, size_t header_length, const uint8_t *words,
                                size_t length, moly_event_list *list, moly_error *err)
{
    interfile_header h = {0};
    decoder d = {0};
    moly_event_list made = {0};
    moly_status status = interfile_parse(header, header_length, "list mode", false, &h, err);
    if (!status) {
        status = begin(&h, &d, &made.scanner, err);
    }
    if (!status) {
        status = check_whole_words(h.name, (int64_t)length, err);
    }
    if (!status) {
        status = take_words(&d, words, length / 4, &made, err);
    }
    interfile_free(&h);
    if (status) {
        moly_event_list_free(&made);
        return status;
    }
    end(&d, &made);
    *list = made;
    return MOLY_OK;
}

static moly_status read_file(const interfile_header *h, decoder *d, moly_event_list *list,
                             moly_error *err)
{
    interfile_data data = {.fd = -1};
    int64_t offset = 0;
    uint8_t *bytes = NULL;
    moly_status status = interfile_data_open_bytes(h, &data, err);
    if (!status) {
        status = interfile_whole_or(h, KEY_DATA_OFFSET, 1, 0, data.size, &offset, err);
    }
    if (!status) {
        status = check_whole_words(data.path, data.size - offset, err);
    }
    if (!status) {
        bytes = moly_alloc(CHUNK_WORDS, 4);
        status = bytes ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    while (!status && offset < data.size) {
        const int64_t left = (data.size - offset) / 4;
        const size_t n = left < CHUNK_WORDS ? (size_t)left : CHUNK_WORDS;
        status = interfile_data_read(&data, offset, bytes, 4 * n, err);
        if (!status) {
            status = take_words(d, bytes, n, list, err);
        }
        offset += 4 * (int64_t)n;
    }
    moly_free(bytes);
    interfile_data_close(&data);
    return status;
}

moly_status moly_listmode_read(const char *path, moly_event_list *list, moly_error *err)
{
    interfile_header h = {0};
    decoder d = {0};
    moly_event_list made = {0};
    moly_status status = interfile_load(path, false, &h, err);
    if (!status) {
        status = begin(&h, &d, &made.scanner, err);
    }
    if (!status) {
        status = read_file(&h, &d, &made, err);
    }
    interfile_free(&h);
    if (status) {
        moly_event_list_free(&made);
        return status;
    }
    end(&d, &made);
    *list = made;
    return MOLY_OK;
}
