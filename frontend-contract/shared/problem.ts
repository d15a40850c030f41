/** One field that was refused. */
export interface ProblemItem {
  field: string;
  code: string;
  message: string;
}

/** RFC 9457 problem: decide by `code`, show `detail`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors: ProblemItem[];
  request_id: string;
  [member: string]: unknown;
}

/** A refusal of the API as an exception. */
export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfter: number | null,
  ) {
    super(`${problem.status} ${problem.code}: ${problem.detail} [${problem.request_id}]`);
    this.name = "ApiError";
  }

  get code(): string {
    return this.problem.code;
  }
}

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The data of a call, or ApiError: `const me = await unwrap(api.GET("/api/…"))`. */
export async function unwrap<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  const seconds = Number(response.headers.get("Retry-After"));
  throw new ApiError(asProblem(error, response), seconds > 0 ? seconds : null);
}

function asProblem(error: unknown, response: Response): Problem {
  if (typeof error === "object" && error !== null && "code" in error) return error as Problem;
  const detail = typeof error === "string" && error ? error.slice(0, 200) : response.statusText;
  return {
    type: "about:blank", title: detail, status: response.status, code: "unknown", detail, errors: [],
    request_id: response.headers.get("X-Request-ID") ?? "",
  };
}
