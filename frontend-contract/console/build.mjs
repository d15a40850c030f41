// Makes the console's static files: node console/build.mjs TARGET, after tsc. Everything is served from one folder, and no
// script stands in the page itself, so that it runs under a policy that allows scripts of its own files alone.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { load } from "js-yaml";

const here = dirname(fileURLToPath(import.meta.url));
const contract = dirname(here);
const [target, document] = process.argv.slice(2);
const MODULES = {
  "vue": "vue/dist/vue.runtime.esm-browser.prod.js",
  "element-plus": "element-plus/dist/index.full.min.mjs",
  "element-plus/es/locale/lang/zh-cn.mjs": "element-plus/dist/locale/zh-cn.min.mjs",
  "element-plus/es/locale/lang/en.mjs": "element-plus/dist/locale/en.min.mjs",
  "echarts": "echarts/dist/echarts.esm.min.mjs",
  "@element-plus/icons-vue": "@element-plus/icons-vue/dist/index.js",
};
const placeOf = (name) => join("vendor", MODULES[name].split("/").pop().replace(".mjs", ".js").replace(/^index\.js$/, "icons.js"));

/** Bare imports become paths: browsers resolve nothing else without a script in the page. */
function write(place, text) {
  const made = text.replace(/(\bfrom\s*|\bimport\s*\(?\s*)"([\w@][\w@/.-]*)"/g, (_, before, name) => {
    if (!(name in MODULES)) throw new Error(`${place} imports ${name}, which is not among the console's modules`);
    const path = relative(dirname(place), placeOf(name));
    return `${before}"${path.startsWith(".") ? path : `./${path}`}"`;
  });
  mkdirSync(dirname(join(target, place)), { recursive: true });
  // the charts' way out for browsers without JSON makes code of text, which the page's policy forbids
  const safe = made.replace(/new Function\("return \("\+(\w+)\+"\);"\)\(\)/, "JSON.parse($1)");
  writeFileSync(join(target, place), safe.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
}

/** What nobody draws from is left out: examples, prose and refusals. */
function pruned(node) {
  if (Array.isArray(node)) return node.map(pruned);
  if (typeof node !== "object" || node === null) return node;
  const kept = Object.entries(node).filter(([name, value]) => !(name === "example" || (name === "description" && typeof value === "string") || /^[45]\d\d$/.test(name)));
  return Object.fromEntries(kept.map(([name, value]) => [name, pruned(value)]));
}

rmSync(target, { recursive: true, force: true });
for (const name of Object.keys(MODULES)) write(placeOf(name), readFileSync(join(contract, "node_modules", MODULES[name]), "utf8"));
const scripts = readdirSync(join(contract, "build/console")).map((name) => join("console", name));
for (const place of [...scripts, "shared/intention.js", "shared/problem.js"])
  write(place, readFileSync(join(contract, "build", place), "utf8"));
cpSync(join(contract, "node_modules/element-plus/dist/index.css"), join(target, "vendor/element-plus.css"));
cpSync(join(here, "console.css"), join(target, "console/console.css"));
mkdirSync(join(target, "contract"), { recursive: true });
cpSync(join(contract, "admin/manifest.json"), join(target, "contract/manifest.json"));
const { paths, components } = load(readFileSync(document, "utf8"));
const schemas = Object.fromEntries(Object.entries(components.schemas).filter(([name]) => !name.startsWith("Problem")));
writeFileSync(join(target, "contract/document.json"), JSON.stringify(pruned({ paths, components: { schemas } })));
cpSync(join(here, "index.html"), join(target, "index.html"));
