/** Who is signed in, in which language, at which hospital. Kept in memory alone: closing the tab signs out. */
import { reactive } from "vue";

export interface MenuNode {
  name: string;
  meta: { title: string; title_en?: string; icon?: string; hidden?: boolean };
  children: MenuNode[];
}

interface Access {
  me: { name: string; username: string; must_change_password: boolean; hospital: { id: string; name: string } };
  menus: MenuNode[];
  permissions: string[];
}

interface Session {
  language: "zh" | "en";
  token: string;
  /** Told on the sign-in page: the last sign-in is no longer valid. */
  expired: boolean;
  access: Access | null;
  /** Sees rows of this hospital; empty: of all within reach. */
  hospital: string;
  /** Those within reach. */
  hospitals: { id: string; label: string }[];
  totp: boolean;
}

export const session: Session = reactive({
  language: navigator.language.startsWith("zh") || !navigator.language ? "zh" : "en",
  token: "", expired: false, access: null, hospital: "", hospitals: [], totp: false,
});

export function can(code: string | undefined): boolean {
  return !code || (session.access?.permissions.includes(code) ?? false);
}

/** The hospital that a form begins with. */
export function workplace(): string {
  return session.hospital || (session.access?.me.hospital?.id ?? "");
}

/** Forget who was here; `expired` says so on the sign-in page. */
export function forget(expired: boolean): void {
  Object.assign(session, { token: "", access: null, hospital: "", hospitals: [], totp: false, expired });
}

/** The page and what stands above it in the menu. */
export function wayTo(name: string, nodes: MenuNode[] = session.access?.menus ?? []): MenuNode[] {
  for (const node of nodes) {
    if (node.name === name) return [node];
    const below = wayTo(name, node.children);
    if (below.length) return [node, ...below];
  }
  return [];
}
