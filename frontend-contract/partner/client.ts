import type { Client } from "openapi-fetch";

import { client, type Options } from "../shared/client.js";
import type { paths } from "./schema.js";

export type * from "./schema.js";
export { intention } from "../shared/intention.js";
export { ApiError, unwrap, type Problem, type ProblemItem } from "../shared/problem.js";

export type PartnerClient = Client<paths>;

/** A partner's client: every path, parameter, body and answer is typed by openapi/partner.yaml. */
export function createPartnerClient(options: Options): PartnerClient {
  return client<paths>(options);
}
