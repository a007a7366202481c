/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_DECLARE_FACE_H
#define MOLY_BASE_DECLARE_FACE_H

/* How a parameter is worded, shared by help and man page. */

#include "declare_inside.h"

/** What stands for the value: "VOLUME", "FILE", "a|b". Nothing for a switch. */
void moly_face_placeholder(const moly_param *param, moly_text *out);
/** What limits the value: "required; 0.1 mL to 50 mL; default 5 mL". Nothing where nothing does. */
void moly_face_limits(const moly_param *param, const char *language, moly_text *out);
/** Units that may be typed, "Bq, kBq, MBq"; nothing for a bare number. */
void moly_face_units(moly_dim dim, moly_text *out);
/** Make the letter at `start` a capital, Latin or Cyrillic: summaries are written without one. */
void moly_face_capitalise(moly_text *text, size_t start);
/** How it is called on the command line: "decay", or "act pharmacy.elute" for an act. */
void moly_face_command(const moly_declaration *declaration, moly_text *out);

#endif
