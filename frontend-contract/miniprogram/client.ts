import type { Client } from "openapi-fetch";

import { client, type Options } from "../shared/client.js";
import type { paths } from "./schema.js";

export type * from "./schema.js";
export { intention } from "../shared/intention.js";
export { ApiError, unwrap, type Problem, type ProblemItem } from "../shared/problem.js";

export type MiniProgramClient = Client<paths>;

/** The mini-program's client: every path, parameter, body and answer is typed by openapi/miniprogram.yaml. */
export function createMiniProgramClient(options: Options): MiniProgramClient {
  return client<paths>(options);
}
