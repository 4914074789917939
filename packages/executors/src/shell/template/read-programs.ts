import { type OptionKind, type Program, type Role, UNKNOWN } from "./program.ts";

/** A name of the table: the program's, and those of its subcommand, with what its line says. */
export interface Entry {
  path: string[];
  clauses: string;
}

/** Sorts the table by program without reading more of it than the names. Throws for a line without a colon. Pure. */
export function indexPrograms(table: string): Map<string, Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const line of table.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(": ");
    if (colon < 0) throw new Error(`${line} has no colon`);
    const clauses = line.slice(colon + 2);
    for (const name of line.slice(0, colon).split(" ")) {
      const path = name.split("/");
      const entries = index.get(path[0]!) ?? [];
      entries.push({ path, clauses });
      index.set(path[0]!, entries);
    }
  }
  return index;
}

/** Reads a program with its subcommands. Throws for a line that is not written as the head of programs.ts says. Pure. */
export function readProgram(entries: readonly Entry[]): Program {
  let program: Program | null = null;
  for (const { path, clauses } of entries) {
    const [name = "", ...steps] = path;
    const last = steps.pop();
    if (last === undefined) {
      if (program) throw new Error(`${name} stands twice`);
      program = readClauses(clauses, null, new Map());
      continue;
    }
    if (!program) throw new Error(`${name} has a subcommand and no line`);
    const parent = steps.reduce(subcommandOf, program);
    const known = parent.subcommands.get(last);
    if (known && known.subcommands.size === 0) throw new Error(`${path.join("/")} stands twice`);
    parent.subcommands.set(last, readClauses(clauses, parent, known?.subcommands ?? new Map()));
  }
  if (!program) throw new Error("no line");
  return program;
}

/** Subcommands may be nested without a line for each level, as in `gcloud compute ssh`. */
function subcommandOf(program: Program, step: string): Program {
  const found = program.subcommands.get(step) ?? {
    ...program,
    operands: ["subcommand"],
    subcommands: new Map(),
  };
  program.subcommands.set(step, found);
  return found;
}

const ROLES = /^(data|pipe|code\??|file\??|command|shell|sh|assignments|subcommand|arguments)$/;

function readClauses(clauses: string, parent: Program | null, subcommands: Map<string, Program>): Program {
  const program: Program = {
    ...UNKNOWN,
    options: new Map(parent?.options),
    variants: [],
    subcommands,
    safe: parent?.safe ?? null,
    ignoreCase: parent?.ignoreCase ?? false,
    hasPlainOptions: parent?.hasPlainOptions ?? false,
    example: parent?.example ?? null,
  };
  for (const clause of splitClauses(clauses)) readClause(clause, program);
  // Those of the parent stand before the subcommand, and a prompt behind it.
  const own = [...program.options].filter(([name, option]) => parent?.options.get(name) !== option);
  program.takesJoinedCode =
    !program.warnsOnly && own.some(([name, { kind }]) => isJoined(name, kind, program.long));
  return program;
}

const isJoined = (name: string, kind: OptionKind, long: boolean): boolean =>
  !["data", "assign", "joined", "flags"].includes(kind) &&
  (name.startsWith("--") ? name.length > 2 : !long && /^-\w$/.test(name));

/** An example comes last, and may have semicolons itself. */
function splitClauses(text: string): string[] {
  const at = text.indexOf(EXAMPLE_CLAUSE);
  const [clauses, example] = at < 0 ? [text] : [text.slice(0, at), text.slice(at + 2)];
  return [...clauses.split("; "), ...(example ? [example] : [])];
}

const EXAMPLE_CLAUSE = "; example ";

function readClause(clause: string, program: Program): void {
  const [keyword = "", ...rest] = clause.split(" ");
  const value = clause.slice(keyword.length + 1);
  switch (keyword) {
    case "code":
    case "file":
    case "pipe":
    case "command":
    case "script":
    case "final":
    case "data":
    case "assign":
    case "joined":
    case "flags":
      for (const option of rest) {
        const [, name = option, count = "1"] = /^(.+):(\d)$/.exec(option) ?? [];
        program.options.set(name, { kind: keyword, count: Number(count) });
      }
      break;
    case "operands":
      program.operands = readRoles(rest);
      break;
    case "if": {
      const [options = "", roles = ""] = value.split(/: /);
      program.variants.push({ options: options.split(" "), operands: readRoles(roles.split(" ")) });
      for (const option of options.split(" ")) {
        if (!program.options.has(option)) program.options.set(option, { kind: "flags", count: 0 });
      }
      break;
    }
    case "words":
      program.codeWords = new RegExp(value);
      break;
    case "safe":
      program.safe = new RegExp(value.replace(/^\(\?i\)/, ""), value.startsWith("(?i)") ? "i" : "");
      break;
    case "stdin":
      if (!/^(none|code|always|arguments)$/.test(value)) throw new Error(`stdin ${value}`);
      program.stdin = value as Program["stdin"];
      break;
    case "long":
      program.long = true;
      break;
    case "nocase":
      program.ignoreCase = true;
      break;
    case "plain":
      program.hasPlainOptions = true;
      break;
    case "noend":
      program.endsOptions = false;
      break;
    case "bare":
      program.warnsOnly = true;
      break;
    case "example":
      program.example = value;
      break;
    default:
      throw new Error(`${keyword} is no clause`);
  }
}

function readRoles(roles: readonly string[]): Role[] {
  const wrong = roles.find((role) => !ROLES.test(role));
  if (wrong !== undefined) throw new Error(`${wrong} is no role`);
  return roles as Role[];
}
