/** The IANA zones that this browser knows, for a list to choose from. */

function known(): readonly string[] {
  try {
    return Intl.supportedValuesOf("timeZone");
  } catch {
    return [];
  }
}

export const ZONE_LIST: readonly string[] = ["UTC", ...known().filter((zone) => zone !== "UTC")];
export const ZONES: ReadonlySet<string> = new Set(ZONE_LIST);
