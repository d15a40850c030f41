// What the console says of values, refusals and files, without a browser: node plain_facts.mjs BUILT.
import { readFileSync } from "node:fs";

const built = process.argv[2];
const document = readFileSync(`${built}/contract/document.json`, "utf8");
globalThis.navigator ??= { language: "zh-CN" };
globalThis.fetch = async (address) => ({ json: async () => JSON.parse(address.endsWith("document.json") ? document : '{"pages": {}, "account": {"lists": []}}') });
const at = (name) => import(new URL(`file://${built}/console/${name}.js`).href);
const [{ loadContract, operation, pageOf, pages }, { session }, { fieldInWords, fileName }, { shown, yuan, isDecimal }] = await Promise.all(["contract", "session", "api", "show"].map(at));
await loadContract("/");
const said = {};
for (const language of ["zh", "en"]) {
  session.language = language;
  said[language] = [["bills_create", "items.1.quantity"], ["auth_sign_in", "username"], ["payment_orders_export", "created_from"], ["bills_create", "nothing.0"]].map(([id, field]) => fieldInWords(operation(id), field));
}
const quantity = { type: "string", pattern: "^-?[0-9]{1,9}(\\.[0-9]{1,3})?$" };
for (const name of ["bills", "payment_orders"]) pages[name] = { lists: [{ operation: `${name}_list`, detail: { operation: `${name}_retrieve` } }], actions: [] };
process.stdout.write(JSON.stringify({
  ...said,
  names: ["attachment; filename=\"_.csv\"; filename*=UTF-8''%E8%B4%A6%E5%8D%95.csv", "attachment; filename=\"plain.csv\"", ""].map(fileName),
  money: [2000000, -360, 0].map(yuan),
  quantities: ["2.000", "1.500", "10", "0.050", "-3.000"].map((each) => shown(quantity, each)),
  decimal: [isDecimal(quantity), isDecimal({ type: "string", pattern: "^[0-9]{4}$" }), isDecimal({ type: "string" })],
  time: shown({ type: "string", format: "time-local" }, "13:30:00"),
  made: ["bills_create", "bills_list", "auth_sign_in", "payment_orders_create"].map((id) => pageOf(operation(id))),
}));
