/**
 * What programs read beside their code, and how a bundle carries it: as files in its folder `files`, at the places where
 * its sources then look for them, or inside of its code. What is not named here has to be named by a source in one of
 * the three ways that `carry` knows; another use of import.meta.url fails the build.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/** What is served of libraries. Of Swagger UI most is other builds of the same. */
const ofLibraries = {
  "@bull-board/ui": ["package.json", "dist"],
  "swagger-ui-dist": ["package.json", "swagger-ui-bundle.js", "swagger-ui.css"],
};

const OWN_SOURCE = /\/(?:apps|packages)\/[^/]+\/src\/.*\.ts$/;
const SCRIPTS = /\/packages\/queue\/src\/load-script\.ts$/;
const ENTRY = /\/apps\/[^/]+\/src\/main\.ts$/;

/** A plugin for esbuild, and the files that the bundle needs beside its code, after it was built. */
export async function createCarrier(root) {
  const files = new Map();
  const scripts = await scriptsAsCode(root);
  return { plugin: { name: "carry-files", setup }, files: () => [...files.values()] };

  function setup({ onLoad }) {
    onLoad({ filter: SCRIPTS }, () => ({ contents: scripts, loader: "js" }));
    onLoad({ filter: OWN_SOURCE }, ({ path }) => ({
      contents: carry(readFileSync(path, "utf8"), path),
      loader: "ts",
      resolveDir: dirname(path),
    }));
  }

  function carry(source, path) {
    const carried = source
      .replace(/createRequire\(import\.meta\.url\)\.resolve\("(.+)\/package\.json"\)/g, (_, library) => {
        const folder = dirname(createRequire(path).resolve(`${library}/package.json`));
        for (const name of ofLibraries[library]) add(join(folder, name), join("files", library, name));
        return `createRequire(IN_THE_BUNDLE).resolve("./files/${library}/package.json")`;
      })
      // esbuild puts JSON in.
      .replace(/createRequire\(import\.meta\.url\)\("(.+\.json)"\)/g, (_, json) => `require("${json}")`)
      .replace(/new URL\("(.+)", import\.meta\.url\)/g, (_, target) => {
        const from = join(dirname(path), target);
        const to = join("files", relative(root, from));
        add(from, to);
        return `new URL("${to}", IN_THE_BUNDLE)`;
      });
    if (carried.includes("import.meta.url") && !ENTRY.test(path)) {
      throw new Error(`${path}: import.meta.url is the bundle's here; see scripts/carry-files.mjs`);
    }
    return carried.replaceAll("IN_THE_BUNDLE", "import.meta.url");
  }

  function add(from, to) {
    if (!statSync(from).isDirectory()) files.set(to, { path: to, contents: readFileSync(from) });
    else for (const name of readdirSync(from)) add(join(from, name), join(to, name));
  }
}

/** The scripts for Redis with all their includes, of which BullMQ's are in its package. */
async function scriptsAsCode(root) {
  const queue = join(root, "packages/queue");
  const { loadScript } = await import(pathToFileURL(join(queue, "dist/load-script.js")));
  const names = readdirSync(join(queue, "lua"))
    .filter((name) => name.endsWith(".lua"))
    .map((name) => name.slice(0, -".lua".length));
  const scripts = Object.fromEntries(names.map((name) => [name, loadScript(name)]));
  return `const scripts = ${JSON.stringify(scripts)};\nexport const loadScript = (name) => scripts[name];\n`;
}
