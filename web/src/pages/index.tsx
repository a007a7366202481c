// SPDX-License-Identifier: Apache-2.0
// Which screen an address shows.
import type { Route } from "../core/route.ts";
import { ActPage } from "./act.tsx";
import { Audit } from "./audit.tsx";
import { BalancePage } from "./balance.tsx";
import { BatchesPage, BatchPage } from "./batches.tsx";
import { DispensingPage } from "./dispensing.tsx";
import { FindPage } from "./find.tsx";
import { InstrumentPage, InstrumentsPage } from "./instruments.tsx";
import { HotLab } from "./lab.tsx";
import { Papers } from "./papers.tsx";
import { PatientPage, Patients } from "./patients.tsx";
import { Persons } from "./persons.tsx";
import { PlanPage } from "./plan.tsx";
import { ProductionPage } from "./production.tsx";
import { ProtectionPage } from "./protection.tsx";
import { RawDataPage, RawPage } from "./raw.tsx";
import { RecordPage } from "./record.tsx";
import { ReconstructionPage } from "./reconstruction.tsx";
import { SheetPage, Sheets } from "./sheet.tsx";
import { StockPage } from "./stock.tsx";
import { Studies, StudyPage } from "./studies.tsx";
import { Telephone } from "./telephone.tsx";
import { TodayPage } from "./today.tsx";
import { TracePage } from "./trace.tsx";

export function screenOf(route: Route) {
  const [place = "today", first = "", second = ""] = route.parts;
  switch (place) {
    case "lab":
      return <HotLab />;
    case "act":
      return <ActPage key={`${first}?${route.query.toString()}`} name={first} query={route.query} />;
    case "find":
      return <FindPage code={route.query.get("code") ?? ""} />;
    case "dispensing":
      return <DispensingPage />;
    case "batches":
      return <BatchesPage />;
    case "batch":
      return <BatchPage key={first} id={first} />;
    case "protection":
      return <ProtectionPage />;
    case "sheet":
      return <SheetPage key={first} name={first} />;
    case "sheets":
      return <Sheets />;
    case "stock":
      return <StockPage />;
    case "instruments":
      return <InstrumentsPage />;
    case "instrument":
      return <InstrumentPage key={first} id={first} />;
    case "papers":
      return <Papers />;
    case "patients":
      return <Patients />;
    case "patient":
      return <PatientPage key={first} id={first} />;
    case "studies":
      return <Studies />;
    case "study":
      return <StudyPage key={first} id={first} />;
    case "raw":
      return first === "" ? <RawPage /> : <RawDataPage key={first} name={first} />;
    case "reconstruction":
      return <ReconstructionPage key={first} id={first} />;
    case "trace":
      return <TracePage kind={first} id={second} />;
    case "record":
      return <RecordPage key={`${first}/${second}`} kind={first} id={second} />;
    case "production":
      return <ProductionPage />;
    case "plan":
      return <PlanPage />;
    case "balance":
      return <BalancePage />;
    case "audit":
      return <Audit query={route.query} />;
    case "telephone":
      return <Telephone />;
    case "persons":
      return <Persons />;
    default:
      return <TodayPage />;
  }
}
