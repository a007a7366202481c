/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SYMBOL_H
#define REPORT_SYMBOL_H

#include <stdbool.h>
#include <zint.h>

/* A module of a symbol; outside of it all is light. */
static inline bool symbol_is_dark(const struct zint_symbol *symbol, int row, int column)
{
    return row >= 0 && column >= 0 && row < symbol->rows && column < symbol->width &&
           (symbol->encoded_data[row][column / 8] >> (column % 8) & 1) != 0;
}

#endif
