/* SPDX-License-Identifier: Apache-2.0 */
/* DCMTK parses nested sequences by recursion and inflates deflated files whole. A hostile file of a
 * few megabytes could exhaust the stack or the memory, so its structure is walked here first, with
 * a stack of our own, and refused where it nests or inflates beyond what any object needs. Where
 * this walk loses its way (an unknown VR, a length beyond the end) it stops: what is left may then
 * hold only so many items that even all nested in each other they are harmless. */
#include <string.h>

#define ZLIB_CONST /* zlib reads its input, and then says so */
#include <zlib.h>

#include "dicom_inside.h"

enum { MAX_DEPTH = 64, MAX_STRAY_ITEMS = 2000, MAX_ELEMENTS = 4000000, PREAMBLE = 128 };
static const size_t MAX_INFLATED = (size_t)512 << 20;
static const uint32_t UNDEFINED = UINT32_C(0xffffffff);
static const uint32_t ITEM = 0xfffee000, ITEM_END = 0xfffee00d, SEQUENCE_END = 0xfffee0dd;
static const uint32_t PIXELS = 0x7fe00010, TAG_TransferSyntaxUID = 0x00020010;

typedef struct syntax {
    bool is_big, is_implicit;
} syntax;

typedef struct container {
    size_t end; /* SIZE_MAX: until its delimiter */
    syntax syntax;
} container;

typedef struct walker {
    const uint8_t *data;
    size_t length, at;
    int depth;
    container stack[MAX_DEPTH + 1];
    long n_elements;
} walker;

typedef struct element {
    uint32_t tag, length;
    char vr[2];
    size_t value; /* where its value begins */
} element;

static uint32_t u16_at(const uint8_t *p, bool is_big)
{
    return is_big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t u32_at(const uint8_t *p, bool is_big)
{
    return is_big ? u16_at(p, true) << 16 | u16_at(p + 2, true)
                  : u16_at(p + 2, false) << 16 | u16_at(p, false);
}

static bool has_long_length(const char vr[2])
{
    static const char longs[][2] = {{'O', 'B'}, {'O', 'W'}, {'O', 'F'}, {'O', 'D'}, {'O', 'L'},
                                    {'O', 'V'}, {'S', 'Q'}, {'U', 'C'}, {'U', 'R'}, {'U', 'T'},
                                    {'U', 'N'}, {'S', 'V'}, {'U', 'V'}};
    for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++) {
        if (memcmp(vr, longs[i], 2) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_known_short(const char vr[2])
{
    static const char shorts[] = "AEASATCSDADSDTFLFDISLOLTPNSHSLSSSTTMUIULUS";
    for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
        if (memcmp(vr, shorts + i, 2) == 0) {
            return true;
        }
    }
    return false;
}

/* A VR of the future is two capitals and has the long form (PS3.5 6.2); DCMTK takes the short form
 * for what is no VR at all. */
static bool is_short(const char vr[2])
{
    bool is_capital = vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z';
    return is_known_short(vr) || !is_capital;
}

/* The element's head at w->at; false where there is none that can be followed. */
static bool read_element(const walker *w, syntax s, element *e)
{
    const uint8_t *p = w->data + w->at;
    if (w->length - w->at < 8) {
        return false;
    }
    e->tag = u16_at(p, s.is_big) << 16 | u16_at(p + 2, s.is_big);
    memcpy(e->vr, "  ", 2);
    e->value = w->at + 8;
    if (s.is_implicit || e->tag >> 16 == 0xfffe) {
        e->length = u32_at(p + 4, s.is_big);
        return true;
    }
    memcpy(e->vr, p + 4, 2);
    if (is_short(e->vr)) {
        e->length = u16_at(p + 6, s.is_big);
        return true;
    }
    if (w->length - w->at < 12) {
        return false;
    }
    e->length = u32_at(p + 8, s.is_big);
    e->value = w->at + 12;
    return true;
}

/* Does a value that no VR describes begin with an item? Then a dictionary may call it a sequence.
 */
static bool begins_with_item(const walker *w, const element *e, syntax s)
{
    return e->length >= 8 && w->length - e->value >= 8 &&
           (u16_at(w->data + e->value, s.is_big) << 16 |
            u16_at(w->data + e->value + 2, s.is_big)) == ITEM;
}

static moly_status push(walker *w, const element *e, syntax inner, moly_error *err)
{
    if (w->depth == MAX_DEPTH) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "sequences nested more than %d deep at byte %zu: not a DICOM object "
                         "anyone needs",
                         (int)MAX_DEPTH, w->at);
    }
    w->depth++;
    w->stack[w->depth] =
        (container){e->length == UNDEFINED ? SIZE_MAX : e->value + e->length, inner};
    w->at = e->value;
    return MOLY_OK;
}

static void pop_delimited(walker *w)
{
    if (w->depth > 0) {
        w->depth--;
    }
    w->at += 8;
}

/* Fragments of encapsulated pixels: items of bytes up to the delimiter. */
static bool skip_fragments(walker *w, const element *pixels, syntax s)
{
    element e;
    w->at = pixels->value;
    while (read_element(w, s, &e)) {
        bool is_item = e.tag == ITEM && e.length <= w->length - e.value;
        if (!is_item) {
            w->at = e.tag == SEQUENCE_END ? e.value : w->at;
            return e.tag == SEQUENCE_END;
        }
        w->at = e.value + e.length;
    }
    return false;
}

/* DCMTK reserves what a length claims before it reads, up to 4 GiB for a file of a few bytes. */
static moly_status fail_length(const walker *w, const element *e, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_DATA,
                     "element (%04x,%04x) at byte %zu claims %u bytes, but only %zu are left",
                     e->tag >> 16, e->tag & 0xffff, w->at, e->length, w->length - e->value);
}

/* One element, item or delimiter. `*is_lost` where the walk cannot go on. */
static moly_status step(walker *w, bool *is_lost, moly_error *err)
{
    while (w->depth > 0 && w->at >= w->stack[w->depth].end) {
        w->depth--;
    }
    syntax s = w->stack[w->depth].syntax;
    element e;
    if (!read_element(w, s, &e)) {
        *is_lost = true;
        return MOLY_OK;
    }
    if (++w->n_elements > MAX_ELEMENTS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d elements", (int)MAX_ELEMENTS);
    }
    if (e.tag == ITEM_END || e.tag == SEQUENCE_END) {
        pop_delimited(w);
        return MOLY_OK;
    }
    if (e.length != UNDEFINED && e.length > w->length - e.value) {
        return fail_length(w, &e, err);
    }
    if (e.length == UNDEFINED && (e.tag == PIXELS || e.vr[0] == 'O')) {
        *is_lost = !skip_fragments(w, &e, s);
        return MOLY_OK;
    }
    bool is_unknown = s.is_implicit || memcmp(e.vr, "UN", 2) == 0;
    bool opens = e.length == UNDEFINED || e.tag == ITEM || memcmp(e.vr, "SQ", 2) == 0 ||
                 (is_unknown && e.tag != PIXELS && begins_with_item(w, &e, s));
    if (!opens) {
        w->at = e.value + e.length;
        return MOLY_OK;
    }
    /* An unknown element of undefined length is implicit little endian inside. */
    bool is_un = memcmp(e.vr, "UN", 2) == 0 && e.length == UNDEFINED;
    return push(w, &e, is_un ? (syntax){false, true} : s, err);
}

/* Items that the walk did not see: patterns of an item's tag in the bytes from `from` on. */
static moly_status check_stray(const uint8_t *data, size_t length, size_t from, moly_error *err)
{
    static const uint8_t little[4] = {0xfe, 0xff, 0x00, 0xe0}, big[4] = {0xff, 0xfe, 0xe0, 0x00};
    long n = 0;
    for (size_t i = from; i + 4 <= length; i++) {
        n += data[i] >= 0xfe && (memcmp(data + i, little, 4) == 0 || memcmp(data + i, big, 4) == 0);
    }
    return n > MAX_STRAY_ITEMS
               ? MOLY_FAIL(err, MOLY_ERR_DATA,
                           "malformed from byte %zu on, with %ld items behind: not read", from, n)
               : MOLY_OK;
}

static moly_status walk(const uint8_t *data, size_t length, size_t from, syntax s, moly_error *err)
{
    walker w = {.data = data, .length = length, .at = from};
    moly_status status = MOLY_OK;
    bool is_lost = false;
    w.stack[0] = (container){SIZE_MAX, s};
    while (status == MOLY_OK && !is_lost && w.at < length) {
        status = step(&w, &is_lost, err);
    }
    return status == MOLY_OK && is_lost ? check_stray(data, length, w.at, err) : status;
}

static moly_status walk_deflated(const uint8_t *data, size_t length, moly_error *err)
{
    enum { CHUNK = 1 << 20 };
    z_stream stream = {.next_in = data,
                       .avail_in = (uInt)(length < UINT32_MAX ? length : UINT32_MAX)};
    uint8_t *inflated = NULL;
    size_t n = 0;
    int result = Z_OK;
    moly_status status = MOLY_OK;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return MOLY_NO_MEMORY(err);
    }
    while (status == MOLY_OK && result == Z_OK) {
        uint8_t *grown = n + CHUNK <= MAX_INFLATED ? moly_realloc(inflated, n + CHUNK, 1) : NULL;
        if (!grown) {
            status =
                MOLY_FAIL(err, MOLY_ERR_RANGE, "inflates to more than %zu MiB", MAX_INFLATED >> 20);
            break;
        }
        inflated = grown;
        stream.next_out = inflated + n;
        stream.avail_out = CHUNK;
        result = inflate(&stream, Z_NO_FLUSH);
        n += CHUNK - stream.avail_out;
    }
    (void)inflateEnd(&stream);
    if (status == MOLY_OK) {
        status = walk(inflated, n, 0, (syntax){false, false}, err);
    }
    moly_free(inflated);
    return status;
}

/* The meta header, explicit little endian, says how the rest is encoded: `uid`, and where it ends.
 */
static moly_status read_meta(const uint8_t *data, size_t length, char uid[65], size_t *end,
                             moly_error *err)
{
    bool has_preamble = length >= PREAMBLE + 4 && memcmp(data + PREAMBLE, "DICM", 4) == 0;
    walker w = {.data = data, .length = length, .at = has_preamble ? PREAMBLE + 4 : 0};
    element e;
    uid[0] = '\0';
    while (read_element(&w, (syntax){false, false}, &e) && e.tag >> 16 == 0x0002 &&
           (is_known_short(e.vr) || has_long_length(e.vr))) {
        if (e.length > length - e.value) {
            return fail_length(&w, &e, err);
        }
        if (e.tag == TAG_TransferSyntaxUID && e.length <= 64) {
            memcpy(uid, data + e.value, e.length);
            uid[e.length] = '\0';
            uid[strcspn(uid, " ")] = '\0';
        }
        w.at = e.value + e.length;
    }
    if (has_preamble && w.at == PREAMBLE + 4) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "no meta header at byte %zu, where the preamble announces one", w.at);
    }
    *end = w.at;
    return MOLY_OK;
}

/* Without a meta header the first element tells: byte order by its group, VR or not. */
static syntax guess_syntax(const uint8_t *p, size_t length)
{
    syntax s = {false, true};
    if (length >= 8) {
        s.is_big = p[0] == 0x00 && p[1] != 0x00;
        s.is_implicit =
            !(is_known_short((const char *)p + 4) || has_long_length((const char *)p + 4));
    }
    return s;
}

moly_status dicom_guard(const uint8_t *data, size_t length, moly_error *err)
{
    char uid[65];
    size_t from = 0;
    moly_status status = read_meta(data, length, uid, &from, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (strcmp(uid, "1.2.840.10008.1.2.1.99") == 0) {
        return walk_deflated(data + from, length - from, err);
    }
    return walk(data, length, from, guess_syntax(data + from, length - from), err);
}
