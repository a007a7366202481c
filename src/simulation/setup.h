/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SETUP_H
#define MOLY_SIMULATION_SETUP_H

#include "moly/simulation/scan.h"

/** @retval as moly_scan_exact() and moly_scan_events() say */
MOLY_CHECKED moly_status setup_check(const moly_scan_setup *setup, moly_error *err);

#endif
