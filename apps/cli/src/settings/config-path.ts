import { homedir } from "node:os";
import { isAbsolute, posix, win32 } from "node:path";

interface Place {
  platform: NodeJS.Platform;
  environment: Record<string, string | undefined>;
  /** Null for a user without one. */
  home: string | null;
}

/**
 * Where the platform keeps the settings of programs: XDG on Linux and its like, Application Support on macOS, roaming
 * AppData on Windows. Null where that would be in the home folder of a user who has none. Pure.
 */
export function configPath({ platform, environment, home }: Place): string | null {
  if (platform === "win32") {
    const appData = environment.APPDATA || (home && win32.join(home, "AppData", "Roaming"));
    return appData && win32.join(appData, "host-runner", "config.json");
  }
  if (platform === "darwin") {
    return home && posix.join(home, "Library", "Application Support", "host-runner", "config.json");
  }
  // A relative one is to be ignored, says the specification.
  const { XDG_CONFIG_HOME = "" } = environment;
  const folder = posix.isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : home && posix.join(home, ".config");
  return folder && posix.join(folder, "host-runner", "config.json");
}

/** Where this process's user has it. */
export function ownConfigPath(environment: Place["environment"]): string | null {
  return configPath({ platform: process.platform, environment, home: findHome() });
}

function findHome(): string | null {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : null;
  } catch {
    // Neither HOME nor a passwd entry, as is usual in containers.
    return null;
  }
}
