import type { Client } from "openapi-fetch";

import { client, type Options } from "../shared/client.js";
import type { paths } from "./schema.js";

export type * from "./schema.js";
export { intention } from "../shared/intention.js";
export { ApiError, unwrap, type Problem, type ProblemItem } from "../shared/problem.js";

export type AdminClient = Client<paths>;

/** The admin app's client: every path, parameter, body and answer is typed by openapi/admin.yaml. */
export function createAdminClient(options: Options): AdminClient {
  return client<paths>(options);
}
