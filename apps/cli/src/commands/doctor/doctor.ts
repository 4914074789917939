import { findCallbackRisk } from "@host-runner/contracts";
import type { Context } from "../../context.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { Verb } from "../../program.ts";
import { cleanLine } from "../../terminal/clean-text.ts";
import { wrapWords } from "../../terminal/wrap-words.ts";
import { checkConfiguration, checkEnvironment, checkNode, readTrials } from "./check-machine.ts";
import { type Finding, skipped, warning } from "./finding.ts";

/** Looks at everything that a task needs, and changes nothing. 0 where there is no problem. */
export const doctor: Verb = async (context) => {
  const { env, versions } = context.host;
  const trials = readTrials(env);
  const findings: Finding[] = [];
  const checks: (() => Promise<Finding[]> | Finding[])[] = [
    () => [checkNode(versions.node)],
    () => checkEnvironment(env),
    () => checkConfiguration(env),
    () => lookAtApi(context, findings),
    () => (trials ? lookAtReach(context, trials, findings) : []),
    () => (trials ? lookAtRedis(trials.redisUrl) : []),
    () => (trials ? lookAtStateDir(trials.stateDir, env) : []),
    () => (trials ? lookAtTemplate(trials, env) : []),
  ];
  for (const check of checks) {
    context.progress.show("looking ...");
    const found = await check();
    for (const finding of found) await tell(context, finding);
    findings.push(...found);
  }
  const problems = findings.filter(({ level }) => level === "problem").length;
  const warnings = findings.filter(({ level }) => level === "warning").length;
  if (context.out.isTerminal) context.note(`${problems} to mend, ${warnings} to think about`);
  return problems > 0 ? exitCodes.failed : exitCodes.done;
};

async function lookAtApi(context: Context, earlier: readonly Finding[]): Promise<Finding[]> {
  // Where it is cannot be known then.
  if (earlier.some(({ level }) => level === "problem"))
    return [skipped("API", "what is wrong above comes first")];
  const [target, client, { checkApi }] = await Promise.all([
    context.findTarget(),
    context.connect(),
    import("./check-api.ts"),
  ]);
  return checkApi(client, target);
}

/** Whom callers may reach. An API is asked at its own address, which tells whether others reach it. */
async function lookAtReach(
  context: Context,
  trials: NonNullable<ReturnType<typeof readTrials>>,
  earlier: readonly Finding[],
): Promise<Finding[]> {
  if (earlier.some(({ level }) => level === "problem")) return [];
  const { hostname } = new URL((await context.findTarget()).url);
  const risk = findCallbackRisk({ ...trials, host: hostname }) ?? findCallbackRisk(trials);
  return risk ? [warning("Callbacks", risk.detail, risk.mend)] : [];
}

async function lookAtRedis(url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [skipped("Redis", "not looked at directly: set REDIS_URL for that")];
  return (await import("./check-redis.ts")).checkRedis(url);
}

async function lookAtStateDir(stateDir: string | undefined, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  return [(await import("./check-state-dir.ts")).checkStateDir(stateDir, env)];
}

async function lookAtTemplate(
  { commandTemplate, shell, trustedPrograms }: NonNullable<ReturnType<typeof readTrials>>,
  env: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  if (commandTemplate === undefined) return [skipped("Template", "set HOST_RUNNER_CMD_TEMPLATE to try one")];
  const { checkTemplate } = await import("./check-template.ts");
  return checkTemplate(commandTemplate, { shell, trustedPrograms, env });
}

const signs = { ok: "✓", warning: "!", problem: "✗", skipped: "-" } as const;
const styles = { ok: "green", warning: "yellow", problem: "red", skipped: "dim" } as const;
const WHAT_COLUMNS = 14;

async function tell(context: Context, finding: Finding): Promise<void> {
  const { level, what, detail, mend = "" } = finding;
  if (context.json) return context.printJson(finding);
  if (!context.out.isTerminal) return context.printFields(level, what, detail, mend);
  context.progress.clear();
  const { paint } = context.out;
  const indent = `\n${" ".repeat(WHAT_COLUMNS + 2)}`;
  const width = context.out.columns() - indent.length;
  const lines = [
    ...wrapWords(cleanLine(detail), width),
    ...(mend ? wrapWords(cleanLine(mend), width).map((line) => paint("bold", line)) : []),
  ];
  await context.out.write(
    `${paint(styles[level], signs[level])} ${what.padEnd(WHAT_COLUMNS)}${lines.join(indent)}\n`,
  );
}
