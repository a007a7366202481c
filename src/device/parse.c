/* SPDX-License-Identifier: Apache-2.0 */
/* From a message to a reading. What is not exactly as the driver says is refused with its bytes. */
#include "inside.h"

#include <jansson.h>
#include <stdio.h>

#include "moly/base/text.h"

/* ---- patterns ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    pattern_step step;
} fields[] = {{"value", PATTERN_VALUE},
              {"unit", PATTERN_UNIT},
              {"nuclide", PATTERN_NUCLIDE},
              {"flag", PATTERN_FLAG},
              {"skip", PATTERN_SKIP}};

bool pattern_next(const char **at, pattern_token *token)
{
    const char *c = *at;
    *token = (pattern_token){.step = PATTERN_END};
    if (*c == '\0') {
        return true;
    }
    *at = c + 1;
    if (*c == ' ' || *c == '_') {
        *token = (pattern_token){.step = PATTERN_BLANKS, .width = *c == ' ' ? 1 : 0};
        return true;
    }
    if (*c != '{') {
        *token = (pattern_token){.step = PATTERN_LITERAL, .literal = *c};
        return *c != '}';
    }
    size_t length = strcspn(++c, ":}");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strlen(fields[i].name) == length && strncmp(fields[i].name, c, length) == 0) {
            token->step = fields[i].step;
        }
    }
    c += length;
    if (*c == ':') {
        c++;
        size_t n_digits = strspn(c, "0123456789");
        for (size_t i = 0; i < n_digits && i < 3; i++) {
            token->width = token->width * 10 + (size_t)(c[i] - '0');
        }
        c += n_digits;
        if (n_digits == 0 || n_digits > 3 || token->width == 0) {
            return false;
        }
    }
    *at = c + 1;
    return token->step != PATTERN_END && *c == '}';
}

moly_status pattern_check(const char *pattern, moly_error *err)
{
    const char *at = pattern;
    pattern_token token;
    int n_values = 0, n_units = 0;
    do {
        const char *begin = at;
        if (!pattern_next(&at, &token)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "pattern: '%.20s' is not a field; {value}, {unit}, {nuclide}, {flag} "
                             "and {skip} are, or {value:6} of six bytes",
                             begin);
        }
        n_values += token.step == PATTERN_VALUE;
        n_units += token.step == PATTERN_UNIT;
    } while (token.step != PATTERN_END);
    if (n_values != 1 || n_units != 1) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "pattern: %d {value} and %d {unit}; one of each is needed", n_values,
                         n_units);
    }
    return MOLY_OK;
}

/* ---- matching ------------------------------------------------------------------------------- */

typedef struct piece {
    const char *text;
    size_t length;
    bool is_fixed; /* in width */
} piece;
typedef struct match {
    piece value, unit, nuclide, flag;
} match;

/* Where a field without a width ends: before the next literal character of the pattern, before
 * blanks, or with the text. */
static size_t reach(const char *text, size_t n, const char *pattern)
{
    pattern_token next;
    size_t i = 0;
    bool is_known = pattern_next(&pattern, &next);
    if (!is_known || next.step == PATTERN_END) {
        return n;
    }
    while (i < n && (next.step == PATTERN_LITERAL ? text[i] != next.literal : text[i] != ' ')) {
        i++;
    }
    return i;
}

static bool match_pattern(const char *pattern, const char *text, size_t n, match *found)
{
    pattern_token token;
    size_t at = 0;
    while (pattern_next(&pattern, &token) && token.step != PATTERN_END) {
        if (token.step == PATTERN_LITERAL) {
            if (at == n || text[at++] != token.literal) {
                return false;
            }
            continue;
        }
        if (token.step == PATTERN_BLANKS) {
            size_t blanks = 0;
            while (at < n && text[at] == ' ') {
                at++;
                blanks++;
            }
            if (blanks < token.width) {
                return false;
            }
            continue;
        }
        /* a sign may stand apart from its number, as balances print it */
        size_t sign = token.step == PATTERN_VALUE && at < n && strchr("+-", text[at]) ? 1 : 0;
        while (sign > 0 && at + sign < n && text[at + sign] == ' ') {
            sign++;
        }
        size_t length =
            token.width ? token.width : sign + reach(text + at + sign, n - at - sign, pattern);
        if (length > n - at || length == 0) {
            return false;
        }
        piece taken = {text + at, length, token.width > 0};
        piece *const homes[] = {[PATTERN_VALUE] = &found->value,
                                [PATTERN_UNIT] = &found->unit,
                                [PATTERN_NUCLIDE] = &found->nuclide,
                                [PATTERN_FLAG] = &found->flag};
        if (token.step != PATTERN_SKIP) {
            *homes[token.step] = taken;
        }
        at += length;
    }
    return at == n;
}

/* The piece as a text, without the blanks that may stand there. @return false: too long */
static bool copy(piece p, bool may_lead, bool may_trail, char *made, size_t size)
{
    while (may_lead && p.length > 0 && p.text[0] == ' ') {
        p.text++;
        p.length--;
    }
    while (may_trail && p.length > 0 && p.text[p.length - 1] == ' ') {
        p.length--;
    }
    if (p.length == 0 || p.length >= size || memchr(p.text, '\0', p.length)) {
        return false;
    }
    memcpy(made, p.text, p.length);
    made[p.length] = '\0';
    return true;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Bytes for people: <02>SDR1,... */
static void show(const unsigned char *bytes, size_t n, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && at + 5 < size; i++) {
        bool is_plain = bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '<';
        int made = snprintf(text + at, size - at, is_plain ? "%c" : "<%02X>", bytes[i]);
        at += (size_t)(made > 0 ? made : 0);
    }
}

enum { SHOWN_SIZE = 160, PIECE_SIZE = 40 };

static const char *show_piece(piece p, char text[PIECE_SIZE])
{
    show((const unsigned char *)p.text, p.length, text, PIECE_SIZE);
    return text;
}

static moly_status not_whole(const moly_device_driver *driver, const unsigned char *bytes, size_t n,
                             const char *shown, moly_error *err)
{
    if (n < STX_OVERHEAD || bytes[0] != STX || bytes[n - 1] != ETX || bytes[1] < LENGTH_BASE) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: the message of %zu bytes is short or no frame, it must begin with "
                         "<02> and its length and end with <03>: %s",
                         driver->name, n, shown);
    }
    size_t said = (size_t)bytes[1] - LENGTH_BASE;
    if (said != n - STX_OVERHEAD) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: the message is short: it announces %zu bytes of text and has %zu: %s",
                         driver->name, said, n - STX_OVERHEAD, shown);
    }
    unsigned char sum = frame_checksum((const char *)bytes + 2, said);
    if (bytes[n - 2] != sum) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: checksum %02X, the bytes give %02X: %s; check cable and baud rate",
                         driver->name, bytes[n - 2], sum, shown);
    }
    return MOLY_OK;
}

/* The text of a message. */
static moly_status unwrap(const moly_device_driver *driver, const unsigned char *bytes, size_t n,
                          const char *shown, const char **text, size_t *length, moly_error *err)
{
    *text = (const char *)bytes;
    *length = n;
    if (driver->framing == MOLY_DEVICE_STX) {
        moly_status status = not_whole(driver, bytes, n, shown, err);
        *text += 2;
        *length = n > STX_OVERHEAD ? n - STX_OVERHEAD : 0;
        if (status) {
            return status;
        }
    } else {
        while (*length > 0 && strchr("\r\n", (*text)[*length - 1]) && (*text)[*length - 1]) {
            (*length)--;
        }
    }
    if (driver->length > 0 && *length != driver->length) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: the text has %zu characters, %zu are wanted, so it is short or "
                         "padded otherwise: %s",
                         driver->name, *length, driver->length, shown);
    }
    return MOLY_OK;
}

static bool read_number(piece p, double *value)
{
    char text[32], plain[32];
    size_t n = 0;
    if (!copy(p, true, !p.is_fixed, text, sizeof text)) {
        return false;
    }
    for (const char *c = text; *c; c++) {
        bool follows_sign = n == 1 && (plain[0] == '-' || plain[0] == '+');
        if (*c == ' ' && (follows_sign || (n == 0))) {
            continue;
        }
        if (!strchr("0123456789.+-eE", *c)) {
            return false;
        }
        plain[n++] = *c;
    }
    plain[n] = '\0';
    return moly_number_parse(plain[0] == '+' ? plain + 1 : plain, value, NULL) == MOLY_OK;
}

static moly_status read_fields(const moly_device_driver *driver, const match *found,
                               const char *shown, moly_device_reading *reading, moly_error *err)
{
    char unit[UNIT_WIDTH], word[UNIT_WIDTH] = "", number[32] = "", bad[PIECE_SIZE];
    const moly_device_unit *known = NULL;
    if (!read_number(found->value, &reading->value)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: '%s' is no number, or padded otherwise: %s",
                         driver->name, show_piece(found->value, bad), shown);
    }
    bool has_unit = copy(found->unit, false, !found->unit.is_fixed, unit, sizeof unit);
    for (size_t i = 0; i < driver->n_units && has_unit; i++) {
        known = strcmp(unit, driver->units[i].text) == 0 ? &driver->units[i] : known;
    }
    if (!known) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                         "%s: the unit '%s' is not one of the driver's, so the value counts for "
                         "nothing: %s",
                         driver->name, show_piece(found->unit, bad), shown);
    }
    if (found->nuclide.length > 0) {
        bool has_word = copy(found->nuclide, false, found->nuclide.is_fixed, word, sizeof word);
        bool is_padded = has_word && (word[0] == ' ' || word[strlen(word) - 1] == ' ');
        const char *name = has_word && !is_padded ? nuclide_of(driver, word) : NULL;
        if (!name) {
            return MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                             "%s: the nuclide '%s' is not one of the driver's, or padded "
                             "otherwise: %s",
                             driver->name, show_piece(found->nuclide, bad), shown);
        }
        (void)snprintf(reading->nuclide, sizeof reading->nuclide, "%s", name);
    }
    (void)copy(found->value, true, true, number, sizeof number);
    (void)snprintf(reading->shown, sizeof reading->shown, "%s %s", number, unit);
    reading->value *= known->factor;
    reading->quantity = known->quantity;
    return MOLY_OK;
}

moly_status moly_device_parse(const moly_device_driver *driver, const unsigned char *bytes,
                              size_t n, moly_device_reading *reading, moly_error *err)
{
    char shown[SHOWN_SIZE];
    const char *text = NULL;
    size_t length = 0;
    match found = {0};
    moly_device_reading read = {.driver = driver, .n_readings = 1};
    read.raw.length = n < MOLY_DEVICE_FRAME_MAX ? n : MOLY_DEVICE_FRAME_MAX;
    if (read.raw.length > 0) {
        memcpy(read.raw.bytes, bytes, read.raw.length);
    }
    *reading = (moly_device_reading){.driver = driver, .raw = read.raw};
    show(read.raw.bytes, read.raw.length, shown, sizeof shown);
    moly_status status = unwrap(driver, bytes, n, shown, &text, &length, err);
    if (!status && (length == 0 || !match_pattern(driver->pattern, text, length, &found))) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the message is not laid out as '%s': %s",
                           driver->name, driver->pattern, shown);
    }
    if (!status) {
        status = read_fields(driver, &found, shown, &read, err);
    }
    if (!status) {
        read.is_flagged_stable =
            driver->stable_flag && found.flag.length == strlen(driver->stable_flag) &&
            strncmp(found.flag.text, driver->stable_flag, found.flag.length) == 0;
        *reading = read;
    }
    return status;
}

json_t *moly_device_reading_json(const moly_device_reading *reading)
{
    char hex[2 * MOLY_DEVICE_FRAME_MAX + 1], text[SHOWN_SIZE], at[MOLY_INSTANT_TEXT_SIZE], key[40];
    const moly_device_frame *raw = &reading->raw;
    moly_device_hex(raw->bytes, raw->length, hex);
    show(raw->bytes, raw->length, text, sizeof text);
    const char *word = moly_device_quantity_word(reading->quantity);
    (void)snprintf(key, sizeof key, "%s_%s", word, moly_device_quantity_unit(reading->quantity));
    if (reading->quantity == MOLY_DEVICE_COUNTS) {
        key[strlen(word)] = '\0';
    }
    for (char *blank = strchr(key, ' '); blank; blank = strchr(blank, ' ')) {
        *blank = '_';
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:o, s:s, s:s}", "driver",
                     reading->driver->name, "at", moly_instant_format(reading->at, at), "quantity",
                     word, key, moly_json_real(reading->value), "nuclide", reading->nuclide,
                     "shown", reading->shown, "readings", (json_int_t)reading->n_readings, "spread",
                     moly_json_rounded(reading->spread, 3), "raw", hex, "raw_text", text);
}
