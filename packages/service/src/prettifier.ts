/** Turns one JSON log line into lines for people. Other text is handed back as it is. */
export type Prettifier = (line: string) => string;

interface PrettifierOptions {
  colorize: boolean;
  /** Fields that the reader knows already. */
  hide?: readonly string[];
}

/** Resolves to the one way in which logs are shown on a terminal, by each process and by `up` for all of them. */
export async function createPrettifier({ colorize, hide = [] }: PrettifierOptions): Promise<Prettifier> {
  const { prettyFactory } = await import("pino-pretty");
  return prettyFactory(prettyOptions({ colorize, hide }));
}

export function prettyOptions({ colorize, hide = [] }: PrettifierOptions) {
  return {
    colorize,
    colorizeObjects: false,
    singleLine: true,
    translateTime: "SYS:HH:MM:ss.l",
    ignore: ["pid", "hostname", ...hide].join(","),
  };
}
