// SPDX-License-Identifier: Apache-2.0
// The days of a month, hour by hour, with what goes wrong in it.
import { DAY, KITS, MINUTE } from "./department.mjs";
import { instant } from "./person.mjs";

const at = (day, hour, minute = 0) => day + (hour * 60 + minute) * MINUTE;

/** Eluates and twelve kits; each is released by the radiopharmacist, who did not make it. */
async function hotLab(d, day) {
  const eluates = [];
  for (const generator of d.generators) {
    const eluate = await d.elute(generator);
    await d.nurjan.signed("pharmacy.release", { eluate });
    eluates.push(eluate);
  }
  const key = (eluate) => `eluate/${eluate}`;
  const kits = Object.fromEntries(KITS.map(([product]) => [product, []]));
  const vials = KITS.flatMap((recipe) => Array.from({ length: recipe[3] * d.size }, () => recipe));
  vials.forEach((recipe, i) => d.agenda.at(at(day, 7, (2 * i) / d.size), async () => {
    const [product, , , , , gigabecquerel] = recipe;
    eluates.sort((a, b) => d.holds(key(b)) - d.holds(key(a)));
    const all = eluates.reduce((sum, eluate) => sum + d.holds(key(eluate)), 0);
    const bq = Math.min(gigabecquerel * 1e9, (0.9 * all) / (vials.length - i));
    const kit = await d.label(recipe, eluates[0], bq);
    if (i === 0) {
      await d.mistake("a technologist releases a kit", "R-08", () => d.anna.signed("pharmacy.release", { kit }));
    }
    await d.nurjan.signed("pharmacy.release", { kit });
    kits[product].push(`kit/${kit}`);
  }));
  await d.agenda.until(at(day, 7, 50));
  return { eluates: eluates.map(key), kits };
}

/** The fullest vial that has enough for this patient, or nothing. */
function vialFor(d, keys, one) {
  const needed = one.bq * 1.25;
  const fit = keys.filter((key) => d.holds(key) > needed);
  return fit.sort((a, b) => d.holds(a) - d.holds(b))[0];
}

async function patient(d, one, keys) {
  await d.agenda.until(one.planned - 10 * MINUTE);
  const key = vialFor(d, keys(), one);
  if (key === undefined) {
    d.unserved++;
    return;
  }
  const dose = await d.draw(one, key);
  await d.agenda.until(one.planned);
  await d.give(one, dose);
}

/** F-18: bombarded before dawn, made by seven, released on its tests. */
async function fluorine(d, day) {
  await d.agenda.until(at(day, 4));
  const { target } = await d.bolot.act("production.irradiate", {
    cyclotron: "C18", material: "H2O{18O:0.98,16O:0.02}", lot: "W-1", product: "F-18", energy: "16.5 MeV", current: "40 uA",
    start: instant(d.agenda.now - 60 * MINUTE),
  });
  await d.wait(45);
  const asked = await d.bolot.ask("POST", "/api/acts/production.process/preview", {
    target, product: "fludeoxyglucose", volume: "15 mL", yield: "60 %", start: instant(d.agenda.now - 40 * MINUTE),
  });
  const expected = asked.records.find((record) => record.kind === "vial")?.set.predicted_bq ?? 30e9;
  const bq = expected * d.chance.normal(1, 0.02);
  const { vial } = await d.bolot.act("production.process", {
    target, product: "fludeoxyglucose", volume: "15 mL", yield: "60 %", start: instant(d.agenda.now - 40 * MINUTE), activity: d.reading(bq),
  });
  d.put(`vial/${vial}`, "F-18", bq, 15);
  await d.anna.act("pharmacy.test_rcp", { vial, purity: "98.6 %" });
  await d.elena.signed("pharmacy.release", { vial });
  return `vial/${vial}`;
}

/** Lu-177: a vial from a maker, two patients in the morning. */
async function lutetium(d, day) {
  await d.agenda.until(at(day, 7, 30));
  const bq = 16e9 * d.chance.normal(1, 0.01);
  const { vial } = await d.bolot.act("pharmacy.receive_vial", {
    product: "dotatate-lu", supplier: "Polatom", lot: `LU-${d.days}`, certificate: `CLU-${d.days}`, labelled: "16 GBq",
    calibrated: instant(d.agenda.now), activity: d.reading(bq), volume: "20 mL", expiry: instant(d.agenda.now + 2 * DAY),
  });
  d.put(`vial/${vial}`, "Lu-177", bq, 20);
  await d.mistake("a dose is drawn from a vial in quarantine", "R-13", async () => {
    const one = d.treated[0];
    await d.anna.act("clinic.draw_dose", { order: one.order, vial, activity: "7.4 GBq", injection: instant(one.planned) });
  });
  await d.nurjan.signed("pharmacy.release", { vial });
  return `vial/${vial}`;
}

/** Slips of tired people, a few each day; every one must be refused, with its rule. */
async function slips(d, day, lab, due) {
  await d.agenda.until(at(day, 8, 5));
  const medronate = lab.kits.medronate[0].split("/")[1];
  const one = due.findLast((order) => order.product === "medronate");
  const other = due.find((order) => order !== one);
  await d.mistake("GBq are typed where MBq were meant", "MOLY_ERR_RANGE", () => d.anna.act("clinic.draw_dose", {
    order: one.order, kit: medronate, activity: "600 GBq", injection: instant(one.planned),
  }));
  await d.mistake("the wrong product is drawn for an order", "R-37", () => d.anna.act("clinic.draw_dose", {
    order: due[0].order, kit: medronate, activity: "300 MBq", injection: instant(one.planned),
  }));
  await d.mistake("more is drawn than the vial holds", "R-24", () => d.anna.act("clinic.draw_dose", {
    order: one.order, kit: medronate, activity: "600 MBq", volume: "9 mL", injection: instant(one.planned),
  }));
  await d.mistake("a technologist orders", "R-08", () => d.anna.act("clinic.order", {
    referral: one.referral, product: "medronate", activity: "600 MBq", planned: instant(one.planned),
  }));
  await d.mistake("an inspector changes a record", "R-08", () => d.layla.act("safety.measure", { vessel: `kit/${medronate}`, activity: "1 GBq" }));
  await d.mistake("a patient is born tomorrow", "MOLY_ERR_RANGE", () => d.bolot.act("clinic.register_patient", {
    name: "Nobody", birth_date: instant(d.agenda.now + DAY).slice(0, 10), sex: "male",
  }));
  await d.mistake("yesterday's kit is drawn from", "R-13|R-24", () => d.anna.act("clinic.draw_dose", {
    order: one.order, kit: d.yesterday ?? medronate, activity: "600 MBq", injection: instant(d.yesterday ? one.planned : one.planned + DAY),
  }));
  d.yesterday = medronate;
  await d.mistake("the radiopharmacist makes a kit and releases it", "R-09", async () => {
    const eluate = lab.eluates[1].split("/")[1];
    const { kit } = await d.nurjan.act("pharmacy.label_kit", {
      lot: d.lots.pentetate, eluate, volume: "0.20 mL", saline: "4 mL",
      activity: d.reading(d.vessels.get(lab.eluates[1]).take(0.2, d.agenda.now)),
    });
    await d.anna.act("pharmacy.test_rcp", { kit, purity: "98 %" });
    lab.made_alone = `kit/${kit}`;
    await d.nurjan.signed("pharmacy.release", { kit });
  });
  await d.mistake("a dose is given to another patient", "R-37", async () => {
    await d.agenda.until(due[0].planned - 5 * MINUTE);
    const dose = d.drawn.get(due[0].order);
    await d.anna.signed("clinic.administer", { dose, patient: due[1].patient, birth_date: due[1].birth_date });
  });
  await d.mistake("a dose is given twice", "R-37", async () => {
    await d.agenda.until(due[0].planned + 10 * MINUTE);
    await d.anna.signed("clinic.administer", { dose: d.drawn.get(due[0].order), patient: due[0].patient, birth_date: due[0].birth_date });
  });
}

/** What goes wrong on some days only. */
async function accidents(d, day, lab) {
  const { days } = d;
  if (days % 8 === 0) {
    // seldom: an address that guesses too often in real time is made to wait
    await d.agenda.until(at(day, 9, 3));
    await d.mistake("a signature with a colleague's password", "MOLY_ERR_SIGN_IN", () => d.nurjan.act("pharmacy.reject", {
      kit: lab.kits.medronate[0].split("/")[1], reason: "cloudy", password: "anna-moly",
    }));
  }
  if (days % 5 === 1) {
    await d.agenda.until(at(day, 9, 7));
    d.lose(lab.kits.sestamibi[0], 0.35);
  }
  if (days % 5 === 2) {
    await d.agenda.until(at(day, 9, 1));
    const eluate = lab.eluates[0].split("/")[1];
    const kit = await d.label(KITS[2], eluate, 0.2e9, 0.81);
    await d.mistake("a kit of 81 % purity is released", "R-24", () => d.nurjan.signed("pharmacy.release", { kit }));
    await d.mistake("and tested again until it passes", "R-13|R-48", () => d.anna.act("pharmacy.test_rcp", { kit, purity: "97 %" }));
    await d.nurjan.signed("pharmacy.reject", { kit, reason: "radiochemical purity 81 %" });
    lab.rejected = `kit/${kit}`;
  }
  if (days % 5 === 3) {
    await d.agenda.until(at(day, 9, 1));
    await d.mistake("a lot of a supplier that nobody approved", "R-20", async () => {
      const { lot } = await d.bolot.act("pharmacy.receive_kit", {
        product: "tetrofosmin", supplier: "Curium", number: `T-${days}`, vials: 5, expiry: instant(day + 90 * DAY),
      });
      await d.nurjan.signed("pharmacy.accept_lot", { lot, certificate: "C" });
    });
    await d.mistake("a kit gets three times its largest activity", "R-24", () => d.anna.act("pharmacy.label_kit", {
      lot: d.lots.mertiatide, eluate: lab.eluates[0].split("/")[1], volume: "4 mL", saline: "0 mL", activity: "60 GBq",
    }));
  }
  if (days % 5 === 4) {
    await d.agenda.until(at(day, 9, 1));
    await d.mistake("the calibrator reads 8 % low, and is used", "R-28", async () => {
      await d.bolot.act("instrument.check_constancy", { instrument: d.calibrator, activity: "8.5 MBq", source: d.source });
      try {
        await d.anna.act("safety.measure", { vessel: lab.kits.medronate[1], activity: d.reading(d.holds(lab.kits.medronate[1])) });
        await d.anna.act("pharmacy.elute", { generator: d.generators[0].id, volume: "10 mL", activity: "1 GBq", instrument: d.calibrator });
      } finally {
        await d.bolot.act("instrument.check_constancy", { instrument: d.calibrator, activity: "9.24 MBq", source: d.source });
      }
    });
  }
}

/** Plans a day into the agenda. */
export function plan(d, day) {
  const { agenda } = d;
  agenda.at(at(day, 5, 30), async () => {
    const weekday = d.days % 7;
    if (weekday === 5 || weekday === 6) {
      d.days++;
      return;
    }
    const f18 = weekday === 1 || weekday === 3;
    const lu177 = weekday === 2;
    await d.check();
    if (d.days % 28 === 0) await d.receiveKits();
    if (d.days % 7 === 0) await d.receiveGenerator();
    if (d.generators.length < 2) await d.receiveGenerator();
    const due = [];
    let slot = at(day, 9);
    const mixed = KITS.flatMap(([product, megabecquerel, patients]) => Array.from({ length: patients * d.size }, () => [product, megabecquerel]));
    for (const [product, megabecquerel] of mixed) {
      due.push(await d.admit(product, megabecquerel, slot));
      slot += (17 * MINUTE) / d.size;
    }
    d.treated = [];
    if (f18) for (let i = 0; i < 5; i++) d.treated.push(await d.admit("fludeoxyglucose", 300, at(day, 9, 5 + 25 * i)));
    if (lu177) for (let i = 0; i < 2; i++) d.treated.push(await d.admit("dotatate-lu", 7400, at(day, 9, 12 + 60 * i)));
    let vial;
    if (f18) agenda.at(at(day, 6), async () => { vial = await fluorine(d, day); });
    if (lu177) agenda.at(at(day, 7), async () => { vial = await lutetium(d, day); });
    await agenda.until(at(day, 6, 20));
    const lab = await hotLab(d, day);
    agenda.at(at(day, 8), () => slips(d, day, lab, due));
    agenda.at(at(day, 8), () => accidents(d, day, lab));
    for (const one of due) agenda.at(at(day, 8), () => patient(d, one, () => lab.kits[one.product]));
    for (const one of d.treated) agenda.at(at(day, 8), () => patient(d, one, () => [vial]));
    await agenda.until(at(day, 17));
    for (const key of [...lab.eluates, ...Object.values(lab.kits).flat(), ...(vial ? [vial] : []), ...(lab.rejected ? [lab.rejected] : [])]) {
      await d.discard(key);
    }
    d.days++;
  });
}
