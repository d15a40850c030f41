/** The way in: name and password, a second step where it is on, a new password where it has to be changed. */
import { defineComponent, h, ref, type Component, type VNode, type VNodeChild } from "vue";

import { ApiError, call, type Row } from "./api.js";
import { PasswordForm, plainFields, useRefusal } from "./account.js";
import { forget, session } from "./session.js";
import { Alert, Button, Form } from "./ui.js";
import { word } from "./words.js";

/** Kept while the tab is open: strangers' failures do not lock out a device that has signed in before. */
let deviceToken = "";

/** Read what the person may do. */
export async function enter(): Promise<void> {
  session.access = await call("me_access");
}

export const SignIn: Component = defineComponent({
  setup() {
    const values = ref<Row>({});
    const { errors, attempt, alert, refusal } = useRefusal();
    const second = ref(false);
    const waiting = ref(false);
    const mustChange = ref(false);

    async function submit(): Promise<void> {
      waiting.value = true;
      await attempt(async () => {
        const { username, password, code } = values.value;
        const proof = !code ? {} : /^\d{6}$/.test(code.trim()) ? { totp_code: code.trim() } : { recovery_code: code.trim() };
        const { token, device_token, user } = await call("auth_sign_in", { body: { username: (username ?? "").trim(), password: password ?? "", device_token: deviceToken, device: navigator.userAgent.slice(0, 160), ...proof } });
        deviceToken = device_token;
        Object.assign(session, { token, expired: false, totp: user.totp_enabled });
        if (user.must_change_password) mustChange.value = true;
        else await enter();
      }, (error) => (second.value ||= error instanceof ApiError && error.code === "second_factor_required"));
      waiting.value = false;
    }
    const enterKey = (): void => void submit();
    const form = (): VNodeChild => h(Form, { labelPosition: "top", onSubmit: (event: Event) => event.preventDefault() }, () => [
      session.expired && !refusal.value ? h(Alert, { type: "warning", title: word("signed_out"), closable: false, showIcon: true }) : null,
      alert(),
      plainFields("auth_sign_in", ["username", "password"], values.value, errors.value, enterKey),
      second.value ? h(SecondStep, { modelValue: values.value.code ?? "", "onUpdate:modelValue": (text: string) => (values.value.code = text), onEnter: enterKey }) : null,
      h(Button, { type: "primary", size: "large", class: "wide", loading: waiting.value, onClick: submit }, () => word("sign_in")),
    ]);
    return () => h("div", { class: "way-in" }, [
      h("div", { class: "card" }, [
        h("h1", word("product")), h("p", { class: "faint" }, mustChange.value ? word("change_first") : word("subtitle")),
        mustChange.value ? h(PasswordForm, { onDone: () => void enter().catch(() => forget(true)) }) : form(),
        languageSwitch(),
      ]),
    ]);
  },
});

export function languageSwitch(): VNode {
  return h(Button, { link: true, class: "language", onClick: () => (session.language = session.language === "zh" ? "en" : "zh") }, () => (session.language === "zh" ? "English" : "中文"));
}

const SecondStep: Component = defineComponent({
  props: { modelValue: { type: String, default: "" } },
  emits: ["update:modelValue", "enter"],
  setup(props, { emit }) {
    return () => h("div", { class: "second", "data-field": "code" }, [
      h("b", word("second_factor")), h("p", { class: "faint" }, word("second_factor_hint")),
      h("input", { class: "plain", value: props.modelValue, autocomplete: "one-time-code", onInput: (event: Event) => emit("update:modelValue", (event.target as HTMLInputElement).value), onKeyup: (event: KeyboardEvent) => void (event.key === "Enter" && emit("enter")) }),
    ]);
  },
});
