/**
 * Runs the generated client over `wx.request`: a mini-program has no fetch, Request, Response or Headers.
 *
 *     import { installWeb, wxFetch } from "./wx-adapter";
 *     installWeb();
 *     const api = createMiniProgramClient({ baseUrl, token, fetch: wxFetch(wx) });
 *
 * WeChat's facts: every host must be listed as a request domain in the console; `wx.request` knows no PATCH, so
 * it goes as a POST that says so in X-HTTP-Method-Override; an answer of any status is a success for WeChat.
 */

/** The parts of `wx` that are needed; `wx` itself fits. */
export interface WxLike {
  request(options: {
    url: string;
    method?: "OPTIONS" | "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "TRACE" | "CONNECT";
    header?: Record<string, string>;
    data?: string;
    dataType?: string;
    responseType?: "text" | "arraybuffer";
    timeout?: number;
    success(result: { data: unknown; statusCode: number; header: Record<string, string> }): void;
    fail(error: { errMsg: string; errno?: number }): void;
  }): unknown;
}

const METHODS = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE"] as const;
type WxMethod = (typeof METHODS)[number];

/** A `fetch` for the client. The network being down rejects with an Error, as fetch does. */
export function wxFetch(wx: WxLike, timeoutMs = 15_000): (request: Request) => Promise<Response> {
  return async (request) => {
    const wanted = request.method === "PATCH" ? "POST" : request.method;
    const method = METHODS.find((known): known is WxMethod => known === wanted);
    if (!method) throw new Error(`wx.request cannot send ${request.method}`);
    const body = await request.text();
    const header: Record<string, string> = {};
    request.headers.forEach((value, name) => (header[name] = value));
    if (request.method === "PATCH") header["X-HTTP-Method-Override"] = "PATCH";
    return new Promise<Response>((resolve, reject) => {
      wx.request({
        url: request.url,
        method,
        header,
        ...(body ? { data: body } : {}),
        dataType: "text", // we parse: WeChat's own parsing hides what was not JSON
        responseType: "text",
        timeout: timeoutMs,
        success: ({ data, statusCode, header: answered }) =>
          resolve(answer(typeof data === "string" ? data : JSON.stringify(data), statusCode, answered)),
        fail: ({ errMsg }) => reject(new Error(errMsg)),
      });
    });
  };
}

function answer(text: string, status: number, header: Record<string, string>): Response {
  const headers = new Headers(header);
  headers.delete("Content-Length"); // it counts compressed bytes, which the client would not read
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : text, { status, headers });
}

/** Gives the mini-program's global object the few web classes that the client uses; those present stay. */
export function installWeb(target: Record<string, unknown> = globalThis as unknown as Record<string, unknown>): void {
  const classes = { Headers: WxHeaders, Request: WxRequest, Response: WxResponse, FormData: WxFormData };
  for (const [name, made] of Object.entries(classes)) {
    target[name] ??= made;
  }
}

type Pairs = Record<string, string> | WxHeaders | undefined;

/** Headers by lower-case name. */
export class WxHeaders {
  private readonly pairs = new Map<string, string>();

  constructor(init?: Pairs) {
    if (init instanceof WxHeaders) init.forEach((value, name) => this.set(name, value));
    else for (const [name, value] of Object.entries(init ?? {})) this.set(name, value);
  }

  get(name: string): string | null {
    return this.pairs.get(name.toLowerCase()) ?? null;
  }

  set(name: string, value: string): void {
    this.pairs.set(name.toLowerCase(), String(value));
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  has(name: string): boolean {
    return this.pairs.has(name.toLowerCase());
  }

  delete(name: string): void {
    this.pairs.delete(name.toLowerCase());
  }

  entries(): IterableIterator<[string, string]> {
    return this.pairs.entries();
  }

  forEach(each: (value: string, name: string) => void): void {
    this.pairs.forEach(each);
  }
}

/** A request with a text body. */
export class WxRequest {
  readonly method: string;
  readonly headers: WxHeaders;
  private readonly body: string;

  constructor(
    readonly url: string,
    init: { method?: string; headers?: Pairs; body?: string } = {},
  ) {
    this.method = (init.method ?? "GET").toUpperCase();
    this.headers = new WxHeaders(init.headers);
    this.body = init.body ?? "";
  }

  async text(): Promise<string> {
    return this.body;
  }
}

/** An answer with a text body. */
export class WxResponse {
  readonly status: number;
  readonly headers: WxHeaders;
  readonly statusText = "";

  constructor(
    private readonly body: string | null,
    init: { status?: number; headers?: Pairs } = {},
  ) {
    this.status = init.status ?? 200;
    this.headers = new WxHeaders(init.headers);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  async text(): Promise<string> {
    return this.body ?? "";
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.body ?? "null");
  }
}

/** Only there to be asked for: files go by `wx.uploadFile`. */
export class WxFormData {}
