// SPDX-License-Identifier: Apache-2.0
// Line icons on a 24 grid, drawn here so that nothing is loaded.

const PATHS = {
  today: "M4 12a8 8 0 1 0 16 0 8 8 0 0 0-16 0M12 7v5l3.5 2",
  lab: "M9 3h6M10 3v6l-5.2 8.6A2.2 2.2 0 0 0 6.7 21h10.6a2.2 2.2 0 0 0 1.9-3.4L14 9V3M7.5 15h9",
  patients: "M8.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.6a3.5 3.5 0 0 1 0 6M17.5 14.3c2.7.6 4.5 2.7 4.5 5.7",
  studies: "M3 6a3 3 0 0 1 3-3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3zM12 3v18M3 12h18M7.5 7.5h.01",
  trace: "M6 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M12 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M6 8.5c0 4 6 3.500 6 7M18 8.500c0 4-6 3.500-6 7",
  balance: "M12 3v18M8 21h8M5 6h14M5 6l-3 8a3.3 3.3 0 0 0 6 0zM19 6l-3 8a3.300 3.300 0 0 0 6 0z",
  audit: "M5 3h10l4 4v14H5zM15 3v4h4M8.500 12h7M8.500 16h5",
  acts: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.500 13v7M13 16.500h7",
  admin: "M12 3l8 3v5c0 5-3.300 8.400-8 10-4.700-1.600-8-5-8-10V6zM9 12l2.200 2.200L15.500 10",
  check: "M5 12.500l4.500 4.500L19 7.500",
  warn: "M12 4L2.500 20h19zM12 10v4.500M12 17.300v.2",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.2",
  wait: "M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9M16 3c0 5-8 5-8 9s8 4 8 9",
  pen: "M4 20l1-4.500L16 4.500l3.500 3.500L8.500 19zM13.500 7l3.500 3.500",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M7.500 8v8M11 8v8M14 8v8M16.500 8v8",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M15.500 15.500L21 21",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300L19 19M5 19l1.700-1.700M17.300 6.700L19 5",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  keyboard: "M2.500 6h19v12h-19zM6 10h.01M9.500 10h.01M13 10h.01M16.500 10h.01M7 14h10",
  right: "M9 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  back: "M15 5l-7 7 7 7",
  fall: "M3 5c3 9 8 12.500 18 13.500",
  rise: "M3 19c3-9 8-12.500 18-13.500",
  syringe: "M14 4l6 6M17 7l-9.500 9.500-3-.5-.5-.500.500-2.500L14 4.500M4.500 19.500L3 21M9.500 9.500l2.500 2.500M12.500 6.500l2.500 2.500M19 3l2 2",
  vial: "M9 3h6M10 3v3l-2 2v11a2 2 0 0 0 2 2h4a2 2 0 0 0 2-2V8l-2-2V3M8 12h8",
  generator: "M6 8h12v13H6zM9 8V5h6v3M12 11.500l-1.500 3h3L12 17.500M3 21h18",
  waste: "M5 7h14M10 7V4h4v3M7 7l1 14h8l1-14M10.500 11v6M13.500 11v6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 21c0-4 3-6.500 7-6.500s7 2.500 7 6.500",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  report: "M5 3h10l4 4v14H5zM15 3v4h4M9 17v-3M12 17v-6M15 17v-4",
  target: "M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14M12 2v5M12 17v5M2 12h5M17 12h5",
  sinogram: "M3 4h18v16H3zM7 4c0 8 10 8 10 16M12 4c0 4 5 6 5 9M7 11c0 3 5 5 5 9",
  plan: "M4 3v18h17M7 7h6M10 11.500h7M14 16h5",
  stock: "M3 8l9-5 9 5v8l-9 5-9-5zM3 8l9 5 9-5M12 13v8",
  gauge: "M4 17a8.500 8.500 0 1 1 16 0M12 15l4-5M3 20h18",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  offline: "M3 3l18 18M8.500 15.500a5 5 0 0 1 6-.800M5 12a10 10 0 0 1 4.500-2.600M14 9.300A10 10 0 0 1 19 12M2 8.500A15 15 0 0 1 6 6M11 5a15 15 0 0 1 11 3.500M12 19.500h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const KINDS: Record<string, IconName> = {
  generator: "generator", eluate: "vial", kit: "vial", "kit-lot": "vial", preparation: "vial", vial: "vial", target: "target",
  batch: "vial", case: "warn", test: "check", master: "report", incident: "warn", instrument: "gauge", source: "stock", lot: "vial", supplier: "stock", purchase: "stock", package: "stock", room: "stock", event: "balance",
  dose: "syringe", syringe: "syringe", patient: "person", waste: "waste", drum: "waste", study: "studies",
  order: "report", referral: "report", user: "person", person: "person", administration: "syringe",
};

export const iconOfKind = (kind: string): IconName => KINDS[kind] ?? "acts";
