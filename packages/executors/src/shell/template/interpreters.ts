/** Shells whose -c text host-runner can compile. */
export const SHELLS = ["sh", "bash", "dash", "ash", "zsh", "ksh", "ksh93", "mksh", "yash"];

/** A program that takes code among its arguments. */
interface Interpreter {
  names: RegExp;
  /** The options whose value is code. */
  codeOptions: RegExp;
  /** Options that take a value of another kind. */
  valueOptions?: RegExp;
  /** Without such an option the first other argument is: code, the name of a program file, or data. */
  firstArgument: "code" | "file" | "data";
}

/** Programs that run one of their arguments as code. */
export const INTERPRETERS: Interpreter[] = [
  {
    names: new RegExp(`^(${SHELLS.join("|")}|fish|csh|tcsh|rbash|busybox)$`),
    codeOptions: /^-[a-zA-Z]*c[a-zA-Z]*$|^--command$/,
    valueOptions: /^[-+][a-zA-Z]*[oO]$|^--(rcfile|init-file)$/,
    firstArgument: "file",
  },
  {
    names: /^(python|pypy)[\d.]*$/,
    codeOptions: /^-[a-zA-Z]*c$/,
    valueOptions: /^-[WX]$/,
    firstArgument: "file",
  },
  { names: /^perl[\d.]*$/, codeOptions: /^-[a-zA-Z0]*[eE]$/, valueOptions: /^-[I]$/, firstArgument: "file" },
  { names: /^ruby[\d.]*$/, codeOptions: /^-[a-zA-Z0]*e$/, valueOptions: /^-[Ir]$/, firstArgument: "file" },
  {
    names: /^(node|nodejs|bun|deno)$/,
    codeOptions: /^-p?e?$|^--(eval|print)$/,
    valueOptions: /^-[rC]$|^--(require|import|conditions)$/,
    firstArgument: "file",
  },
  { names: /^php[\d.]*$/, codeOptions: /^-[rBRE]$/, valueOptions: /^-[dc]$/, firstArgument: "file" },
  {
    names: /^(lua[\d.]*|luajit|osascript|Rscript|R|ghc|elixir|julia)$/,
    codeOptions: /^-[eE]$/,
    firstArgument: "file",
  },
  {
    names: /^(awk|gawk|mawk|nawk)$/,
    codeOptions: /^(-e|--source)$/,
    valueOptions: /^(-[vF]|--assign|--field-separator)$/,
    firstArgument: "code",
  },
  {
    names: /^g?sed$/,
    codeOptions: /^(-[a-zA-Z]*e|--expression)$/,
    valueOptions: /^-l$/,
    firstArgument: "code",
  },
  {
    names: /^(su|runuser|script)$/,
    codeOptions: /^(-[a-zA-Z]*c|--command|--session-command)$/,
    firstArgument: "data",
  },
  { names: /^env$/, codeOptions: /^(-[a-zA-Z0]*S|--split-string)$/, firstArgument: "data" },
  { names: /^find$/, codeOptions: /^-(exec|execdir|ok|okdir)$/, firstArgument: "data" },
  { names: /^(vim?|nvim|emacs|gdb)$/, codeOptions: /^(-c|-ex|--cmd|--eval)$/, firstArgument: "data" },
];

/** Programs that hand all their arguments to a shell, here or elsewhere. */
export const SHELL_CALLERS = /^(ssh|rsh|mosh|watch|parallel|tmux|screen|at|batch)$/;

/** Builtins of shells that run or evaluate each of their arguments. */
export const EVALUATING_BUILTINS =
  /^(eval|trap|source|\.|let|integer|float|alias|read|unset|mapfile|readarray|getopts|bind|complete|compgen|enable|hash|shopt|zmodload|autoload|print|fc|vared|zstyle)$/;

/** Builtins that assign, and evaluate the rest of what they are given. */
export const DECLARING_BUILTINS = /^(export|declare|typeset|local|readonly)$/;

/** Builtins that run the command which their arguments are. No program has their names: elsewhere they are words. */
export const WRAPPING_BUILTINS = /^(command|builtin|exec|noglob|nocorrect)$/;

/** Programs that run the command which their arguments are. */
export const WRAPPERS =
  /^(command|env|nohup|nice|ionice|setsid|sudo|doas|timeout|stdbuf|time|xargs|unshare|chroot|flock|systemd-run|setpriv|strace|ltrace|caffeinate)$/;

/** Variables whose value a shell or the dynamic linker runs. */
export const EVALUATED_VARIABLES =
  /^(PS[0-4]|PROMPT_COMMAND|ENV|BASH_ENV|ZDOTDIR|PATH|LD_\w+|DYLD_\w+|SHELLOPTS|BASHOPTS|IFS)$/;
