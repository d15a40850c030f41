/**
 * The console in a real browser, against a running stack: `node main.js SETTINGS.json PART`, PART one of the names below.
 * Every step is printed; the exit code is 1 as soon as an expectation fails, with a picture of what was seen.
 */
import { readFileSync } from "node:fs";

import { finish } from "../journeys/steps.js";
import { accountSteps } from "./account.js";
import { careSteps } from "./care.js";
import { moneySteps } from "./money.js";
import { officeSteps } from "./office.js";
import { pageSteps } from "./pages.js";
import { Visit, type Settings } from "./visit.js";

const PARTS: Record<string, (visit: Visit) => Promise<void>> = {
  account: accountSteps, pages: pageSteps, office: officeSteps, care: careSteps, money: moneySteps,
};

const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Settings;
const part = PARTS[process.argv[3] ?? ""];
if (!part) throw new Error(`which part? one of ${Object.keys(PARTS).join(" ")}`);
const visit = await Visit.begin(settings);
process.on("exit", () => visit.end());
await part(visit);
await visit.stop();
finish();
