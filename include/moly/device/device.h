/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_DEVICE_DEVICE_H
#define MOLY_DEVICE_DEVICE_H

/** Measuring devices: a driver is a table, a reading keeps the bytes that it was read from.
 *
 *  A driver says how the port is set, how a message is framed, what is asked for, how the answer
 *  is laid out, which unit and nuclide words it may have, and when a reading is stable. Words that
 *  are not in its tables are refused: a guessed unit is a patient's dose wrong by 1000.
 *
 *  The layout ("pattern") is literal text with fields: {value} {unit} {nuclide} {flag} {skip};
 *  {value:6} is exactly six bytes wide, without a width it ends before the next literal character.
 *  A blank stands for one or more blanks, an underscore for none or more. A fixed {value} may have
 *  blanks in front, a fixed {nuclide} behind; nothing else. */

#include <stddef.h>

#include "moly/base/instant.h"
#include "moly/base/json.h"
#include "moly/base/memory.h"
#include "moly/base/progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/** quantity, word, unit of its values, the same as a suffix of names */
#define MOLY_DEVICE_QUANTITY_LIST(X)                                                               \
    X(MOLY_DEVICE_ACTIVITY, "activity", "bq")                                                      \
    X(MOLY_DEVICE_DOSE_RATE, "dose rate", "sv_per_h")                                              \
    X(MOLY_DEVICE_COUNT_RATE, "count rate", "per_s")                                               \
    X(MOLY_DEVICE_COUNTS, "counts", "counts")                                                      \
    X(MOLY_DEVICE_MASS, "mass", "g")

typedef enum moly_device_quantity {
#define MOLY_DEVICE_QUANTITY_ENUM(name, word, unit) name,
    MOLY_DEVICE_QUANTITY_LIST(MOLY_DEVICE_QUANTITY_ENUM)
#undef MOLY_DEVICE_QUANTITY_ENUM
        MOLY_N_DEVICE_QUANTITIES
} moly_device_quantity;

MOLY_API const char *moly_device_quantity_word(moly_device_quantity quantity); /**< "activity" */
MOLY_API const char *moly_device_quantity_unit(moly_device_quantity quantity); /**< "bq" */

typedef struct moly_device_unit {
    const char *text; /**< as the device says it: "4", "MBq" */
    double factor;    /**< to the unit of the quantity */
    moly_device_quantity quantity;
} moly_device_unit;

typedef struct moly_device_nuclide {
    const char *text; /**< as the device says it, blanks at the ends left out: "TC99M" */
    const char *name; /**< "Tc-99m" */
} moly_device_nuclide;

typedef enum moly_device_framing {
    MOLY_DEVICE_LINE, /**< text up to a line feed or carriage return */
    MOLY_DEVICE_STX,  /**< STX, 0x41 + length, text, checksum, ETX */
} moly_device_framing;

typedef struct moly_device_settings {
    int baud, bits, stop_bits;
    char parity; /**< 'N', 'E', 'O' */
} moly_device_settings;

typedef struct moly_device_driver {
    const char *name;   /**< "capintec-crc35r" */
    const char *kind;   /**< "dose calibrator", "balance", ... */
    const char *model;  /**< "Capintec CRC-35R" */
    const char *source; /**< where the protocol is from */
    moly_device_settings settings;
    moly_device_framing framing;
    const char *request; /**< text that asks for a reading; NULL: the device sends by itself */
    const char *pattern;
    size_t length; /**< of the text, bytes; 0: any */
    const moly_device_unit *units;
    size_t n_units;
    const moly_device_nuclide *nuclides; /**< beside those that every driver knows */
    size_t n_nuclides;
    /** Stable: the device says so by this {flag}, or so many readings in a row lie within this
     *  fraction of their mean. */
    const char *stable_flag;
    size_t stable_readings;
    double stable_within;
    double timeout_s; /**< for a stable reading, in all */
} moly_device_driver;

/** Drivers that are compiled in, ordered by name. Borrowed. */
MOLY_API const moly_device_driver *moly_device_drivers(size_t *n);
/** @retval MOLY_ERR_UNKNOWN  the nearest name is suggested */
MOLY_API MOLY_CHECKED moly_status moly_device_driver_find(const char *name,
                                                          const moly_device_driver **driver,
                                                          moly_error *err);
/** A driver for a device that sends lines, from a text of `key = value` (src/device/README.md).
 *  @param[out] driver  in `arena`
 *  @retval MOLY_ERR_DATA  the message names the line and what is wrong */
MOLY_API MOLY_CHECKED moly_status moly_device_driver_parse(const char *text, size_t length,
                                                           moly_arena *arena,
                                                           const moly_device_driver **driver,
                                                           moly_error *err);

/** Bytes as they came. */
enum { MOLY_DEVICE_FRAME_MAX = 256 };
typedef struct moly_device_frame {
    size_t length;
    unsigned char bytes[MOLY_DEVICE_FRAME_MAX];
} moly_device_frame;

typedef struct moly_device_reading {
    const moly_device_driver *driver; /**< borrowed */
    moly_instant at;                  /**< when the message was there */
    moly_device_quantity quantity;
    double value;     /**< in the quantity's unit */
    char nuclide[16]; /**< "Tc-99m"; empty: the device names none */
    char shown[48];   /**< value and unit as the device said them, "370.0 4" */
    bool is_flagged_stable;
    size_t n_readings; /**< that agreed; 1 where one is enough */
    double spread;     /**< of those, largest from their mean, fraction */
    moly_device_frame raw;
} moly_device_reading;

/** How much of `bytes` is one message.
 *  @param[out] begin, length  of the message; what stands before it is noise
 *  @return false: not complete yet */
MOLY_API bool moly_device_message(const moly_device_driver *driver, const unsigned char *bytes,
                                  size_t n, size_t *begin, size_t *length);
/** Read one message.
 *  @param[out] reading  without "at"; on refusal only "driver" and "raw" are set: keep them
 *  @retval MOLY_ERR_DATA     short, padded otherwise, a bad checksum, no number; the message shows
 *                            the bytes
 *  @retval MOLY_ERR_UNKNOWN  a unit or nuclide that the driver does not know */
MOLY_API MOLY_CHECKED moly_status moly_device_parse(const moly_device_driver *driver,
                                                    const unsigned char *bytes, size_t n,
                                                    moly_device_reading *reading, moly_error *err);
/** What asks for a reading; empty where the device sends by itself. */
MOLY_API void moly_device_request(const moly_device_driver *driver, moly_device_frame *request);

/** {"driver","at","quantity","activity_bq" (or the quantity's), "nuclide","shown","readings",
 *  "spread","raw" (hexadecimal),"raw_text"}. New reference; NULL without memory. */
MOLY_API json_t *moly_device_reading_json(const moly_device_reading *reading);
/** "02534452...": two digits a byte.
 *  @param text  room for 2 n + 1 */
MOLY_API void moly_device_hex(const unsigned char *bytes, size_t n, char *text);
/** @retval MOLY_ERR_DATA  an odd number of digits, another character, or too long */
MOLY_API MOLY_CHECKED moly_status moly_device_unhex(const char *text, moly_device_frame *frame,
                                                    moly_error *err);

/* ---- ports (port.c) ----------------------------------------------------------------------------
 */

typedef struct moly_device_port moly_device_port;

/** Open "/dev/ttyUSB0" (libserialport), "/dev/pts/3" (a simulator's) or "tcp:HOST:PORT".
 *  @retval MOLY_ERR_USAGE      not of these forms
 *  @retval MOLY_ERR_NOT_FOUND  no such port or host
 *  @retval MOLY_ERR_IO         cannot be opened or set */
MOLY_API MOLY_CHECKED moly_status moly_device_port_open(const char *where,
                                                        const moly_device_settings *settings,
                                                        moly_device_port **port, moly_error *err);
MOLY_API void moly_device_port_close(moly_device_port *port);
/** Ask until the reading is stable, for the driver's time.
 *  @param[out] reading  on refusal with the bytes that came last
 *  @retval MOLY_ERR_DATA, _UNKNOWN  a message that cannot be read: not asked for a second time
 *  @retval MOLY_ERR_IO              nothing came, or it did not become stable
 *  @retval MOLY_ERR_CANCELLED */
MOLY_API MOLY_CHECKED moly_status moly_device_read(moly_device_port *port,
                                                   const moly_device_driver *driver,
                                                   const moly_clock *clock,
                                                   const moly_progress *progress,
                                                   moly_device_reading *reading, moly_error *err);

/* ---- simulators (simulate.c) -------------------------------------------------------------------
 */

/** fault, word */
#define MOLY_DEVICE_FAULT_LIST(X)                                                                  \
    X(MOLY_DEVICE_NO_FAULT, "none")                                                                \
    X(MOLY_DEVICE_SHORT, "short")                                                                  \
    X(MOLY_DEVICE_PADDING, "padding")                                                              \
    X(MOLY_DEVICE_UNIT, "unit")                                                                    \
    X(MOLY_DEVICE_CHECKSUM, "checksum")
typedef enum moly_device_fault {
#define MOLY_DEVICE_FAULT_ENUM(name, word) name,
    MOLY_DEVICE_FAULT_LIST(MOLY_DEVICE_FAULT_ENUM)
#undef MOLY_DEVICE_FAULT_ENUM
} moly_device_fault;
extern MOLY_API const char *const moly_device_fault_words[]; /**< NULL-terminated */

typedef struct moly_device_simulation {
    const moly_device_driver *driver;
    const char *nuclide; /**< "Tc-99m" */
    double value;        /**< at `from`, in the unit of the driver's first unit's quantity */
    double half_life_s;  /**< 0: it does not decay */
    moly_instant from;
    moly_device_fault fault;
} moly_device_simulation;

/** The message that the device would send at an instant.
 *  @retval MOLY_ERR_RANGE  no unit of the driver can show the value, or the nuclide is not its own
 */
MOLY_API MOLY_CHECKED moly_status moly_device_simulate(const moly_device_simulation *simulation,
                                                       moly_instant at, moly_device_frame *frame,
                                                       moly_error *err);
/** A pseudo-terminal that answers as the device would; one that sends by itself does so each
 *  second. */
typedef struct moly_device_simulator moly_device_simulator;
/** @param[out] path  of the port to open, borrowed */
MOLY_API MOLY_CHECKED moly_status moly_device_simulator_open(moly_device_simulator **simulator,
                                                             const char **path, moly_error *err);
/** Wait at most `wait_s` for a request and answer it.
 *  @param[out] n_answers  counts up */
MOLY_API MOLY_CHECKED moly_status moly_device_simulator_serve(
    moly_device_simulator *simulator, const moly_device_simulation *simulation,
    const moly_clock *clock, double wait_s, size_t *n_answers, moly_error *err);
MOLY_API void moly_device_simulator_close(moly_device_simulator *simulator);

#ifdef __cplusplus
}
#endif
#endif
