/** Moving one of a list's members. Pure. */

export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const target = Math.max(0, Math.min(list.length - 1, to));
  const member = list[from];
  if (member === undefined || from === target) return [...list];
  const rest = list.filter((_, n) => n !== from);
  return [...rest.slice(0, target), member, ...rest.slice(target)];
}

/** Where something dragged to `y` belongs, given the middles of the rows; its own row counts for nothing. */
export function placeAt(middles: readonly number[], from: number, y: number): number {
  return middles.filter((middle, n) => n !== from && middle < y).length;
}
