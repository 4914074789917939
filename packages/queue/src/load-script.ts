/**
 * Reads the scripts in ../lua. In a bundle this module is replaced by one that holds what it answers.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export interface Script {
  text: string;
  sha: string;
}

const ownFolder = new URL("../lua/", import.meta.url);

/** The parts of BullMQ's own scripts come with its package. */
const bullmqIncludes = pathToFileURL(
  join(dirname(createRequire(import.meta.url).resolve("bullmq")), "commands/includes/"),
);

const include = /^--- @include "(?:(bullmq)\/)?(.+)"$/gm;

/** Reads a script and puts in the files that it includes, each once: ours, and with "bullmq/" before the name BullMQ's. */
export function loadScript(name: string): Script {
  const included = new Set<string>();
  const text = read(new URL(`${name}.lua`, ownFolder), new URL("includes/", ownFolder));
  return { text, sha: createHash("sha1").update(text).digest("hex") };

  function read(file: URL, includes: URL): string {
    return readFileSync(file, "utf8").replace(include, (_, isBullmq: string | undefined, part: string) => {
      const folder = isBullmq ? bullmqIncludes : includes;
      const url = new URL(`${part}.lua`, folder);
      if (included.has(url.href)) return "";
      included.add(url.href);
      return read(url, folder);
    });
  }
}
