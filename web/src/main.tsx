// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { App } from "./app.tsx";
import { language, speak } from "./core/i18n.ts";
import { resume } from "./core/api.ts";
import { applyTheme } from "./core/preferences.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/pages.css";
import "./style/work.css";
import "./style/form.css";
import "./style/paper.css";
import "./style/plan.css";
import "./style/viewer.css";

applyTheme();
// Without it (no TLS, a browser that forbids it) Moly works, but does not open while its server is away.
if (import.meta.env.PROD && "serviceWorker" in navigator) void navigator.serviceWorker.register("./sw.js").catch(() => undefined);
await Promise.allSettled([speak(language.get()), resume()]);
render(<App />, document.getElementById("app")!);
