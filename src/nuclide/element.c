/* SPDX-License-Identifier: Apache-2.0 */
#include "element.h"

#include <ctype.h>

static const char *const symbols[MOLY_Z_MAX + 1] = {
    "n",  "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si",
    "P",  "S",  "Cl", "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu",
    "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru",
    "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr",
    "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",
    "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac",
    "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf",
    "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og",
};

static const char *const words[MOLY_Z_MAX + 1] = {
    "neutron",    "hydrogen",     "helium",        "lithium",     "beryllium",   "boron",
    "carbon",     "nitrogen",     "oxygen",        "fluorine",    "neon",        "sodium",
    "magnesium",  "aluminium",    "silicon",       "phosphorus",  "sulfur",      "chlorine",
    "argon",      "potassium",    "calcium",       "scandium",    "titanium",    "vanadium",
    "chromium",   "manganese",    "iron",          "cobalt",      "nickel",      "copper",
    "zinc",       "gallium",      "germanium",     "arsenic",     "selenium",    "bromine",
    "krypton",    "rubidium",     "strontium",     "yttrium",     "zirconium",   "niobium",
    "molybdenum", "technetium",   "ruthenium",     "rhodium",     "palladium",   "silver",
    "cadmium",    "indium",       "tin",           "antimony",    "tellurium",   "iodine",
    "xenon",      "caesium",      "barium",        "lanthanum",   "cerium",      "praseodymium",
    "neodymium",  "promethium",   "samarium",      "europium",    "gadolinium",  "terbium",
    "dysprosium", "holmium",      "erbium",        "thulium",     "ytterbium",   "lutetium",
    "hafnium",    "tantalum",     "tungsten",      "rhenium",     "osmium",      "iridium",
    "platinum",   "gold",         "mercury",       "thallium",    "lead",        "bismuth",
    "polonium",   "astatine",     "radon",         "francium",    "radium",      "actinium",
    "thorium",    "protactinium", "uranium",       "neptunium",   "plutonium",   "americium",
    "curium",     "berkelium",    "californium",   "einsteinium", "fermium",     "mendelevium",
    "nobelium",   "lawrencium",   "rutherfordium", "dubnium",     "seaborgium",  "bohrium",
    "hassium",    "meitnerium",   "darmstadtium",  "roentgenium", "copernicium", "nihonium",
    "flerovium",  "moscovium",    "livermorium",   "tennessine",  "oganesson",
};

static const char isomer_letters[MOLY_ISOMER_MAX + 1] = {'\0', 'm', 'n', 'q', 'r'};

const char *moly_element_symbol(int z)
{
    return z >= 0 && z <= MOLY_Z_MAX ? symbols[z] : NULL;
}

const char *moly_element_word(int z)
{
    return z >= 0 && z <= MOLY_Z_MAX ? words[z] : NULL;
}

const char *moly_state_name(moly_state state, char name[MOLY_NUCLIDE_NAME_SIZE])
{
    const char *symbol = moly_element_symbol(state.z);
    const bool is_isomer = state.isomer > 0 && state.isomer <= MOLY_ISOMER_MAX;
    const char isomer[2] = {isomer_letters[is_isomer ? state.isomer : 0], '\0'};
    snprintf(name, MOLY_NUCLIDE_NAME_SIZE, "%s-%d%s", symbol ? symbol : "?", state.a % 1000,
             isomer);
    return name;
}

int moly_state_key(moly_state state)
{
    return (state.z * 1000 + state.a) * (MOLY_ISOMER_MAX + 1) + state.isomer;
}

static const char *skip_dashes(const char *text)
{
    while (*text == '-' || *text == ' ' || *text == '_') {
        text++;
    }
    return text;
}

/* One or two letters that name an element; a two-letter match is preferred. */
static int read_symbol(const char *text, int n_letters)
{
    for (int z = 0; z <= MOLY_Z_MAX; z++) {
        if ((int)strlen(symbols[z]) != n_letters) {
            continue;
        }
        int same = 0;
        while (same < n_letters &&
               tolower((unsigned char)text[same]) == tolower((unsigned char)symbols[z][same])) {
            same++;
        }
        if (same == n_letters && !(z == 0 && text[0] == 'N')) {
            return z;
        }
    }
    return -1;
}

static const char *read_mass(const char *text, int *a)
{
    int value = 0, digits = 0;
    while (isdigit((unsigned char)*text) && digits < 4) {
        value = 10 * value + (*text++ - '0');
        digits++;
    }
    *a = digits > 0 ? value : -1;
    return text;
}

/* m, m1, m2, n, q, r; nothing is the ground state. */
static const char *read_isomer(const char *text, int *isomer)
{
    *isomer = 0;
    if (*text == '\0') {
        return text;
    }
    const char letter = (char)tolower((unsigned char)*text);
    if (letter == 'g') {
        return text + 1;
    }
    for (int i = 1; i <= MOLY_ISOMER_MAX; i++) {
        if (letter == isomer_letters[i]) {
            *isomer = i;
            text++;
            if (i == 1 && *text >= '1' && *text <= '0' + MOLY_ISOMER_MAX) {
                *isomer = *text++ - '0';
            }
            return text;
        }
    }
    return text;
}

/* "99mTc": after the mass the letters may be isomer + symbol or the symbol alone ("99mo" is Mo-99,
 * "99mtc" is Tc-99m): the reading that uses up the text wins, the longer symbol first. */
static bool parse_mass_first(const char *text, moly_state *state)
{
    int a;
    const char *rest = skip_dashes(read_mass(text, &a));
    for (int with_isomer = 0; with_isomer <= 1; with_isomer++) {
        int isomer = 0;
        const char *letters = rest;
        if (with_isomer) {
            letters = skip_dashes(read_isomer(rest, &isomer));
        }
        for (int n = 2; n >= 1; n--) {
            if ((int)strlen(letters) < n) {
                continue;
            }
            const int z = read_symbol(letters, n);
            if (z < 0) {
                continue;
            }
            const char *end = skip_dashes(letters + n);
            int late = isomer;
            if (*end != '\0' && !with_isomer) {
                end = read_isomer(end, &late);
            }
            if (*end == '\0') {
                *state = (moly_state){z, a, late};
                return a > 0;
            }
        }
    }
    return false;
}

static bool parse_symbol_first(const char *text, moly_state *state)
{
    for (int n = 2; n >= 1; n--) {
        if ((int)strlen(text) <= n) {
            continue;
        }
        const int z = read_symbol(text, n);
        int a, isomer;
        const char *end = z < 0 ? text : read_mass(skip_dashes(text + n), &a);
        if (z < 0 || a <= 0) {
            continue;
        }
        end = read_isomer(skip_dashes(end), &isomer);
        if (*end == '\0') {
            *state = (moly_state){z, a, isomer};
            return true;
        }
    }
    return false;
}

bool moly_state_parse(const char *text, moly_state *state)
{
    if (!text || strlen(text) >= 2 * MOLY_NUCLIDE_NAME_SIZE) {
        return false;
    }
    const bool is_parsed = isdigit((unsigned char)*text) ? parse_mass_first(text, state)
                                                         : parse_symbol_first(text, state);
    return is_parsed && state->a <= MOLY_A_MAX && state->a >= state->z;
}
