/* SPDX-License-Identifier: Apache-2.0 */
/* Forced into every C file of Moly: functions that lose bounds, locale or errors do not compile.
 * Standard headers come first, so that their own declarations are not touched. */
#ifndef MOLY_BANNED_H
#define MOLY_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __GNUC__
/* Some of them are macros of the C library when optimising. */
#undef strcpy
#undef strcat
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#pragma GCC poison strcpy strcat strncat sprintf vsprintf strtok gets
#pragma GCC poison atoi atol atof
#pragma GCC poison rand srand srandom
#pragma GCC poison localtime gmtime ctime asctime
#endif
#endif
