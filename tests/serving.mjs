// SPDX-License-Identifier: Apache-2.0
// A running Moly for a test: its own folder, database and port.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const binary = process.env.MOLY_BINARY ?? join(root, "build", "moly");
export const patience_ms = Number(process.env.MOLY_TEST_PATIENCE_MS ?? 30_000);

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url) {
  try {
    return (await fetch(`${url}/api/languages`)).ok;
  } catch {
    return false;
  }
}

/** The offset from UTC, in minutes, of a place where it is about half past eight in the morning now: what a
 *  test sees does not depend on the hour at which it runs. */
function morningOffset() {
  const now = new Date();
  const offset = 510 - (now.getUTCHours() * 60 + now.getUTCMinutes());
  return 15 * Math.round((offset < -720 ? offset + 1440 : offset) / 15);
}

/** A server of its own, by default on a fresh example centre. stop() takes it away, start() brings it back.
 *  `prepare`, given the server's folder, returns more words for `moly serve`. */
export class Server {
  static async make(options = ["--example", "--training", "--utc-offset", String(morningOffset())], db, prepare = () => []) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "moly-browser-"));
    server.db = db ?? `sqlite:${join(server.folder, "centre.db")}`;
    const made = spawnSync(binary, ["init", "--db", server.db, ...options], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`moly init: ${made.stderr}`);
    server.words = prepare(server.folder);
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.start();
    return server;
  }

  async start() {
    const web = join(root, "web", "dist");
    const pages = existsSync(join(web, "index.html")) ? ["--web", web] : [];
    this.process = spawn(binary, ["serve", "--db", this.db, ...pages, "--port", String(this.port), ...this.words], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const until = Date.now() + patience_ms;
    while (!(await answers(this.url))) {
      if (Date.now() > until || this.process.exitCode !== null) throw new Error("moly serve does not answer");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop() {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await gone;
  }

  async end() {
    if (this.process.exitCode === null) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
