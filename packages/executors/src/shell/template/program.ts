/** What an option takes, and what that is: see the head of programs.ts. */
export type OptionKind =
  | "code"
  | "file"
  | "pipe"
  | "command"
  | "script"
  | "final"
  | "data"
  | "assign"
  | "joined"
  | "flags";

/** What an argument is that belongs to no option. */
export type Role =
  | "data"
  | "code"
  | "code?"
  | "file"
  | "file?"
  | "command"
  | "pipe"
  | "shell"
  | "sh"
  | "assignments"
  | "subcommand"
  | "arguments";

export interface ProgramOption {
  kind: OptionKind;
  /** How many of the following words are its value, if it has one and that is not joined to it. */
  count: number;
}

export interface Program {
  options: Map<string, ProgramOption>;
  /** Whether an option that is joined to its value may give it code: -eCODE, --eval=CODE. */
  takesJoinedCode: boolean;
  operands: Role[];
  /** Roles that take the place of `operands` where one of the options is given. */
  variants: { options: string[]; operands: Role[] }[];
  subcommands: Map<string, Program>;
  codeWords: RegExp | null;
  safe: RegExp | null;
  /** When the program runs its input as code, or makes arguments of it. */
  stdin: "none" | "code" | "always" | "arguments";
  /** Whether short options stand alone: -abc is one option, and not -a -b -c. */
  long: boolean;
  /** Whether an option that is not listed takes no value, or one that is joined to it. */
  hasPlainOptions: boolean;
  /** Whether it takes -- for the end of its options. */
  endsOptions: boolean;
  /** Whether -Command and -command are one option. */
  ignoreCase: boolean;
  /** Whether a bare placeholder is warned of where an option in it could be code. */
  warnsOnly: boolean;
  example: string | null;
}

/** A program of which nothing is known. */
export const UNKNOWN: Program = {
  options: new Map(),
  takesJoinedCode: false,
  operands: ["data"],
  variants: [],
  subcommands: new Map(),
  codeWords: null,
  safe: null,
  stdin: "none",
  long: false,
  hasPlainOptions: false,
  endsOptions: true,
  ignoreCase: false,
  warnsOnly: false,
  example: null,
};
