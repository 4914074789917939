/**
 * Makes a folder of each program that runs by itself: apps/<name>/dist, with main.js, a chunk for each part that main.js
 * loads later, and the files that the program reads. The folder works wherever it is copied to, without node_modules.
 * One file also starts faster: loading the five hundred modules of its libraries one by one takes longer than all else.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createCarrier } from "./carry-files.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Native parts of ssh2, which testcontainers has for remote Docker engines. It does without them. */
const external = ["*.node", "cpu-features"];

/** Some libraries are CommonJS, and ask for Node's modules and for their own folder in its way. */
const banner = `import { createRequire as createBundleRequire } from "node:module";
const require = createBundleRequire(import.meta.url);
const __dirname = import.meta.dirname;`;

const options = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  conditions: ["@host-runner/source"],
  external,
  banner: { js: banner },
  sourcemap: true,
  legalComments: "none",
  logLevel: "warning",
  write: false,
};

const prettyLog = await bundlePrettyLog();
await Promise.all(["api", "worker", "cli"].map(bundle));

async function bundle(name) {
  const outdir = join(root, "apps", name, "dist");
  const carrier = await createCarrier(root);
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(root, "apps", name, "src/main.ts")],
    outdir,
    splitting: true,
    chunkNames: "chunk-[hash]",
    plugins: [carrier.plugin, { name: "pretty-log", setup: usePrettyLog }],
  });
  const files = [
    // Without it, Node reads main.js as CommonJS first, and the program takes ten megabytes more.
    { path: "package.json", contents: Buffer.from('{ "type": "module" }\n') },
    ...carrier.files(),
    ...[...prettyLog, ...outputFiles].map(({ path, contents }) => ({ path: basename(path), contents })),
  ];
  for (const { path, contents } of files) if (/^[^/]+\.js$/.test(path)) toAscii(contents);
  // A program that runs may load a chunk later: what has not changed stays as it is, and main.js comes last.
  for (const { path, contents } of files.sort((a, b) => isMain(a) - isMain(b))) {
    const target = join(outdir, path);
    if (existsSync(target) && readFileSync(target).equals(contents)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, contents);
  }
  removeOthers(outdir, new Set(files.map(({ path }) => join(outdir, path))));
}

/** By itself: as one of the chunks it would share code with main.js, and cost a worker that does not load it a megabyte. */
async function bundlePrettyLog() {
  const contents = `import pretty from "pino-pretty";
    export default pretty;
    export const { prettyFactory } = pretty;`;
  const entry = { contents, resolveDir: join(root, "packages/service") };
  const { outputFiles } = await build({ ...options, stdin: entry, outfile: "pino-pretty.js" });
  return outputFiles;
}

function usePrettyLog({ onResolve }) {
  onResolve({ filter: /^pino-pretty$/ }, () => ({ path: "./pino-pretty.js", external: true }));
}

/**
 * Takes out of the comments of libraries what is not ASCII; esbuild has escaped all else. A source stays in memory for as
 * long as the program lives, and one such character makes it two bytes for each of its millions.
 */
function toAscii(contents) {
  for (const [index, byte] of contents.entries()) if (byte > 0x7f) contents[index] = 0x3f;
}

function isMain({ path }) {
  return path === "main.js" ? 1 : 0;
}

/** Removes what an earlier build has left. */
function removeOthers(folder, current) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (current.has(path)) continue;
    if ([...current].some((other) => other.startsWith(`${path}/`))) removeOthers(path, current);
    else rmSync(path, { recursive: true });
  }
}
