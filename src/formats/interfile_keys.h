/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_INTERFILE_KEYS_H
#define MOLY_FORMATS_INTERFILE_KEYS_H

/** Every key of an Interfile header that Moly reads: id, type, and its names (STIR's first, then
 * the older and the vendors'), lower case, with single spaces. A key may carry an index, `key[i]`.
 *  Sources: Interfile 3.3 (Todd-Pokropek, Cradduck, Deconinck 1992); STIR 6's headers; Siemens e7.
 */
#define INTERFILE_KEYS(X)                                                                          \
    X(KEY_BEGIN, TITLE, "interfile")                                                               \
    X(KEY_END, TITLE, "end of interfile")                                                          \
    X(KEY_SECTION, TITLE,                                                                          \
      "general data|general image data|image data description|scanner parameters|"                 \
      "end scanner parameters|pet study (general)|pet study (image data)|"                         \
      "pet study (emission data)|spect study (general)|spect study (acquired data)|"               \
      "spect study (reconstructed data)|%coincidence list data|%detector block singles")           \
    X(KEY_MODALITY, TEXT, "imaging modality")                                                      \
    X(KEY_VERSION, TEXT, "version of keys")                                                        \
    X(KEY_SYSTEM, TEXT, "originating system")                                                      \
    X(KEY_DATA_FILE, TEXT, "name of data file")                                                    \
    X(KEY_DATA_TYPE, TEXT, "type of data")                                                         \
    X(KEY_PET_DATA_TYPE, TEXT, "pet data type")                                                    \
    X(KEY_DATA_FORMAT, TEXT, "data format")                                                        \
    X(KEY_PROCESS, TEXT, "process status")                                                         \
    X(KEY_BYTE_ORDER, TEXT, "imagedata byte order|image data byte order")                          \
    X(KEY_NUMBER_FORMAT, TEXT, "number format")                                                    \
    X(KEY_NUMBER_BYTES, WHOLE, "number of bytes per pixel")                                        \
    X(KEY_DATA_OFFSET, WHOLE, "data offset in bytes")                                              \
    X(KEY_SCALE, REALS, "image scaling factor|quantification factor")                              \
    X(KEY_UNITS, TEXT, "quantification units")                                                     \
    X(KEY_QUANTITY, TEXT, "moly quantity")                                                         \
    X(KEY_CORRECTIONS, TEXT, "applied corrections")                                                \
    X(KEY_N_DIMENSIONS, WHOLE, "number of dimensions")                                             \
    X(KEY_AXIS, TEXT, "matrix axis label")                                                         \
    X(KEY_SIZE, WHOLES, "matrix size")                                                             \
    X(KEY_PIXEL_MM, REAL, "scaling factor (mm/pixel)|scale factor (mm/pixel)")                     \
    X(KEY_PIXEL_DEGREE, REAL, "scale factor (degree/pixel)")                                       \
    X(KEY_FIRST_PIXEL_MM, REAL, "first pixel offset (mm)")                                         \
    X(KEY_N_FRAMES, WHOLE, "number of time frames|number of frame groups")                         \
    X(KEY_DURATION_S, REAL, "image duration (sec)")                                                \
    X(KEY_START_S, REAL, "image relative start time (sec)")                                        \
    X(KEY_N_WINDOWS, WHOLE, "number of energy windows")                                            \
    X(KEY_WINDOW_LOW, REAL, "energy window lower level|%energy window lower level (kev)")          \
    X(KEY_WINDOW_HIGH, REAL, "energy window upper level|%energy window upper level (kev)")         \
    X(KEY_NUCLIDE, TEXT, "radionuclide name|isotope name")                                         \
    X(KEY_HALF_LIFE_S, REAL, "radionuclide halflife (sec)|isotope gamma halflife (sec)")           \
    X(KEY_BRANCHING, REAL, "radionuclide branching factor|isotope branching factor")               \
    X(KEY_CALIBRATION, REAL, "calibration factor")                                                 \
    X(KEY_ORIENTATION, TEXT, "patient orientation|%patient orientation")                           \
    X(KEY_ROTATION, TEXT, "patient rotation")                                                      \
    X(KEY_STUDY_DATE, TEXT, "study date|%study date (yyyy:mm:dd)")                                 \
    X(KEY_STUDY_TIME, TEXT, "study time|%study time (hh:mm:ss gmt+00:00)")                         \
    X(KEY_BED_VERTICAL_MM, REAL, "start vertical bed position (mm)")                               \
    X(KEY_BED_HORIZONTAL_MM, REAL, "start horizontal bed position (mm)")                           \
    /* PET projections */                                                                          \
    X(KEY_MIN_DIFFERENCE, WHOLES, "minimum ring difference per segment")                           \
    X(KEY_MAX_DIFFERENCE, WHOLES, "maximum ring difference per segment")                           \
    X(KEY_TOF_MASHING, WHOLE, "tof mashing factor|%tof mashing factor")                            \
    X(KEY_TOF_ORDER, WHOLES, "tof bin order")                                                      \
    X(KEY_CENTRAL_BIN_CM, REAL, "effective central bin size (cm)|bin size (cm)")                   \
    /* its scanner */                                                                              \
    X(KEY_SCANNER_TYPE, TEXT, "scanner type")                                                      \
    X(KEY_N_RINGS, WHOLE, "number of rings")                                                       \
    X(KEY_N_DETECTORS, WHOLE, "number of detectors per ring")                                      \
    X(KEY_DIAMETER_CM, REAL, "inner ring diameter (cm)")                                           \
    X(KEY_RING_DIAMETER_CM, REAL, "ring diameter (cm)")                                            \
    X(KEY_GANTRY_RADIUS_CM, REAL, "gantry crystal radius (cm)")                                    \
    X(KEY_DEPTH_CM, REAL, "average depth of interaction (cm)")                                     \
    X(KEY_RING_PITCH_CM, REAL, "distance between rings (cm)")                                      \
    X(KEY_DEFAULT_BIN_CM, REAL, "default bin size (cm)")                                           \
    X(KEY_VIEW_OFFSET_DEGREES, REAL, "view offset (degrees)")                                      \
    X(KEY_MOST_BINS, WHOLE,                                                                        \
      "maximum number of non-arc-corrected bins|maximum number of nonarccorrected bins")           \
    X(KEY_ARC_BINS, WHOLE,                                                                         \
      "default number of arc-corrected bins|default number of arccorrected bins")                  \
    X(KEY_BUCKET_COLUMNS, WHOLE, "number of blocks per bucket in transaxial direction")            \
    X(KEY_BUCKET_ROWS, WHOLE, "number of blocks per bucket in axial direction")                    \
    X(KEY_BLOCK_RINGS, WHOLE, "number of crystals per block in axial direction")                   \
    X(KEY_BLOCK_COLUMNS, WHOLE, "number of crystals per block in transaxial direction")            \
    X(KEY_SINGLES_RINGS, WHOLE, "number of crystals per singles unit in axial direction")          \
    X(KEY_SINGLES_COLUMNS, WHOLE, "number of crystals per singles unit in transaxial direction")   \
    X(KEY_N_LAYERS, WHOLE, "number of detector layers")                                            \
    X(KEY_ENERGY_RESOLUTION, REAL, "energy resolution")                                            \
    X(KEY_REFERENCE_KEV, REAL, "reference energy (in kev)")                                        \
    X(KEY_N_TOF_BINS, WHOLE,                                                                       \
      "maximum number of (unmashed) tof time bins|number of tof time bins|"                        \
      "%number of tof time bins")                                                                  \
    X(KEY_TOF_BIN_PS, REAL, "size of unmashed tof time bins (ps)|size of timing bin (ps)")         \
    X(KEY_TOF_FWHM_PS, REAL, "tof timing resolution (ps)|timing resolution (ps)")                  \
    X(KEY_GEOMETRY, TEXT,                                                                          \
      "scanner geometry (blocksoncylindrical/cylindrical/generic)|scanner geometry")               \
    X(KEY_CRYSTAL_Z_CM, REAL, "distance between crystals in axial direction (cm)")                 \
    X(KEY_CRYSTAL_T_CM, REAL, "distance between crystals in transaxial direction (cm)")            \
    X(KEY_BLOCK_Z_CM, REAL, "distance between blocks in axial direction (cm)")                     \
    X(KEY_BLOCK_T_CM, REAL, "distance between blocks in transaxial direction (cm)")                \
    X(KEY_CRYSTAL_MAP, TEXT, "name of crystal map")                                                \
    /* what else a scanner of Moly has */                                                          \
    X(KEY_MOLY_TITLE, TEXT, "moly title")                                                          \
    X(KEY_MOLY_SOURCE, TEXT, "moly source")                                                        \
    X(KEY_MOLY_BLOCK_GAP_MM, REAL, "moly gap between blocks (mm)")                                 \
    X(KEY_MOLY_PITCH_MM, REAL, "moly crystal pitch (mm)")                                          \
    X(KEY_MOLY_DEPTH_MM, REAL, "moly crystal depth (mm)")                                          \
    X(KEY_MOLY_WINDOW_PS, REAL, "moly coincidence window (ps)")                                    \
    X(KEY_MOLY_DEAD_S, REAL, "moly dead time (s)")                                                 \
    X(KEY_MOLY_SPAN, WHOLE, "moly span")                                                           \
    X(KEY_MOLY_MOST_DIFFERENCE, WHOLE, "moly maximum ring difference")                             \
    /* SPECT projections */                                                                        \
    X(KEY_N_PROJECTIONS, WHOLE, "number of projections|%number of projections")                    \
    X(KEY_EXTENT_DEGREES, REAL, "extent of rotation")                                              \
    X(KEY_DIRECTION, TEXT, "direction of rotation")                                                \
    X(KEY_START_DEGREES, REAL, "start angle")                                                      \
    X(KEY_ORBIT, TEXT, "orbit")                                                                    \
    X(KEY_RADIUS_MM, REALS, "radius")                                                              \
    X(KEY_RADII_MM, REALS, "radii")                                                                \
    /* Siemens e7 */                                                                               \
    X(KEY_E7_SPACE, TEXT, "%sms-mi header name space")                                             \
    X(KEY_E7_SPAN, WHOLE, "%axial compression")                                                    \
    X(KEY_E7_MOST_DIFFERENCE, WHOLE, "%maximum ring difference|maximum ring difference")           \
    X(KEY_E7_N_VIEWS, WHOLE, "%number of views")                                                   \
    X(KEY_E7_N_SEGMENTS, WHOLE, "%number of segments")                                             \
    X(KEY_E7_SEGMENTS, WHOLES, "%segment table")                                                   \
    X(KEY_E7_COMPRESSION, TEXT, "%compression")                                                    \
    X(KEY_E7_WORD_BITS, WHOLE, "%lm event and tag words format (bits)")                            \
    X(KEY_E7_N_WORDS, WHOLE, "%total listmode word counts")                                        \
    X(KEY_E7_N_SCANS, WHOLE, "number of scan data types")                                          \
    X(KEY_E7_SCAN, TEXT, "scan data type description")                                             \
    X(KEY_E7_PROMPTS, REAL, "total prompts")                                                       \
    X(KEY_E7_RANDOMS, REAL, "%total randoms")

#endif
