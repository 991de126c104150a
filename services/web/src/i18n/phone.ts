/** Telephone numbers as they are read. Pure. */

const TWO_DIGITS = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** How many digits the country's code has; all begin differently, so the number itself tells. */
function codeLength(digits: string): number {
  if (/^[17]/.test(digits)) return 1;
  return TWO_DIGITS.test(digits) ? 2 : 3;
}

/** E.164 in groups that can be read aloud: +30 21 0000 0000 would need each country's plan, threes do. */
export function spaced(phone: string): string {
  const number = phone.replace(/[^\d+]/g, "");
  if (!/^\+\d{8,15}$/.test(number)) return phone;
  const digits = number.slice(1);
  const code = codeLength(digits);
  return `+${digits.slice(0, code)} ${digits.slice(code).replace(/(\d{3})(?=\d{3})/g, "$1 ")}`;
}
