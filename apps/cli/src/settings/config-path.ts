import { posix, win32 } from "node:path";

interface Place {
  platform: NodeJS.Platform;
  environment: Record<string, string | undefined>;
  home: string;
}

/**
 * Where the platform keeps the settings of programs: XDG on Linux and its like, Application Support on macOS, roaming
 * AppData on Windows. Pure.
 */
export function configPath({ platform, environment, home }: Place): string {
  if (platform === "win32") {
    const appData = environment.APPDATA || win32.join(home, "AppData", "Roaming");
    return win32.join(appData, "host-runner", "config.json");
  }
  if (platform === "darwin") {
    return posix.join(home, "Library", "Application Support", "host-runner", "config.json");
  }
  // A relative one is to be ignored, says the specification.
  const { XDG_CONFIG_HOME = "" } = environment;
  const folder = posix.isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : posix.join(home, ".config");
  return posix.join(folder, "host-runner", "config.json");
}
