/** The reference console: draws every page of the manifest from the contract alone. */
import { createApp, defineComponent, h, watchEffect } from "vue";
import chinese from "element-plus/es/locale/lang/zh-cn.mjs";
import english from "element-plus/es/locale/lang/en.mjs";

import { loadContract } from "./contract.js";
import { session } from "./session.js";
import { Shell } from "./shell.js";
import { SignIn } from "./sign_in.js";
import { ConfigProvider } from "./ui.js";
import { word } from "./words.js";

const Console = defineComponent({
  setup() {
    watchEffect(() => {
      document.documentElement.lang = session.language === "zh" ? "zh-CN" : "en";
      document.title = `${word("product")} · ${word("subtitle")}`;
    });
    return () =>
      h(ConfigProvider, { locale: session.language === "zh" ? chinese : english }, () =>
        session.access ? h(Shell, { key: session.token }) : h(SignIn, { key: String(session.expired) }));
  },
});

await loadContract("./contract/");
createApp(Console).mount("#console");
