// SPDX-License-Identifier: Apache-2.0
// A department at work: two generators, twelve kits and twenty patients a day, F-18 and Lu-177 on their
// days. Each act goes through the HTTP API as the role whose work it is. Beside it stands a shadow of
// the truth, what each vessel really holds by decay reckoned here, which never reads what Moly computed.
import { Person, Refused, instant } from "./person.mjs";

const MINUTE = 60_000;
export const DAY = 86_400_000;
/** Half-lives in hours, DDEP and ENSDF. */
const HALF_LIFE_H = { "Tc-99m": 6.0067, "Mo-99": 65.949, "F-18": 1.82871, "Lu-177": 159.53 };
const lambda = (nuclide) => Math.LN2 / (HALF_LIFE_H[nuclide] * 3_600_000);

/** What a vessel really holds. */
class Vessel {
  constructor(nuclide, bq, at, ml) {
    Object.assign(this, { nuclide, bq, at, ml });
  }

  now(at) {
    return this.bq * Math.exp(-lambda(this.nuclide) * (at - this.at));
  }

  take(ml, at) {
    const held = this.now(at);
    const taken = (held * ml) / this.ml;
    Object.assign(this, { bq: held - taken, at, ml: this.ml - ml });
    return taken;
  }
}

const STAFF = {
  anna: "technologist", bolot: "technologist", nurjan: "radiopharmacist", elena: "qualified-person",
  daniyar: "physicist", gulzat: "physician", layla: "inspector",
};
const NAMES = ["Айгүл", "Бакыт", "Талант", "Гүлнара", "María José", "فاطمة", "Søren", "Ольга", "Nguyễn", "Жылдыз"];
/** Product, activity of a patient / MBq, patients of a day, vials of a day, volume of a vial / mL, its activity / GBq. */
const KITS = [
  ["sestamibi", 400, 6, 4, 3, 3], ["mertiatide", 100, 3, 2, 4, 0.6], ["pentetate", 180, 1, 1, 5, 1], ["medronate", 600, 10, 5, 5, 4.5],
];

const mbq = (bq) => `${(bq / 1e6).toPrecision(7)} MBq`;

export class Department {
  /** @param size  times the patients and vials of the department that KITS describes */
  constructor(url, agenda, chance, size = 1) {
    Object.assign(this, {
      url, agenda, chance, size, vessels: new Map(), generators: [], lots: {}, mistakes: [], losses: [],
      given: [], waste: [], drawn: new Map(), days: 0, kits: 0, unserved: 0,
    });
  }

  wait(minutes) {
    return this.agenda.until(this.agenda.now + minutes * MINUTE);
  }

  /** A reading of what is there: the calibrator repeats within 0.8 %. */
  reading(bq) {
    return mbq(Math.max(0, bq) * this.chance.normal(1, 0.008));
  }

  put(key, nuclide, bq, ml) {
    this.vessels.set(key, new Vessel(nuclide, bq, this.agenda.now, ml));
  }

  holds(key) {
    return this.vessels.get(key).now(this.agenda.now);
  }

  async hire() {
    this.admin = await new Person(this.url, "admin", this.agenda).signIn();
    for (const [user, role] of Object.entries(STAFF)) {
      await this.admin.act("centre.create_person", {
        user, name: user, roles: [role], password: `${user}-moly`, cost: "minimal", signer_password: "admin-moly",
      });
      this[user] = await new Person(this.url, user, this.agenda).signIn();
    }
  }

  async found() {
    await this.hire();
    const { nurjan, elena, daniyar } = this;
    for (const name of ["Isotope", "Polatom", "Curium"]) {
      const { supplier } = await nurjan.act("stock.register_supplier", { name, supplies: "generators, kits, vials" });
      if (name !== "Curium") await elena.signed("stock.approve_supplier", { supplier, basis: "licence and audit" });
    }
    this.room = (await daniyar.act("stock.register_room", {
      name: "hot lab", licence: "KG-117/2026", default: true, nuclides: ["Mo-99", "Tc-99m", "F-18", "Lu-177", "Cs-137"],
      limits: ["2 TBq", "4 TBq", "400 GBq", "100 GBq", "100 MBq"],
    })).room;
    this.source = (await daniyar.act("stock.register_source", {
      nuclide: "Cs-137", activity: "9.25 MBq", reference: instant(this.agenda.now), model: "vial E", serial: "CS-1", certificate: "C-4410", room: this.room,
    })).source;
    const { instrument } = await daniyar.act("instrument.register", {
      kind: "dose calibrator", model: "CRC-35R", serial: "351207", place: this.room,
    });
    this.calibrator = instrument;
    await daniyar.act("instrument.calibrate", {
      instrument, result: "passed", certificate: "KZ-26-51", due: instant(this.agenda.now + 365 * DAY),
    });
    await daniyar.act("instrument.check_accuracy", { instrument, activity: "9.21 MBq", source: this.source });
    await this.checkLinearity();
    await daniyar.act("instrument.check_geometry", {
      instrument, container: "syringe 3 mL", volumes: ["0.5 mL", "1 mL", "3 mL"], activities: ["100 MBq", "99.8 MBq", "99.6 MBq"],
    });
  }

  checkLinearity() {
    return this.daniyar.act("instrument.check_linearity", {
      instrument: this.calibrator, method: "shield", factors: [1, 2, 4, 20, 100],
      activities: ["4 GBq", "2.01 GBq", "0.996 GBq", "201 MBq", "40.2 MBq"],
    });
  }

  /** The calibrator's checks of a morning, and those of a quarter. */
  async check() {
    const instrument = this.calibrator;
    if (this.days % 84 === 77) await this.checkLinearity();
    await this.bolot.act("instrument.check_background", { instrument, activity: "40 kBq" });
    await this.bolot.act("instrument.check_constancy", {
      instrument, activity: `${this.chance.normal(9.25, 0.03).toFixed(3)} MBq`, source: this.source,
    });
  }

  async receiveKits() {
    for (const [product] of KITS) {
      const { lot } = await this.bolot.act("pharmacy.receive_kit", {
        product, supplier: "Polatom", number: `${product}-${this.days}`, vials: 1000, expiry: instant(this.agenda.now + 300 * DAY),
      });
      await this.nurjan.signed("pharmacy.accept_lot", { lot, certificate: `C-${product}-${this.days}` });
      this.lots[product] = lot;
    }
  }

  async receiveGenerator() {
    await this.bolot.act("stock.receive_package", {
      supplier: "Isotope", number: `P-${this.days}`, nuclide: "Mo-99", activity: `${90 * this.size} GBq`, category: "II-yellow", ti: 0.9,
      surface: "0.35 mSv/h", metre: "9 uSv/h", wipe: 0.2, arrived: instant(this.agenda.now - 20 * MINUTE),
    });
    const { generator } = await this.bolot.act("pharmacy.receive_generator", {
      supplier: "Isotope", serial: `G-${this.days}`, activity: `${90 * this.size} GBq`, calibrated: instant(this.agenda.now),
      expiry: instant(this.agenda.now + 15 * DAY), last_elution: instant(this.agenda.now - DAY),
    });
    await this.nurjan.signed("pharmacy.accept_lot", { generator, certificate: `CG-${this.days}` });
    const bq = 90e9 * this.size * this.chance.normal(1, 0.01);
    this.generators = [...this.generators.slice(-1), { id: generator, mother: new Vessel("Mo-99", bq, this.agenda.now, 1), last: this.agenda.now - DAY, rest: 0 }];
  }

  /** Tc-99m on the column since the last elution: two members of Bateman, branching 0.8773. */
  eluted(one) {
    const [mother, daughter, t] = [lambda("Mo-99"), lambda("Tc-99m"), this.agenda.now - one.last];
    const grown = 0.8773 * one.mother.now(one.last) * (daughter / (daughter - mother)) * (Math.exp(-mother * t) - Math.exp(-daughter * t));
    const there = grown + one.rest * Math.exp(-daughter * t);
    const out = there * this.chance.normal(0.9, 0.012);
    Object.assign(one, { last: this.agenda.now, rest: there - out });
    return out;
  }

  async elute(generator, molybdenum = 2e-5) {
    const bq = this.eluted(generator);
    const { eluate } = await this.anna.act("pharmacy.elute", { generator: generator.id, volume: `${10 * this.size} mL`, activity: this.reading(bq) });
    this.put(`eluate/${eluate}`, "Tc-99m", bq, 10 * this.size);
    await this.wait(5);
    await this.anna.act("pharmacy.test_breakthrough", { eluate, molybdenum: mbq(bq * molybdenum), aluminium: 2 });
    return eluate;
  }

  /** A vial labelled with `bq` of an eluate, tested a quarter of an hour later. */
  async label([product, , , , full], eluate, bq, purity = 0.975) {
    const vessel = this.vessels.get(`eluate/${eluate}`);
    const ml = Number(Math.min(Math.max(0.1, (bq / vessel.now(this.agenda.now)) * vessel.ml), full - 0.5, 0.95 * vessel.ml).toFixed(2));
    const saline = Number((full - ml).toFixed(2));
    const inside = vessel.take(ml, this.agenda.now);
    const { kit } = await this.anna.act("pharmacy.label_kit", {
      lot: this.lots[product], eluate, volume: `${ml} mL`, saline: `${saline} mL`, activity: this.reading(inside),
    });
    this.kits++;
    this.put(`kit/${kit}`, "Tc-99m", inside, ml + saline);
    await this.wait(15);
    await this.anna.act("pharmacy.test_rcp", { kit, purity: `${(purity * 100).toFixed(1)} %` });
    return kit;
  }

  async admit(product, megabecquerel, planned) {
    const sex = this.chance.uniform() < 0.5 ? "female" : "male";
    const birth_date = `${1940 + Math.floor(this.chance.uniform() * 62)}-0${1 + Math.floor(this.chance.uniform() * 9)}-15`;
    const { patient } = await this.bolot.act("clinic.register_patient", {
      name: `${this.chance.of(NAMES)} ${this.days}`, birth_date, sex,
      weight: `${Math.round(Math.max(45, this.chance.normal(75, 9)))} kg`, height: `${Math.round(this.chance.normal(168, 7))} cm`,
    });
    const { referral } = await this.bolot.act("clinic.refer", {
      patient, examination: `${product} study`, question: "staging", referrer: "Dr Sultanov",
    });
    await this.gulzat.signed("clinic.justify", {
      referral, justification: "the result decides the treatment", ...(sex === "female" && { pregnancy: "excluded", breast_feeding: "no" }),
    });
    const { order } = await this.gulzat.act("clinic.order", {
      referral, product, activity: `${megabecquerel} MBq`, planned: instant(planned),
    });
    if (product === "dotatate-lu") {
      await this.gulzat.signed("clinic.write_directive", {
        order, activity: `${megabecquerel} MBq`, route: "intravenous", indication: "neuroendocrine tumour, progressive",
      });
    }
    return { patient, referral, order, product, birth_date, bq: megabecquerel * 1e6, planned };
  }

  /** The syringe for a patient, ten minutes before it is given. */
  async draw(one, key) {
    const vessel = this.vessels.get(key);
    const [kind, id] = key.split("/");
    const now = this.agenda.now;
    const bq = one.bq * Math.exp(lambda(vessel.nuclide) * (one.planned - now));
    const drawn = vessel.take((vessel.ml * bq) / vessel.now(now), now);
    const { dose } = await this.anna.act("clinic.draw_dose", {
      order: one.order, [kind]: id, activity: this.reading(drawn), injection: instant(one.planned),
    });
    this.put(`dose/${dose}`, vessel.nuclide, drawn, 1);
    this.drawn.set(one.order, dose);
    return dose;
  }

  async give(one, dose) {
    await this.anna.signed("clinic.administer", { dose, patient: one.patient, birth_date: one.birth_date, site: "left arm" });
    const syringe = this.vessels.get(`dose/${dose}`);
    const left = syringe.now(this.agenda.now) * Math.min(0.06, Math.abs(this.chance.normal(0.02, 0.01)));
    this.given.push({ ...one, dose, nuclide: syringe.nuclide, bq: syringe.now(this.agenda.now) - left });
    this.put(`dose/${dose}`, syringe.nuclide, left, 1);
    await this.wait(3);
    await this.anna.act("clinic.measure_residual", { dose, activity: this.reading(this.holds(`dose/${dose}`)) });
    await this.discard(`dose/${dose}`);
    await this.wait(20);
    await this.anna.act("clinic.discharge", { patient: one.patient, instructed: true, dose_rate: "12 uSv/h" });
  }

  /** Measured, as a department does in the evening. */
  async discard(key) {
    const [kind, id] = key.split("/");
    if (kind === "dose") await this.anna.act("safety.discard", { dose: id });
    else await this.anna.act("safety.discard", { [kind]: id, activity: this.reading(this.holds(key)) });
    const vessel = this.vessels.get(key);
    this.waste.push(new Vessel(vessel.nuclide, this.holds(key), this.agenda.now, 1));
    this.vessels.delete(key);
  }

  /** Something that was spilled and that nobody wrote down. */
  lose(key, share) {
    const vessel = this.vessels.get(key);
    const now = this.agenda.now;
    this.losses.push({ key, bq: vessel.now(now) * share });
    Object.assign(vessel, { bq: vessel.now(now) * (1 - share), at: now });
  }

  /** Somebody does what must not be done. What came of it is judged at the end. */
  async mistake(what, rule, attempt) {
    const entry = { what, rule, day: this.days };
    this.mistakes.push(entry);
    try {
      await attempt();
      entry.done = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      Object.assign(entry, { refused: error.rule || error.status, said: error.message });
    }
  }
}

export { KITS, MINUTE };
