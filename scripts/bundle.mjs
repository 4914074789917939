/**
 * Makes one file of each program that is started again and again: apps/<name>/dist/main.js, and a chunk for each part that
 * it loads later. Loading the five hundred modules of its libraries one by one takes longer than all else of a start.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** They find files of their own beside them, or are loaded by few. */
const external = ["@bull-board/*", "swagger-ui-dist", "pino-pretty"];

/** Some libraries are CommonJS, and ask for Node's modules in its way. */
const banner =
  'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);';

await Promise.all(["api", "worker"].map(bundle));

async function bundle(name) {
  const outdir = join(root, "apps", name, "dist");
  const { outputFiles } = await build({
    entryPoints: [join(root, "apps", name, "src/main.ts")],
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@host-runner/source"],
    external,
    banner: { js: banner },
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [ownLocations(outdir)],
    write: false,
  });
  // A program that runs may load a chunk later: what has not changed stays as it is, and main.js comes last.
  mkdirSync(outdir, { recursive: true });
  const files = outputFiles.sort((a, b) => isMain(a) - isMain(b));
  for (const { path, contents } of files) {
    if (path.endsWith(".js")) toAscii(contents);
    if (!existsSync(path) || !readFileSync(path).equals(contents)) writeFileSync(path, contents);
  }
  const current = new Set(files.map(({ path }) => path));
  for (const file of readdirSync(outdir)) {
    if (/^chunk-.*\.js/.test(file) && !current.has(join(outdir, file))) rmSync(join(outdir, file));
  }
}

/**
 * Takes out of the comments of libraries what is not ASCII; esbuild has escaped all else. A source stays in memory for as
 * long as the program lives, and one such character makes it two bytes for each of its millions.
 */
function toAscii(contents) {
  for (const [index, byte] of contents.entries()) if (byte > 0x7f) contents[index] = 0x3f;
}

function isMain({ path }) {
  return path.endsWith("/main.js") ? 1 : 0;
}

/** Sources of ours find their files (Lua, guard, package.json) from where they stand, not from where the bundle does. */
function ownLocations(outdir) {
  return {
    name: "own-locations",
    setup({ onLoad }) {
      onLoad({ filter: /\/(?:apps|packages)\/[^/]+\/src\/.*\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        if (!source.includes("import.meta.url")) return { contents: source, loader: "ts" };
        const location = `new URL(${JSON.stringify(relative(outdir, path))}, import.meta.url).href`;
        return {
          contents: source.replaceAll("import.meta.url", location),
          loader: "ts",
          resolveDir: dirname(path),
        };
      });
    },
  };
}
