import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan" | "magenta";

/** Text in a style, or as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string;

interface ColorWish {
  isTerminal: boolean;
  environment: Record<string, string | undefined>;
}

/** https://no-color.org and https://force-color.org; the latter wins, as it does in Node. Pure. */
export function usesColor({ isTerminal, environment }: ColorWish): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (FORCE_COLOR !== undefined) return !["0", "false"].includes(FORCE_COLOR);
  if (NO_COLOR) return false;
  return isTerminal && TERM !== "dumb";
}

export function createPaint(wish: ColorWish): Paint {
  if (!usesColor(wish)) return (_, text) => text;
  return (style, text) => (text === "" ? "" : styleText(style, text, { validateStream: false }));
}
