/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_REPORT_QR_H
#define MOLY_REPORT_QR_H

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A QR code of a text, as a picture for a browser (SVG, one path) and for a terminal (two rows of
 *  modules a line, in half blocks), each with the quiet zone that readers need.
 *  Source: ISO/IEC 18004, by libzint. Release both with moly_free().
 *  @retval MOLY_ERR_DATA  the text does not fit */
MOLY_API MOLY_CHECKED moly_status moly_qr_code(const char *text, char **svg, char **terminal,
                                               moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
