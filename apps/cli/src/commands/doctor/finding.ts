/** What one check has found. */
export interface Finding {
  /** `problem`: it does not work. `warning`: it works, and has a risk. `skipped`: it could not be looked at. */
  level: "ok" | "warning" | "problem" | "skipped";
  what: string;
  detail: string;
  /** What to do about it. */
  mend?: string;
}

export const ok = (what: string, detail: string): Finding => ({ level: "ok", what, detail });
export const warning = (what: string, detail: string, mend: string): Finding => ({
  level: "warning",
  what,
  detail,
  mend,
});
export const problem = (what: string, detail: string, mend: string): Finding => ({
  level: "problem",
  what,
  detail,
  mend,
});
export const skipped = (what: string, detail: string): Finding => ({ level: "skipped", what, detail });
