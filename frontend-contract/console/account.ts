/** One's own account: password and second factor. */
import { computed, defineComponent, h, ref, type Component, type VNodeChild } from "vue";

import { ApiError, call, reasonOf, type Row } from "./api.js";
import { operation, propertiesOf, type Schema } from "./contract.js";
import { helpOf } from "./nested.js";
import { session } from "./session.js";
import { Alert, Button, Dialog, Form, FormItem, Input, tell } from "./ui.js";
import { said, word } from "./words.js";

/** Fields of a request, with the words of the document and what the API says against them. */
export function plainFields(id: string, names: string[], values: Row, errors: Record<string, string>, enter: () => void): VNodeChild {
  const known = propertiesOf(operation(id).body);
  return names.map((name) =>
    h(FormItem, { key: name, label: said(known[name] as Schema), error: errors[name] ?? "", "data-field": name }, () => [
      h(Input, {
        modelValue: values[name] ?? "", size: "large", autocomplete: name.includes("password") ? "current-password" : "off",
        ...(name.includes("password") ? { type: "password", showPassword: true } : {}),
        "onUpdate:modelValue": (text: string) => (values[name] = text),
        onKeyup: (event: KeyboardEvent) => void (event.key === "Enter" && enter()),
      }),
      helpOf(known[name] as Schema),
    ]));
}

/** What the API says against a form: a line above it, and a word beside each field. */
export function useRefusal() {
  const refusal = ref("");
  const errors = ref<Record<string, string>>({});
  const refused = (error: unknown): void => {
    refusal.value = reasonOf(error);
    errors.value = error instanceof ApiError ? Object.fromEntries(error.problem.errors.map((each) => [each.field, each.message])) : {};
  };
  async function attempt(what: () => Promise<void>, failed: (error: unknown) => void = () => undefined): Promise<void> {
    refusal.value = "";
    errors.value = {};
    await what().catch((error: unknown) => [refused, failed].forEach((each) => each(error)));
  }
  const alert = (): VNodeChild => (refusal.value ? h(Alert, { type: "error", title: refusal.value, closable: false, showIcon: true }) : null);
  return { errors, attempt, alert, refusal };
}

/** A new password: asked for by who has to change it, and from the account's menu. */
export const PasswordForm: Component = defineComponent({
  emits: ["done"],
  setup(_, { emit }) {
    const values = ref<Row>({});
    const { errors, attempt, alert } = useRefusal();
    const submit = (): Promise<void> => attempt(async () => {
      if (values.value.new_password !== values.value.again) return void (errors.value = { again: word("passwords_differ") });
      const { current_password, new_password } = values.value;
      await call("auth_change_password", { body: { current_password, new_password } });
      tell(word("password_changed"));
      emit("done");
    });
    return () => h(Form, { labelPosition: "top", onSubmit: (event: Event) => event.preventDefault() }, () => [
      alert(),
      plainFields("auth_change_password", ["current_password", "new_password"], values.value, errors.value, () => void submit()),
      h(FormItem, { label: word("repeat_password"), error: errors.value.again ?? "", "data-field": "again" }, () =>
        h(Input, { modelValue: values.value.again ?? "", type: "password", size: "large", showPassword: true, "onUpdate:modelValue": (text: string) => (values.value.again = text), onKeyup: (event: KeyboardEvent) => void (event.key === "Enter" && submit()) })),
      h(Button, { type: "primary", size: "large", class: "wide", onClick: () => void submit() }, () => word("change_password")),
    ]);
  },
});

/** The second factor: on with a key and a code, off with the password. */
export const SecondFactor: Component = defineComponent({
  emits: ["close"],
  setup(_, { emit }) {
    const values = ref<Row>({});
    const { errors, attempt, alert } = useRefusal();
    const enrolment = ref<{ secret: string; qr_picture_url: string } | null>(null);
    const codes = ref<string[]>([]);
    const turnsOff = session.totp;
    const step = computed(() => (codes.value.length ? "codes" : enrolment.value ? "confirm" : "password"));

    const next = (): Promise<void> => attempt(async () => {
      if (step.value === "codes") emit("close");
      else if (turnsOff) await off();
      else if (enrolment.value) await on();
      else enrolment.value = await call("auth_totp_enrol", { body: { password: values.value.password } });
    });
    async function off(): Promise<void> {
      await call("auth_totp_disable", { body: { password: values.value.password } });
      session.totp = false;
      tell(word("done"));
      emit("close");
    }
    async function on(): Promise<void> {
      codes.value = (await call("auth_totp_confirm", { body: { code: values.value.code } })).recovery_codes;
      session.totp = true;
    }
    const body = (): VNodeChild => [
      alert(),
      step.value === "password" ? plainFields("auth_totp_enrol", ["password"], values.value, errors.value, () => void next()) : null,
      step.value === "confirm" ? [
        h("p", word("totp_scan")), h("img", { class: "qr", src: enrolment.value?.qr_picture_url, alt: "" }), h("p", { class: "secret", "data-secret": "" }, enrolment.value?.secret),
        plainFields("auth_totp_confirm", ["code"], values.value, errors.value, () => void next()),
      ] : null,
      step.value === "codes" ? [h("p", word("totp_keep")), h("pre", { class: "secret" }, codes.value.join("\n"))] : null,
    ];
    return () => h(Dialog, { modelValue: true, title: word(turnsOff ? "totp_off" : "totp_on"), width: "460px", appendToBody: true, closeOnClickModal: false, onClose: () => emit("close") }, {
      default: () => h(Form, { labelPosition: "top", onSubmit: (event: Event) => event.preventDefault() }, () => body()),
      footer: () => h(Button, { type: turnsOff ? "danger" : "primary", onClick: () => void next() }, () => word(step.value === "codes" ? "close" : "ok")),
    });
  },
});
