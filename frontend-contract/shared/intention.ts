/** A value for `Idempotency-Key`: one per intention, kept while the same intention is tried again. */
export function intention(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
}
