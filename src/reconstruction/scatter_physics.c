/* SPDX-License-Identifier: Apache-2.0 */
/* What a scattered photon's energy decides: Klein and Nishina, the energy window, attenuation. */
#include <math.h>

#include "moly/matter/photon.h"
#include "scatter_inside.h"

static const double pi = 3.14159265358979323846;
static const double annihilation_kev = 510.998950;        /* CODATA 2018 */
static const double fwhm_to_sigma = 0.42466090014400953;  /* 1 / (2 sqrt(2 ln 2)) */
static const double electron_radius2_cm2 = 7.9407877e-26; /* (2.8179403 fm)^2, CODATA 2018 */
static const double avogadro = 6.02214076e23;             /* exact, SI */
/* Of photons that scatter in a block, those that it stops after all. A round figure for crystals 20
 * to 25 mm long: with it single scatter of a cylinder agrees within 1 % with photons that are
 * followed one by one (test_scatter.c), without it it is 3 % less. */
static const double caught = 0.5;
static const double default_fwhm = 0.12, default_low_kev = 425.0, default_high_kev = 650.0;
static const double default_depth_mm = 20.0;
static const double negligible = 1e-4; /* of what the window keeps at 511 keV */
static const char lso[] = "Lu2SiO5 @ 7.4 g/cm3";

/* Of an electron, in units of its total at 511 keV, 1/sr. Source: Klein, Nishina, Z. Phys. 52
 * (1929) 853; for 511 keV the total is pi re^2 (40 / 9 - 3 ln 3) */
static double klein_nishina(double cosine)
{
    const double share = 1.0 / (2.0 - cosine); /* energy after to before */
    const double one =
        0.5 * share * share * (share + 1.0 / share - (1.0 - cosine) * (1.0 + cosine));
    return one / (pi * (40.0 / 9.0 - 3.0 * log(3.0)));
}

/* Of an electron, all angles, cm2. Source: as above */
static double klein_nishina_cm2(double energy_kev)
{
    const double k = energy_kev / annihilation_kev, m = 1.0 + 2.0 * k, l = log(m);
    const double first = (1.0 + k) / (k * k) * (2.0 * (1.0 + k) / m - l / k);
    return 2.0 * pi * electron_radius2_cm2 * (first + l / (2.0 * k) - (1.0 + 3.0 * k) / (m * m));
}

/* Share of photons that, once they interact, leave all of their energy in the block: those that are
 * absorbed at once, and of those that scatter the ones that are caught. */
static double absorbed(const moly_material *crystal, double energy_kev)
{
    double z = 0.0;
    for (size_t i = 0; i < crystal->n_elements; i++) {
        z += crystal->elements[i].atom_fraction * crystal->elements[i].z;
    }
    const double electrons_per_g = avogadro * z / crystal->mean_mass_u;
    const double scattered = electrons_per_g * klein_nishina_cm2(energy_kev) /
                             moly_photon_attenuation_cm2_g(crystal, energy_kev);
    return 1.0 - fmin(scattered, 1.0) * (1.0 - caught);
}

typedef struct window {
    double low_kev, high_kev, fwhm;
} window;

/* Share of photons, all of whose energy stays in the crystals, that is measured in the window. */
static double kept(const window *w, double energy_kev)
{
    const double sigma = w->fwhm * fwhm_to_sigma * sqrt(annihilation_kev * energy_kev);
    return 0.5 * (erf((w->high_kev - energy_kev) / (sqrt(2.0) * sigma)) -
                  erf((w->low_kev - energy_kev) / (sqrt(2.0) * sigma)));
}

double scatter_face(const scatter_detectors *d, double cosine)
{
    const double c = fmax(cosine, 0.02);
    return c * (1.0 - exp(-d->crystal_per_mm * d->depth_mm / c));
}

moly_status scatter_energies_make(const moly_layout *layout, double energy_fwhm,
                                  scatter_energies *made, scatter_detectors *detectors,
                                  moly_error *err)
{
    const moly_pet_scanner *s = &layout->scanner;
    const moly_material *water = NULL, *crystal = NULL;
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_material_parse("water", arena, &water, err);
    status = status ? status
                    : moly_material_parse(s->crystal_material[0] ? s->crystal_material : lso, arena,
                                          &crystal, err);
    if (!status && !(crystal->density_g_cm3 > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "scanner %s: crystal material '%s' has no density",
                           s->name, crystal->text);
    }
    if (status) {
        moly_arena_free(arena);
        return status;
    }
    const window w = {s->window_low_kev > 0.0 ? s->window_low_kev : default_low_kev,
                      s->window_high_kev > 0.0 ? s->window_high_kev : default_high_kev,
                      s->energy_fwhm > 0.0 ? s->energy_fwhm
                      : energy_fwhm > 0.0  ? energy_fwhm
                                           : default_fwhm};
    const double all = kept(&w, annihilation_kev), per_mm = 0.1 * crystal->density_g_cm3;
    const double water_511 = moly_photon_attenuation_cm2_g(water, annihilation_kev);
    detectors->depth_mm = s->crystal_depth_mm > 0.0 ? s->crystal_depth_mm : default_depth_mm;
    detectors->crystal_per_mm = per_mm * moly_photon_attenuation_cm2_g(crystal, annihilation_kev);
    const double stopped_511 = absorbed(crystal, annihilation_kev) *
                               (1.0 - exp(-detectors->crystal_per_mm * detectors->depth_mm));
    made->least = 1.0;
    while (made->least > -1.0 &&
           kept(&w, annihilation_kev / (2.0 - made->least)) > negligible * all) {
        made->least -= 1e-3;
    }
    for (int i = 0; i <= SCATTER_COSINES; i++) {
        const double cosine = made->least + (1.0 - made->least) * i / SCATTER_COSINES;
        const double energy = annihilation_kev / (2.0 - cosine);
        const double mu = per_mm * moly_photon_attenuation_cm2_g(crystal, energy);
        const double stopped = absorbed(crystal, energy) * (1.0 - exp(-mu * detectors->depth_mm));
        made->chance[i] =
            (float)(klein_nishina(cosine) * kept(&w, energy) / all * stopped / stopped_511);
        made->steeper[i] = (float)(moly_photon_attenuation_cm2_g(water, energy) / water_511 - 1.0);
    }
    made->stays = 0.0;
    for (int i = 0; i < SCATTER_COSINES; i++) {
        made->stays += 2.0 * pi * (double)made->chance[i] * (1.0 - made->least) / SCATTER_COSINES;
    }
    moly_arena_free(arena);
    return MOLY_OK;
}
