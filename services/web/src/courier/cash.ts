/** Amounts as a person writes them at a door. Pure. */

/** `24,9` and ` 24.90 ` are 24.90; null: no amount. */
export function amountOf(written: string): string | null {
  const plain = written.replace(/[\s\u00a0€]/g, "").replace(",", ".");
  if (!/^[0-9]{1,9}(\.[0-9]{1,2})?$/.test(plain)) return null;
  return Number(plain).toFixed(2);
}

export function sameAmount(a: string, b: string): boolean {
  return Math.round(Number(a) * 100) === Math.round(Number(b) * 100);
}
