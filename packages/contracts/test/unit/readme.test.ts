import { readFileSync } from "node:fs";
import { apiSettings, cliSettings, type Setting, workerSettings } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";

const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");
const compose = readFileSync(new URL("../../../../docker-compose.yml", import.meta.url), "utf8");

const ofServices: Setting<unknown>[] = Object.values({ ...apiSettings, ...workerSettings });
const settings: Setting<unknown>[] = [...ofServices, ...Object.values(cliSettings)];

describe("the README's tables", () => {
  it("name every setting with its default, and no other", () => {
    const rows = [...readme.matchAll(/^\| (REDIS_URL|LOG_LEVEL|HOST_RUNNER_\w+) \| (.*?) ?\| /gm)];
    const inReadme = Object.fromEntries(rows.map(([, name, fallback]) => [name, fallback]));
    // Absent is what "off" looks like for a switch.
    const inCode = Object.fromEntries(settings.map(({ name, fallback }) => [name, fallback ?? ""]));
    expect(inReadme).toEqual(inCode);
  });
});

describe("docker-compose.yml", () => {
  it("passes every setting of a service on, but for those that it decides itself", () => {
    const decided = ["HOST_RUNNER_HOST", "HOST_RUNNER_WORKER_HOST", "HOST_RUNNER_WORKER_PORT"];
    const missing = ofServices.map(({ name }) => name).filter((name) => !compose.includes(name));
    expect(missing.sort()).toEqual(decided.sort());
  });
});
