/** What the console knows of the product: the manifest and the document of the admin audience, as the build laid them. */

export interface EnumValue {
  value: string | number;
  zh: string; en: string; colour: string;
  /** What it stands under where there are many. */
  group?: string; group_en?: string;
}

export interface Ref {
  operation: string;
  filters?: Record<string, unknown>;
  /** Parameter of the operation → field of the same form. */
  narrowed_by?: Record<string, string>;
}

export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string; format?: string; enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  nullable?: boolean; readOnly?: boolean; default?: unknown;
  maxLength?: number; pattern?: string; minimum?: number; maximum?: number;
  title?: string; "x-title-en"?: string;
  "x-enum"?: EnumValue[];
  "x-ref"?: Ref;
  "x-dictionary"?: string;
  "x-unit"?: string;
  /** The heading it stands under where there are many. */
  "x-group"?: string; "x-group-en"?: string;
  /** What is in force where nothing is set. */
  "x-default"?: unknown;
  /** Field beside the object → its values with which this key is one of the object. */
  "x-when"?: Record<string, unknown[]>;
  /** What who fills it in should know. */
  "x-help"?: string; "x-help-en"?: string;
  "x-fixed"?: boolean;
  /** Programs read it; people read what stands beside it. */
  "x-technical"?: boolean;
  "x-masked"?: { operation?: string };
  /** Its keys are what the row of that operation says which the field beside it (one of `by`) chooses. */
  "x-fields"?: { operation: string; key: string; by: string[]; fields: string; without?: string };
  /** Its rows are lists of texts: where they, their columns and their sums stand. */
  "x-table"?: { columns: string; rows: string; totals: string };
  "x-chart"?: boolean;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
}

export interface Operation {
  id: string; method: string; path: string; summary: string;
  "x-summary-en": string;
  "x-permission-code"?: string;
  parameters: Parameter[];
  body: Schema | null;
  multipart: boolean;
  answer: Schema | null;
  /** Kinds of file that it answers; none: it answers JSON or nothing. */
  files: string[];
}

export interface Titled { title: string; title_en: string }

export interface Column extends Titled {
  name: string; format: string; width: number; sortable: boolean; hidden: boolean;
}

/** Fields that stand together under a heading. */
export interface Group extends Titled {
  fields: string[];
}

export interface Action extends Titled {
  operation: string;
  permission: string;
  method: string;
  form: string[];
  groups: Group[];
  /** Columns of the row that are shown before the action is confirmed. */
  shows: string[];
  /** Reads what would come of it. */
  preview: string;
  /** Reads the file that it has made of the row. */
  then: string;
  /** The field that takes the id of the row, or the ids of the chosen rows. */
  ids?: string;
  /** Takes the row by its id alone, whatever the path of the list. */
  alone?: boolean;
  /** Of an upload: reads the file that is filled in and sent. */
  template?: Action | null;
  danger: boolean;
  confirm: string; confirm_en: string;
  when: Record<string, unknown[]>;
}

export interface Related extends Titled {
  operation: string;
  permission: string;
  /** A list of another page, narrowed to the row by this parameter; empty: what stands below the row's own path. */
  filter: string;
  group: string; group_en: string;
  row_actions: Action[];
  columns?: Column[];
  fields?: string[];
}

export interface List extends Titled {
  operation: string;
  columns: Column[];
  /** Column → values with which a row changes by itself. */
  moving: Record<string, unknown[]>;
  search: boolean;
  filters: string[];
  toolbar: Action[];
  row_actions: Action[];
  bulk_actions: Action[];
  exports: Action[];
  uploads: Action[];
  detail: { operation: string; fields: string[]; groups: Group[]; parts: Record<string, Action[]> } | null;
  related: Related[];
}

export interface Page {
  lists: List[];
  actions: Action[];
}

interface RawOperation {
  operationId: string;
  summary: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  [extension: string]: unknown;
}

export const pages: Record<string, Page> = {};
/** Where one's own page is kept among the others; its forms have dialogs of their own. */
export const ACCOUNT = "account";
const schemas: Record<string, Schema> = {};
const operations: Record<string, Operation> = {};
const METHODS = ["get", "post", "put", "patch", "delete"];
const JSON_TYPE = "application/json";
/** The parameter by which rows belong to a hospital; its reference lists the hospitals one may choose. */
export const HOSPITAL = "hospital_id";

/** Read both files; before it nothing else of this module may be asked. */
export async function loadContract(base: string): Promise<void> {
  const [manifest, document] = await Promise.all(
    ["manifest.json", "document.json"].map(async (name) => (await fetch(`${base}${name}`)).json()),
  );
  Object.assign(pages, manifest.pages, { [ACCOUNT]: { ...manifest.account, actions: [] } });
  Object.assign(schemas, document.components.schemas);
  for (const [path, item] of Object.entries<Record<string, RawOperation>>(document.paths))
    for (const method of METHODS) {
      const raw = item[method];
      if (raw) {
        const made = asOperation(method, path, raw);
        operations[made.id] = made;
      }
    }
}

function asOperation(method: string, path: string, raw: RawOperation): Operation {
  const sent = raw.requestBody?.content ?? {};
  const multipart = "multipart/form-data" in sent;
  const good = Object.entries(raw.responses).find(([status]) => status.startsWith("2"))?.[1].content ?? {};
  return {
    id: raw.operationId, method: method.toUpperCase(), path, summary: raw.summary,
    "x-summary-en": String(raw["x-summary-en"] ?? ""),
    "x-permission-code": raw["x-permission-code"] as string | undefined,
    parameters: raw.parameters ?? [],
    body: (multipart ? sent["multipart/form-data"] : Object.values(sent)[0])?.schema ?? null,
    multipart,
    answer: good[JSON_TYPE]?.schema ?? null,
    files: JSON_TYPE in good ? [] : Object.keys(good),
  };
}

export function operation(id: string): Operation {
  const found = operations[id];
  if (!found) throw new Error(`the document has no operation ${id}`);
  return found;
}

/** A schema with what it refers to; what stands beside a reference comes first. */
export function resolved(schema: Schema): Schema {
  const { $ref, allOf, oneOf, ...own } = schema;
  const parts = [...($ref ? [schemas[$ref.split("/").pop() ?? ""] ?? {}] : []), ...(allOf ?? []), ...(oneOf ?? [])];
  const known = parts.map(resolved);
  const values = known.flatMap((part) => part["x-enum"] ?? []);
  return Object.assign({}, ...known, values.length ? { "x-enum": values } : {}, own);
}

/** Page where what an operation has made can be opened: its detail answers the same, or its list stands at that path; "" for none. */
export function pageOf(of: Operation): string {
  const isIn = (page: Page): boolean => {
    const list = page.lists.find((each) => each.detail);
    const path = list ? operation(list.operation).path : "{";
    return !path.includes("{") && (path === of.path || operation(list?.detail?.operation ?? "").answer?.$ref === of.answer?.$ref);
  };
  return of.method === "POST" && of.answer?.$ref ? (Object.keys(pages).find((name) => isIn(pages[name] as Page)) ?? "") : "";
}

export function propertiesOf(schema: Schema | null | undefined): Record<string, Schema> {
  return schema ? (resolved(schema).properties ?? {}) : {};
}

/** The schema of the rows that a list answers, null where it answers something else. */
export function rowsOf(list: Operation): Schema | null {
  const whole = list.answer ? resolved(list.answer) : {};
  const many = whole.properties?.results ? resolved(whole.properties.results) : whole;
  return many.type === "array" && many.items ? resolved(many.items) : null;
}

export function pathParameters(of: Operation): Parameter[] {
  const names = [...of.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  return names.flatMap((name) => of.parameters.filter((each) => each.in === "path" && each.name === name));
}

/** The model of a list as some page has it; else its columns alone. */
export function modelOf(list: Operation): List {
  for (const page of Object.values(pages))
    for (const each of page.lists) {
      if (each.operation === list.id) return bare(each, each.columns, each.filters, each.search);
      const related = each.related.find((one) => one.operation === list.id);
      if (related?.columns) return bare(related, related.columns, filtersOf(list), false);
    }
  return bare({ operation: list.id, title: list.summary, title_en: list["x-summary-en"] }, [], [], false);
}

function bare(of: Titled & { operation: string }, columns: Column[], filters: string[], search: boolean): List {
  return {
    operation: of.operation, title: of.title, title_en: of.title_en, columns, filters, search, moving: {},
    toolbar: [], row_actions: [], bulk_actions: [], exports: [], uploads: [], detail: null, related: [],
  };
}

const PAGING = ["page", "page_size", "ordering", "search", "cursor"];

/** What a list can be narrowed by; an id without choices comes from elsewhere. */
export function filtersOf(list: Operation): string[] {
  const chosen = ({ schema }: Parameter): boolean => schema.format !== "uuid" || "x-ref" in schema;
  return list.parameters.filter((each) => each.in === "query" && !PAGING.includes(each.name) && chosen(each)).map((each) => each.name);
}

/** Where the hospitals are chosen from. */
export function hospitals(): Ref | null {
  for (const each of Object.values(operations))
    for (const parameter of each.parameters)
      if (parameter.name === HOSPITAL && parameter.schema["x-ref"]) return parameter.schema["x-ref"];
  return null;
}
