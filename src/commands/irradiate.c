/* SPDX-License-Identifier: Apache-2.0 */
/* moly irradiate: what a target becomes. Each form stands in a file of its own. */
#include <math.h>

#include "irradiate.h"

#define MOST_KEV 1e7

static const char *const beams[] = {"p", "d", "h", "a", "g", NULL};

static const char *const shapes[] = {"beam-slab", "foil", "wire", "sphere", NULL};

static const moly_param params[] = {
    {"beam", 'b', MOLY_CHOICE(irradiate_args, beam), .choices = beams,
     .help = "particle: proton, deuteron, helion, alpha, or g for bremsstrahlung of electrons"},
    {"energy", 'e', MOLY_F64(irradiate_args, energy_kev), .dim = MOLY_DIM_ENERGY, .min = 1.0,
     .max = MOST_KEV, .help = "energy of the beam before the first layer; for g, of the electrons"},
    {"exit-energy", 'x', MOLY_F64(irradiate_args, exit_energy_kev), .dim = MOLY_DIM_ENERGY,
     .min = 0.0, .max = MOST_KEV, .help = "energy behind the target, instead of its thickness"},
    {"energy-spread", 0, MOLY_F64(irradiate_args, spread_kev), .dim = MOLY_DIM_ENERGY, .min = 0.0,
     .max = MOST_KEV, .fallback = "0 keV", .help = "standard deviation of the beam's energy"},
    {"current", 'i', MOLY_F64(irradiate_args, current_a), .dim = MOLY_DIM_CURRENT, .min = 0.0,
     .max = IRRADIATE_MOST_A, .help = "current of the beam; an alpha carries two charges"},
    {"current-uncertainty", 0, MOLY_F64(irradiate_args, current_sd), .dim = MOLY_DIM_FRACTION,
     .min = 0.0, .max = 0.9, .fallback = "0 %", .help = "its relative standard uncertainty"},
    {"time", 't', MOLY_F64(irradiate_args, time_s), .dim = MOLY_DIM_TIME, .min = 0.0,
     .max = IRRADIATE_LONGEST_S, .help = "how long the current runs"},
    {"history", 0, MOLY_TEXT(irradiate_args, history), .pattern_hint = "STEPS",
     .help = "instead of current and time: '40uA 1h, 0uA 10min, 38uA 1h'"},
    {"cool", 'c', MOLY_F64(irradiate_args, cool_s), .dim = MOLY_DIM_TIME, .min = 0.0,
     .max = IRRADIATE_LONGEST_S, .fallback = "0 s", .help = "time after the end of bombardment"},
    {"target", 0, MOLY_TEXT(irradiate_args, target), .pattern_hint = "MATERIAL",
     .is_required = true, .help = "100Mo, Ga4Ni, H2O{18O:0.98,16O:0.02}: atom fractions in braces"},
    {"thickness", 0, MOLY_TEXT(irradiate_args, thickness), .pattern_hint = "LENGTH",
     .help = "of the target, 0.5mm or 300mg/cm2; it stops charged particles when not given"},
    {"layers", 'l', MOLY_TEXT(irradiate_args, layers), .pattern_hint = "STACK",
     .help = "what the beam crosses, in its order: 'havar 25um, target, Cu 1mm'"},
    {"converter", 0, MOLY_TEXT(irradiate_args, converter), .pattern_hint = "LAYER",
     .help = "what makes the bremsstrahlung of --beam g: 'W 1mm'"},
    {"beam-diameter", 0, MOLY_F64(irradiate_args, diameter_mm), .dim = MOLY_DIM_LENGTH, .min = 0.01,
     .max = 1e4, .help = "of the spot on the target, for its burn-up"},
    {"straggling", 0, MOLY_BOOL(irradiate_args, has_straggling), .fallback = "no",
     .help = "let the energy spread in the layers; else every particle has the mean energy"},
    {"product", 'p', MOLY_TEXT(irradiate_args, product), .pattern_hint = "NUCLIDE",
     .help = "what is wanted: refused where no curve tells it at this energy"},
    {"flux", 'f', MOLY_F64(irradiate_args, flux_per_cm2_s), .dim = MOLY_DIM_FLUX, .min = 1.0,
     .max = IRRADIATE_MOST_FLUX_PER_CM2_S,
     .help = "instead of a beam: thermal neutrons, conventional (2200 m/s) flux"},
    {"epithermal-ratio", 0, MOLY_F64(irradiate_args, epithermal_ratio), .min = 0.0, .max = 10.0,
     .fallback = "0", .help = "epithermal flux per unit lethargy over the thermal one"},
    {"temperature", 0, MOLY_F64(irradiate_args, temperature_c), .dim = MOLY_DIM_TEMPERATURE,
     .min = -273.0, .max = 2000.0, .fallback = "20 C", .help = "of the thermal neutrons"},
    {"mass", 'm', MOLY_F64(irradiate_args, mass_g), .dim = MOLY_DIM_MASS, .min = 1e-12, .max = 1e6,
     .help = "of the target in a flux"},
    {"shape", 0, MOLY_CHOICE(irradiate_args, shape), .choices = shapes,
     .help = "of the target in a flux, for its self-shielding; with --size"},
    {"size", 0, MOLY_F64(irradiate_args, size_mm), .dim = MOLY_DIM_LENGTH, .min = 1e-6, .max = 1e4,
     .help = "thickness of a slab or foil, diameter of a wire or sphere"},
    DATA_PARAM(irradiate_args, data),
};

static const moly_column nuclide_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_eob_bq", "At end of beam", MOLY_DIM_ACTIVITY, 4},
    {"activity_end_bq", "At the end", MOLY_DIM_ACTIVITY, 4},
    {"u_rel", "±", MOLY_DIM_FRACTION, 2},
    {"element_fraction", "Of its element", MOLY_DIM_FRACTION, 4},
    {"saturation_yield_bq_per_a", "Saturation / (Bq/A)", MOLY_DIM_NONE, 4},
    {"rank", "Curve", MOLY_DIM_NONE, 0},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_column layer_columns[] = {
    {"layer", "Layer", MOLY_DIM_NONE, 0},
    {"energy_in_mev", "In / MeV", MOLY_DIM_NONE, 4},
    {"energy_out_mev", "Out / MeV", MOLY_DIM_NONE, 4},
    {"thickness_g_cm2", "Crossed / (g/cm2)", MOLY_DIM_NONE, 4},
    {"heat_w", "Heat / W", MOLY_DIM_NONE, 4},
};
static const moly_column activation_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_eob_bq", "At end of irradiation", MOLY_DIM_ACTIVITY, 4},
    {"activity_end_bq", "At the end", MOLY_DIM_ACTIVITY, 4},
    {"u_rel", "±", MOLY_DIM_FRACTION, 2},
    {"specific_activity_gbq_per_mg", "GBq/mg of element", MOLY_DIM_NONE, 4},
    {"route", "Way", MOLY_DIM_NONE, 0},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_column best_columns[] = {
    {"nuclide", "Best time for", MOLY_DIM_NONE, 0},
    {"most_activity_s", "Most activity after", MOLY_DIM_TIME, 4},
    {"most_specific_activity_s", "Most specific activity after", MOLY_DIM_TIME, 4},
};
static const moly_column open_columns[] = {{"text", "Not evaluated", MOLY_DIM_NONE, 0}};
static const moly_view views[] = {
    {NULL, "nuclides", nuclide_columns, 8},        {NULL, "activations", activation_columns, 7},
    {NULL, "best_time", best_columns, 3},          {"Layers", "layers", layer_columns, 5},
    {NULL, "not_evaluated_rows", open_columns, 1},
};

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const irradiate_args *args = raw_args;
    if (isfinite(args->flux_per_cm2_s)) {
        return args->beam < 0 ? irradiate_flux(args, run, result, err)
                              : MOLY_FAIL(err, MOLY_ERR_USAGE, "either --beam or --flux, not both");
    }
    if (args->beam < 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "say what irradiates: --beam p, d, h, a or g, or --flux");
    }
    return irradiate_beam(args, run, result, err);
}

const moly_command moly_command_irradiate = {
    .declaration =
        {
            .name = "irradiate",
            .summary = "Irradiate a target: activities, yields, impurities, heat",
            .description =
                "A beam on a target, alone or in a stack: every radionuclide that the curves of "
                "the "
                "target's isotopes tell, with what it decays to, at the end of bombardment and "
                "after "
                "cooling. Yields are labelled: saturation (Bq/A), physical (Bq/C, no decay during "
                "the beam) and at the end of one hour (Bq/Ah); they count what the beam makes "
                "itself. "
                "The target stops the beam unless an exit energy or a thickness says otherwise.\n\n"
                "Curves: IAEA-recommended before fits of measured points before models, each with "
                "its "
                "source and uncertainty; see data/reactions/SOURCE.md. What may form and has no "
                "curve "
                "is listed. The element_fraction is the part of the activity of one element's "
                "isotopes: the purity after a perfect separation.",
            .example = "moly irradiate --beam p --energy 16MeV --current 40uA --time 2h "
                       "--target 'H2O{18O:0.98,16O:0.02}' --product F-18",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(irradiate_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};
