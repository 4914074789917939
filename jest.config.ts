/** @jest-config-loader esbuild-register */
import type { Config } from "jest";

/**
 * Four kinds of tests, by the folder they are in: `unit` (pure), `integration` (real Redis, real child processes), `e2e`
 * (the built programs as real processes) and `shipped` (the same, copied to an empty folder and started as users start
 * them). Sources of the workspace's packages are loaded directly; only `e2e` and `shipped` run what `npm run build` made.
 */
const project = (name: string) => ({
  displayName: name,
  testMatch: [`<rootDir>/{apps,packages}/*/test/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": ["@swc/jest", { jsc: { target: "es2023", parser: { syntax: "typescript" } } }] as [
      string,
      Record<string, unknown>,
    ],
  },
  testEnvironmentOptions: { customExportConditions: ["@host-runner/source", "node", "node-addons"] },
});

const config: Config = {
  projects: ["unit", "integration", "e2e", "shipped"].map(project),
  testTimeout: 30_000,
  // fetch keeps connections open for a few seconds, and the process with them.
  openHandlesTimeout: 8_000,
  reporters: ["default", "<rootDir>/scripts/count-reporter.mjs"],
};

export default config;
