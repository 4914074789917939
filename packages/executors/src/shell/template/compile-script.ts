import { judgeCommand, type Policy } from "./judge-command.ts";
import { type Command, parseScript } from "./parse-script.ts";
import { type Placeholder, placeholders } from "./placeholder.ts";
import type { Insertion } from "./script-reader.ts";
import { EXAMPLE, refuse } from "./template-error.ts";

export interface CompiledScript {
  /** Begins by taking the values off its arguments; the rest is the script, which uses them as variables. */
  text: string;
  /** The arguments that it expects first, in this order; further ones are "$1" and so on to it. */
  parameters: Placeholder[];
}

/**
 * Makes a script in which each placeholder is an expansion of a variable, quoted so that it stays one word whatever
 * the value is. Values come in as arguments: unlike environment variables those are not handed on to everything that
 * the script starts, and unlike "$1" a variable means the same within a function. Throws a TemplateError. Pure,
 * but for warnings that it adds to the policy.
 */
export function compileScript(script: string, policy: Policy): CompiledScript {
  const { insertions, commands } = parseScript(script);
  for (const command of commands) judgeCommand(command, policy);
  if (insertions[0] && commands.some(declaresIntegers)) {
    throw refuse(
      insertions[0].placeholder,
      "in a script that declares integers, whose values are evaluated",
      EXAMPLE,
    );
  }
  return bindValues(script, insertions);
}

/** Makes the script of a text that has been found safe. Pure. */
export function bindValues(script: string, insertions: readonly Insertion[]): CompiledScript {
  const parameters = placeholders.filter((name) =>
    insertions.some(({ placeholder }) => placeholder === name),
  );
  let text = "";
  let end = 0;
  for (const { start, end: next, placeholder, quotes } of insertions) {
    text += script.slice(end, start) + expansions[quotes](`\${${variable(placeholder)}}`);
    end = next;
  }
  text += script.slice(end);
  if (parameters.length === 0) return { text, parameters };
  const assignments = parameters.map((name, index) => `${variable(name)}=$${index + 1}`).join(" ");
  // On the script's own first line: its line numbers stay what they are in its messages.
  return { text: `${assignments}; shift ${parameters.length}; ${text}`, parameters };
}

const variable = (name: Placeholder): string => `host_runner_${name}`;

const expansions = {
  none: (expansion: string) => `"${expansion}"`,
  double: (expansion: string) => expansion,
  // Leaves the single quotes, and comes back to them.
  single: (expansion: string) => `'"${expansion}"'`,
};

/** Whatever is assigned to a variable that is declared an integer is evaluated. */
const declaresIntegers = ({ words }: Command): boolean =>
  /^(declare|typeset|local)\b.*\s-[a-zA-Z]*[iFE]|^(integer|float)\b/.test(
    words.map(({ text }) => text).join(" "),
  );
