import createClient, { type Client, type Middleware } from "openapi-fetch";

export interface Options {
  /** Where the API is, without the path: `https://hospital.example`. */
  baseUrl: string;
  /** The token of each request; null while nobody is signed in. */
  token?: () => string | null | Promise<string | null>;
  language?: "zh" | "en";
  /** Instead of the global one: the mini-program's adapter, a test's. */
  fetch?: (request: Request) => Promise<Response>;
  /** Called when the API says that the sign-in is no longer valid. */
  onSignedOut?: () => void;
}

/** A typed client over the paths of one document. */
export function client<Paths extends object>(options: Options): Client<Paths> {
  const made = createClient<Paths>({ baseUrl: options.baseUrl, ...(options.fetch ? { fetch: options.fetch } : {}) });
  made.use(headers(options));
  return made;
}

function headers(options: Options): Middleware {
  return {
    async onRequest({ request }) {
      const token = await options.token?.();
      if (token) request.headers.set("Authorization", `Bearer ${token}`);
      request.headers.set("Accept-Language", options.language ?? "zh");
      return request;
    },
    onResponse({ response }) {
      if (response.status === 401) options.onSignedOut?.();
      return undefined;
    },
  };
}
