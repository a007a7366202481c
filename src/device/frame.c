/* SPDX-License-Identifier: Apache-2.0 */
/* Where a message begins and ends. */
#include "inside.h"

#include "moly/base/text.h"

/* CRC-35R: 7 bits of the sum from STX on, made printable. */
unsigned char frame_checksum(const char *text, size_t n)
{
    unsigned sum = STX + LENGTH_BASE + (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        sum += (unsigned char)text[i];
    }
    return (unsigned char)((sum & 0x7f) + 0x21);
}

bool frame_wrap(const char *text, size_t n, moly_device_frame *frame)
{
    if (n > 0xff - LENGTH_BASE) {
        return false;
    }
    frame->length = 0;
    frame->bytes[frame->length++] = STX;
    frame->bytes[frame->length++] = (unsigned char)(LENGTH_BASE + n);
    memcpy(frame->bytes + frame->length, text, n);
    frame->length += n;
    frame->bytes[frame->length++] = frame_checksum(text, n);
    frame->bytes[frame->length++] = ETX;
    return true;
}

static bool stx_message(const unsigned char *bytes, size_t n, size_t *begin, size_t *length)
{
    size_t at = 0;
    while (at < n && bytes[at] != STX) {
        at++;
    }
    if (n - at < 2) {
        return false;
    }
    *begin = at;
    /* a length that cannot be is a message of its own, to be refused at once */
    size_t whole = bytes[at + 1] < LENGTH_BASE ? 2 : bytes[at + 1] - LENGTH_BASE + STX_OVERHEAD;
    *length = whole;
    return n - at >= whole;
}

static bool is_line_end(unsigned char c)
{
    return c == '\n' || c == '\r';
}

/* Ends of lines go with the message, so that what is kept is what came. */
static bool line_message(const unsigned char *bytes, size_t n, size_t *begin, size_t *length)
{
    size_t at = 0;
    while (at < n && is_line_end(bytes[at])) {
        at++;
    }
    size_t end = at;
    while (end < n && !is_line_end(bytes[end])) {
        end++;
    }
    *begin = at;
    if (end == n) {
        *length = n - at;
        return n - at >= MOLY_DEVICE_FRAME_MAX; /* no line: refused as it is */
    }
    while (end < n && is_line_end(bytes[end])) {
        end++;
    }
    *length = end - at;
    return true;
}

bool moly_device_message(const moly_device_driver *driver, const unsigned char *bytes, size_t n,
                         size_t *begin, size_t *length)
{
    return driver->framing == MOLY_DEVICE_STX ? stx_message(bytes, n, begin, length)
                                              : line_message(bytes, n, begin, length);
}

void moly_device_request(const moly_device_driver *driver, moly_device_frame *request)
{
    request->length = 0;
    if (!driver->request) {
        return;
    }
    size_t n = strlen(driver->request);
    if (driver->framing == MOLY_DEVICE_STX) {
        MOLY_ASSERT(frame_wrap(driver->request, n, request));
    } else {
        MOLY_ASSERT(n <= sizeof request->bytes);
        memcpy(request->bytes, driver->request, n);
        request->length = n;
    }
}

void moly_device_hex(const unsigned char *bytes, size_t n, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    text[2 * n] = '\0';
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = c ? strchr(digits, c) : NULL;
    return !found ? -1 : found - digits < 16 ? (int)(found - digits) : (int)(found - digits) - 6;
}

moly_status moly_device_unhex(const char *text, moly_device_frame *frame, moly_error *err)
{
    size_t n = strlen(text);
    moly_device_frame read = {.length = n / 2};
    if (n == 0 || n % 2 != 0 || read.length > sizeof read.bytes) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "raw bytes: %zu digits; 2 to %d, two for each byte, are wanted", n,
                         2 * MOLY_DEVICE_FRAME_MAX);
    }
    for (size_t i = 0; i < read.length; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "raw bytes: '%.2s' at byte %zu is not hexadecimal",
                             text + 2 * i, i + 1);
        }
        read.bytes[i] = (unsigned char)(high * 16 + low);
    }
    *frame = read;
    return MOLY_OK;
}
