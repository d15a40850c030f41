/** A whole admin app for the bin: knows the manifest and the document, nothing else, and draws every page with all its forms.
 *  node throw_away_page.mjs MANIFEST.json DOCUMENT.json zh|en > pages.html */
import { readFileSync } from "node:fs";

const [manifest, document] = process.argv.slice(2, 4).map((path) => JSON.parse(readFileSync(path, "utf8")));
const zh = process.argv[4] !== "en";
const operations = {};
for (const [path, item] of Object.entries(document.paths))
  for (const [method, node] of Object.entries(item)) if (node.operationId) operations[node.operationId] = { ...node, path, method };

const escaped = (text) => String(text ?? "").replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const tag = (name, attributes, ...content) =>
  `<${name}${Object.entries(attributes).map(([key, value]) => (value === undefined || value === false ? "" : ` ${key}="${escaped(value)}"`)).join("")}>${content.flat().join("")}</${name}>`;
/** The words of a page, an action, a property or a value in the language that is wanted. */
const word = (node) => escaped(zh ? (node.title ?? node.zh) : (node["x-title-en"] ?? node.title_en ?? node.en));
const help = (node) => (node["x-help"] ? tag("small", {}, escaped(zh ? node["x-help"] : node["x-help-en"])) : "");

/** A schema with everything that it refers to. */
function resolved({ $ref, allOf = [], oneOf = [], ...own }) {
  const parts = [...($ref ? [document.components.schemas[$ref.split("/").pop()]] : []), ...allOf, ...oneOf].map(resolved);
  const values = parts.flatMap((part) => part["x-enum"] ?? []);
  return Object.assign({}, ...parts, values.length ? { "x-enum": values } : {}, own);
}

/** The input of a value: choices where there are any, else by its kind. */
function control(given, name, many = false) {
  const schema = resolved(given);
  const multiple = many ? "multiple" : undefined;
  if (schema["x-ref"]) return tag("select", { name, multiple: multiple ?? (schema.type === "array" ? "multiple" : undefined), "data-options": operations[schema["x-ref"].operation].path });
  if (schema.type === "array") return control(schema.items, name, true);
  if (schema["x-enum"]) return tag("select", { name, multiple }, schema["x-enum"].map((each) => tag("option", { value: each.value, class: each.colour }, word(each))));
  if (schema["x-dictionary"]) return tag("select", { name, multiple, "data-dictionary": schema["x-dictionary"] });
  if (schema.type === "object") return schema.properties ? tag("fieldset", {}, fields(schema, Object.keys(schema.properties), `${name}.`)) : tag("textarea", { name });
  if (schema.type === "boolean") return tag("input", { name, type: "checkbox" });
  if (["integer", "number"].includes(schema.type)) {
    const money = schema["x-unit"] === "fen";
    return tag("input", { name, type: "number", min: money ? undefined : schema.minimum, max: money ? undefined : schema.maximum, step: money ? "0.01" : "any" });
  }
  const kinds = { date: "date", "date-time": "datetime-local", "time-local": "time", binary: "file", uuid: "hidden" };
  if (schema.maxLength > 200) return tag("textarea", { name, maxlength: schema.maxLength });
  return tag("input", { name, type: kinds[schema.format] ?? (name.includes("password") ? "password" : "text"), maxlength: schema.maxLength, pattern: schema.pattern });
}

function fields(schema, names, before = "") {
  const whole = resolved(schema);
  return names.map((name) => tag("label", { "data-field": `${before}${name}`, "data-required": (whole.required ?? []).includes(name) ? "yes" : undefined },
    tag("b", {}, word(whole.properties[name])), control(whole.properties[name], `${before}${name}`), help(whole.properties[name])));
}

/** A button, and behind it what is asked before the operation is called. */
function button(action, within) {
  const of = operations[action.operation];
  const known = (within.match(/\{/g) ?? []).length;
  const asked = (of.parameters ?? []).filter((each) => each.in === "path").slice(known);
  const body = Object.values(of.requestBody?.content ?? {})[0]?.schema;
  const inPath = { properties: Object.fromEntries(asked.map((each) => [each.name, each.schema])), required: asked.map((each) => each.name) };
  const form = (action.form ?? []).filter((name) => name !== action.ids);
  return tag("details", { "data-action": action.operation, "data-when": JSON.stringify(action.when) }, tag("summary", { class: action.danger ? "danger" : "" }, word(action)),
    tag("form", { method: of.method, action: of.path },
      action.confirm ? tag("p", { class: "confirm" }, escaped(zh ? action.confirm : action.confirm_en)) : "",
      action.template ? button(action.template, within) : "",
      fields(inPath, Object.keys(inPath.properties)), body ? fields(body, form) : "", tag("button", {}, word(action))));
}

function table(list, columns) {
  return tag("table", { "data-list": list.operation }, tag("tr", {}, columns.map((each) => tag("th", { "data-column": each.name, "data-format": each.format, hidden: each.hidden ? "hidden" : undefined, width: each.width }, word(each)))));
}

function list(each) {
  const of = operations[each.operation];
  const query = { properties: Object.fromEntries((of.parameters ?? []).map((one) => [one.name, one.schema])) };
  const row = `${of.path}/{row}`;
  return tag("section", { "data-part": each.operation }, tag("h2", {}, word(each)),
    tag("search", {}, fields(query, [...each.parents, ...each.filters, ...(each.search ? ["search"] : [])])),
    tag("menu", {}, [...each.toolbar, ...each.uploads, ...each.exports].map((action) => button(action, of.path))),
    table(each, each.columns),
    tag("menu", { class: "row" }, each.row_actions.map((action) => button(action, action.ids ? "" : action.alone ? "{" : row)), each.bulk_actions.map((action) => button(action, ""))),
    each.related.map((part) => tag("section", { "data-related": part.operation }, tag("h3", {}, word(part)), part.columns ? table(part, part.columns) : "")));
}

const pages = { ...manifest.pages, account: { actions: [], ...manifest.account } };
console.log(tag("main", {}, Object.entries(pages).map(([name, page]) =>
  tag("article", { "data-page": name }, page.lists.map(list), tag("menu", {}, page.actions.map((action) => button(action, "")))))));
