/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/report/qr.h"

#include <string.h>
#include <zint.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "symbol.h"

enum { QUIET = 4 }; /* modules around the symbol */

static void draw_svg(const struct zint_symbol *symbol, moly_text *svg)
{
    const int side = symbol->width + 2 * QUIET;
    moly_text_printf(svg,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                     "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
                     "<path d=\"",
                     side, side, side, side);
    for (int row = 0; row < symbol->rows; row++) {
        for (int column = 0; column < symbol->width; column++) {
            if (symbol_is_dark(symbol, row, column)) {
                moly_text_printf(svg, "M%d %dh1v1h-1z", column + QUIET, row + QUIET);
            }
        }
    }
    moly_text_add(svg, "\"/></svg>");
}

/* Light is drawn: terminals are dark. */
static void draw_terminal(const struct zint_symbol *symbol, moly_text *lines)
{
    static const char *const blocks[] = {"\u2588", "\u2580", "\u2584", " "};
    for (int row = -QUIET; row < symbol->rows + QUIET; row += 2) {
        for (int column = -QUIET; column < symbol->width + QUIET; column++) {
            const bool upper = symbol_is_dark(symbol, row, column);
            const bool lower = symbol_is_dark(symbol, row + 1, column);
            moly_text_add(lines, blocks[2 * upper + lower]);
        }
        moly_text_add(lines, "\n");
    }
}

moly_status moly_qr_code(const char *text, char **svg, char **terminal, moly_error *err)
{
    moly_text picture = {0}, lines = {0};
    struct zint_symbol *symbol = ZBarcode_Create();
    moly_status status = symbol ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        symbol->symbology = BARCODE_QRCODE;
        symbol->option_1 = 2; /* level M */
        if (ZBarcode_Encode(symbol, (const unsigned char *)text, 0) >= ZINT_ERROR) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "the text cannot stand in a QR code: %s",
                               symbol->errtxt);
        }
    }
    if (!status) {
        draw_svg(symbol, &picture);
        draw_terminal(symbol, &lines);
        status = picture.is_broken || lines.is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
    }
    ZBarcode_Delete(symbol);
    if (status) {
        moly_text_free(&picture);
        moly_text_free(&lines);
        return status;
    }
    *svg = picture.data;
    *terminal = lines.data;
    return MOLY_OK;
}
