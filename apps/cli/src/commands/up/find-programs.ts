import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CliError } from "../../cli-error.ts";
import { exitCodes } from "../../exit-codes.ts";

/** The entry files of the programs that `up` starts. */
export interface Programs {
  api: string;
  worker: string;
}

/** Finds them in the folders beside this program's own. Throws `CliError` where one is missing. */
export function findPrograms(programFolder: string): Programs {
  return { api: find("api"), worker: find("worker") };

  function find(name: string): string {
    // Copied side by side: cli, api, worker. In a checkout: apps/cli/dist, apps/api/dist, apps/worker/dist.
    const places = [`../${name}/main.js`, `../../${name}/dist/main.js`].map((place) =>
      resolve(programFolder, place),
    );
    const found = places.find(existsSync);
    if (found) return found;
    throw new CliError(
      `\`up\` starts the API and workers, and there is no ${places.join(" and no ")}: copy apps/${name}/dist of a build ` +
        `to a folder ${name} beside ${programFolder}`,
      { exitCode: exitCodes.failed },
    );
  }
}
