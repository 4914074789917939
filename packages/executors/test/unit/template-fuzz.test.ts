// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { TemplateError } from "../../src/shell/template/template-error.ts";
import { DANGEROUS } from "../templates/dangerous.ts";
import { HONEST } from "../templates/honest.ts";

const LONGEST_MS = 50;
const SHELLS = ["bash -c", "sh -c", "zsh -lc", "none"];

const corpus = [
  ...DANGEROUS.flatMap(({ templates }) => templates.map(([template]) => template)),
  ...HONEST.map(({ template }) => template),
];

/** What templates are made of, and what takes parsers apart. */
const pieces = [
  ..."{prompt}|{prompt_file}|{task_id}|{prompt|$(|)|((|))|${|}|`|'|\"|\\|$'|$\"|$[|<(|>(|=(|<<<|<<|<<-|<<EOF".split(
    "|",
  ),
  ...[
    "|",
    "||",
    "&&",
    "&",
    ";",
    ";;",
    "\n",
    " ",
    "\t",
    "#",
    "!",
    "[[",
    "]]",
    "[",
    "]",
    "x=(",
    "@(",
    "--",
    "-c",
    "-e",
  ],
  ...[
    "-",
    "-lc",
    "--eval=",
    "-I",
    "sh",
    "bash",
    "env",
    "sudo",
    "xargs",
    "find",
    "-exec",
    ";",
    "docker",
    "run",
    "git",
  ],
  ...[
    "case x in",
    "esac",
    "if",
    "then",
    "fi",
    "for",
    "do",
    "done",
    "{",
    "}",
    "function",
    "time",
    "coproc",
    "A=1",
  ],
  ...[
    "perl",
    "sed",
    "awk",
    "psql",
    "nice",
    "timeout 9",
    "sudo --unknown a",
    "env -j b",
    "a",
    "1",
    "é",
    "🎉",
    "\u2028",
    "/",
    "*",
    "EOF",
    "declare -i",
  ],
];

const templates = fc.oneof(
  fc.string({ maxLength: 300, unit: "binary" }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((parts) => parts.join(" ")),
  fc
    .tuple(fc.constantFrom(...corpus), fc.constantFrom(...pieces), fc.nat(100))
    .map(([template, piece, at]) => {
      const cut = at % (template.length + 1);
      return template.slice(0, cut) + piece + template.slice(cut);
    }),
  fc.tuple(fc.constantFrom(...corpus), fc.nat(100), fc.nat(20)).map(([template, at, count]) => {
    const cut = at % (template.length + 1);
    return template.slice(0, cut) + template.slice(cut + count);
  }),
  fc
    .tuple(fc.constantFrom(...pieces), fc.constantFrom(...pieces), fc.integer({ min: 1, max: 3_000 }))
    .map(([first, second, count]) => `${first}${second}`.repeat(count).slice(0, 8_192)),
);

/** The processor time that it takes to compile or refuse the template, the least of some tries. */
function measureMs(template: string, shell: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 4 && least > LONGEST_MS; attempt++) {
    const start = process.cpuUsage();
    try {
      compileTemplate(template, shell);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

describe("any template", () => {
  it("is compiled or refused with a TemplateError, within 50 ms", () => {
    fc.assert(
      fc.property(templates, fc.constantFrom(...SHELLS), (template, shell) => {
        expect(measureMs(template, shell)).toBeLessThan(LONGEST_MS);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(pieces.flatMap((piece) => [[piece], [`${piece} `], [`{prompt}${piece}`]]))(
    "takes no longer where %j is repeated up to the greatest length",
    (piece) => {
      for (const shell of ["bash -c", "none"]) {
        const template = piece.repeat(Math.floor(8_192 / piece.length));
        expect(measureMs(template, shell)).toBeLessThan(LONGEST_MS);
      }
    },
  );

  it("is refused where it is longer than that", () => {
    expect(() => compileTemplate(`echo ${"a".repeat(8_192)}`, "bash -c")).toThrow(
      /more than 8192 characters/,
    );
  });
});
