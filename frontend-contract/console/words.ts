/** The console's own words; everything else is said by the contract. */
import { session } from "./session.js";

const WORDS = {
  product: ["医汇", "Yihui"], subtitle: ["医院管理后台", "Hospital console"], sign_in: ["登录", "Sign in"], sign_out: ["退出登录", "Sign out"],
  signed_out: ["登录已失效,请重新登录", "You were signed out; sign in again"], second_factor: ["第二步验证", "Second step"],
  second_factor_hint: ["请输入验证器应用中的六位数字,或一个恢复码", "The six digits of your authenticator app, or a recovery code"],
  change_first: ["首次登录须修改密码", "Change your password before you begin"], change_password: ["修改密码", "Change password"],
  password_changed: ["密码已修改", "The password was changed"], repeat_password: ["再次输入新密码", "New password again"],
  passwords_differ: ["两次输入的新密码不一致", "The new passwords differ"], my_account: ["我的账户", "My account"],
  totp_on: ["启用动态验证码", "Turn on the second factor"], totp_off: ["停用动态验证码", "Turn off the second factor"],
  totp_scan: ["用验证器应用扫描二维码或手工输入密钥,然后输入六位数字", "Scan the code with your authenticator app, or type the key, then enter six digits"],
  totp_keep: ["请妥善保存恢复码,每个只能使用一次,之后不再显示", "Keep these recovery codes; each works once and none is shown again"],
  all_hospitals: ["全部医院", "All hospitals"], search: ["搜索", "Search"], query: ["查询", "Find"], reset: ["重置", "Reset"],
  more_filters: ["更多条件", "More"], fewer_filters: ["收起", "Fewer"], columns: ["列设置", "Columns"], refresh: ["刷新", "Refresh"],
  actions: ["操作", "Actions"], more: ["更多", "More"], empty: ["暂无数据", "Nothing here"],
  no_choices: ["没有可选的内容", "Nothing to choose from"],
  working: ["正在处理,完成后自动更新", "It is being worked on; this page follows by itself"], choose_first: ["请先选择", "Choose first:"],
  choose: ["选择", "Choose"], chosen: ["已选", "Chosen"], other: ["其他", "Other"], by_default: ["默认", "By default"],
  clear: ["清除", "Clear"], add: ["添加", "Add"], remove: ["移除", "Remove"], name: ["名称", "Name"], value: ["值", "Value"],
  choose_file: ["选择文件", "Choose a file"], ok: ["确定", "OK"], cancel: ["取消", "Cancel"], close: ["关闭", "Close"],
  done: ["操作成功", "Done"], yes: ["是", "Yes"], no: ["否", "No"], from: ["开始", "From"], to: ["结束", "To"],
  reveal: ["查看完整信息", "Show the whole value"],
  stale: ["数据已被他人修改,已重新读取,请核对后再保存", "Somebody else changed it; it was read again, check before you save"],
  unreachable: ["网络连接失败,请稍后重试", "The server can't be reached; try again"], no_pages: ["没有可用的页面", "No page is open to you"],
  open: ["打开", "Open"], see: ["查看详情", "See details"], row: ["第 # 行", "row #"], yuan: ["元", "yuan"], minute: ["分钟", "min"],
} as const;

export type Word = keyof typeof WORDS;

export function word(name: Word): string {
  return WORDS[name][session.language === "zh" ? 0 : 1];
}

interface Spoken {
  title?: string;
  title_en?: string;
  summary?: string;
  zh?: string;
  en?: string;
  "x-title-en"?: string;
  "x-summary-en"?: string;
}

/** What the contract calls a thing, in the language of the person. */
export function said(node: Spoken): string {
  const zh = node.title ?? node.summary ?? node.zh ?? "";
  const en = node.title_en ?? node["x-title-en"] ?? node["x-summary-en"] ?? node.en ?? "";
  return session.language === "zh" ? zh || en : en || zh;
}
