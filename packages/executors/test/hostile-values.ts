import { join } from "node:path";

/**
 * Prompts that do harm wherever one is read as code: each tries to make the file `marker`, or to get lost, or to be
 * taken apart, in the way of one quoting style.
 */
export function hostileValues(folder: string): string[] {
  const marker = join(folder, "marker");
  const touch = `touch ${marker}`;
  return [
    `$(${touch})`,
    `\`${touch}\``,
    `; ${touch} ;`,
    `\n${touch}\n`,
    `& ${touch} &`,
    `| ${touch}`,
    `|| ${touch}`,
    `' ; ${touch} ; '`,
    `" ; ${touch} ; "`,
    `'"; ${touch}; "'`,
    `"'; ${touch}; '"`,
    `'$(${touch})'`,
    `"$(${touch})"`,
    `\\"; ${touch}; \\"`,
    `\\'; ${touch}; \\'`,
    `a[$(${touch})]`,
    `a[\`${touch}\`]=1`,
    `\${x:=$(${touch})}`,
    `\${IFS}\${PATH}`,
    `$((a[$(${touch})]))`,
    `<(${touch})`,
    `> ${marker}`,
    `x=1 ${touch}`,
    `EOF\n${touch}\nEOF`,
    `)); ${touch}; ((`,
    `]] ; ${touch} ; [[`,
    `} ; ${touch} ; {`,
    `# comment`,
    `$& $$ $1 $@ \\1 {prompt} {task_id}`,
    `*`,
    `~`,
    `{a,b} {1..3}`,
    `  leading and trailing  \n\n`,
    `\\`,
    `\\\\n%s%n`,
    `!! !$ ^a^b`,
    `é漢🎉 \u2028 \u00a0 \u0007\u001b[31m`,
    `--help`,
    `$'\\x41'`,
    `a\tb\rc`,
  ];
}
