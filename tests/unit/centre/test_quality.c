/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_testing.h"
int main(void) { return 0; }
