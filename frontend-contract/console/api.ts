/** Calls of operations by their id: paths, queries, bodies, files; refusals as exceptions. */
import { ApiError, type Problem } from "../shared/problem.js";
import { intention } from "../shared/intention.js";
import { operation, pathParameters, propertiesOf, resolved, type Operation, type Schema } from "./contract.js";
import { forget, session } from "./session.js";
import { tell } from "./ui.js";
import { said, word } from "./words.js";

export { ApiError, intention };

/** A row of the API: its columns are known by the document alone. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Row = Record<string, any>;

export interface Request {
  /** Values of the path's parameters, in its order. */
  at?: string[];
  query?: Row;
  body?: Row | null;
  /** For Idempotency-Key: the same as long as the same intention is tried again. */
  key?: string;
}

export async function call(id: string, request: Request = {}): Promise<any> {
  const answer = await send(operation(id), request);
  return answer.status === 204 ? null : await answer.json();
}

/** Fetch a file and hand it to the browser's downloads. */
export async function download(id: string, request: Request): Promise<void> {
  const answer = await send(operation(id), request);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = fileName(answer.headers.get("Content-Disposition") ?? "") || id;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The whole name before the one for old programs, whichever stands first. */
export function fileName(disposition: string): string {
  const whole = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  return whole ? decodeURIComponent(whole) : (/filename="?([^";]+)/i.exec(disposition)?.[1] ?? "");
}

/** What had been asked: its document has the titles of what is refused. */
const askedBy = new WeakMap<ApiError, Operation>();

async function send(of: Operation, request: Request): Promise<Response> {
  const answer = await fetch(addressOf(of, request), {
    method: of.method, headers: headersOf(of, request), body: bodyOf(of, request.body),
    cache: "no-store", credentials: "omit",
  });
  if (answer.ok) return answer;
  const problem = await asProblem(answer);
  if (answer.status === 401 && session.token) forget(true);
  const seconds = Number(answer.headers.get("Retry-After"));
  const refusal = new ApiError(problem, seconds > 0 ? seconds : null);
  askedBy.set(refusal, of);
  throw refusal;
}

function addressOf(of: Operation, { at = [], query = {} }: Request): string {
  let path = of.path;
  pathParameters(of).forEach((parameter, place) => {
    path = path.replace(`{${parameter.name}}`, encodeURIComponent(at[place] ?? ""));
  });
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== "") asked.append(name, String(one));
  return asked.size ? `${path}?${asked}` : path;
}

function headersOf(of: Operation, { key, body }: Request): Record<string, string> {
  const keyed = of.parameters.some((each) => each.in === "header" && each.name === "Idempotency-Key");
  return {
    "Accept-Language": session.language,
    ...(session.token ? { Authorization: `Bearer ${session.token}` } : {}),
    ...(body && !of.multipart ? { "Content-Type": "application/json" } : {}),
    ...(keyed ? { "Idempotency-Key": key ?? intention() } : {}),
  };
}

function bodyOf(of: Operation, body: Row | null | undefined): BodyInit | undefined {
  if (!body) return undefined;
  if (!of.multipart) return JSON.stringify(body);
  const form = new FormData();
  for (const [name, value] of Object.entries(body))
    if (value !== null && value !== undefined && value !== "") form.append(name, value instanceof File ? value : String(value));
  return form;
}

async function asProblem(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    const detail = answer.statusText || String(answer.status);
    return { type: "about:blank", title: detail, status: answer.status, code: "unknown", detail, errors: [], request_id: "" };
  }
}

/** One line for a refusal or a lost connection. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError)) return word("unreachable");
  const { errors, detail, title } = error.problem;
  const fields = errors.map((each) => [fieldInWords(askedBy.get(error), each.field), each.message].filter(Boolean).join(": "));
  return [...(errors.some((each) => each.message === detail) ? [] : [detail || title]), ...fields].join(" · ");
}

/** Where a refused value stands: 明细 第 2 行 数量. */
export function fieldInWords(of: Operation | undefined, field: string): string {
  const beside = Object.fromEntries((of?.parameters ?? []).filter((each) => each.in !== "header").map((each) => [each.name, each.schema]));
  let node: Schema | undefined = { properties: { ...propertiesOf(of?.body), ...beside } };
  const words = field.split(".").map((step) => {
    const whole = resolved(node ?? {});
    const row = !!whole.items && /^\d+$/.test(step);
    node = row ? whole.items : whole.properties?.[step];
    return row ? word("row").replace("#", String(Number(step) + 1)) : node ? said(node) : "";
  });
  return words.filter(Boolean).join(" ");
}

/** What comes of it; nothing where it fails, which the person is told. */
export async function orTold<T>(what: Promise<T>): Promise<T | undefined> {
  return what.catch((error: unknown) => void tell(reasonOf(error), "error"));
}
