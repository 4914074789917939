const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** For people, in two units at most: 0.3s, 12s, 4m05s, 2h13m, 3d04h. Pure. */
export function formatDuration(ms: number): string {
  if (ms < 10 * SECOND) return `${(Math.max(ms, 0) / SECOND).toFixed(1)}s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  const [large, small] = ms < HOUR ? ([MINUTE, SECOND] as const) : ms < DAY ? [HOUR, MINUTE] : [DAY, HOUR];
  const [unit, part] = ms < HOUR ? ["m", "s"] : ms < DAY ? ["h", "m"] : ["d", "h"];
  return `${Math.floor(ms / large)}${unit}${String(Math.floor((ms % large) / small)).padStart(2, "0")}${part}`;
}

/** In one unit, as much as one wants to know of how old something is: 12s, 4m, 2h, 3d. Pure. */
export function formatAge(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)}h` : `${Math.floor(ms / DAY)}d`;
}

const UNITS: Record<string, number> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90`, `90s`, `10m`, `2h`, `1d` as seconds; null for anything else. Pure. */
export function parseDuration(text: string): number | null {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  return number === undefined ? null : Number(number) * UNITS[unit]!;
}
