// SPDX-License-Identifier: Apache-2.0
// Simulated time: work of several people, in the order of one clock. Work waits with until(); the one
// whose time is the earliest goes on, alone, until it waits again.

export class Agenda {
  constructor(now) {
    this.now = now;
    this.waiting = [];
  }

  /** Begins work at an instant. */
  at(when, work) {
    this.waiting.push({
      when,
      go: () => work().then(() => this.rest(), (error) => this.fail(error)),
    });
  }

  until(when) {
    return new Promise((resolve) => {
      this.waiting.push({ when, go: resolve });
      this.rest();
    });
  }

  async run() {
    while (this.waiting.length > 0) {
      let next = 0;
      this.waiting.forEach((one, i) => {
        if (one.when < this.waiting[next].when) next = i;
      });
      const [{ when, go }] = this.waiting.splice(next, 1);
      this.now = Math.max(this.now, when);
      await new Promise((rest, fail) => {
        Object.assign(this, { rest, fail });
        go();
      });
    }
  }
}

/** Reproducible chance (mulberry32). */
export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  uniform() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  normal(mean, sd) {
    return mean + sd * Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  of(list) {
    return list[Math.floor(this.uniform() * list.length)];
  }
}
