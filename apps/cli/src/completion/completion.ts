import { CliError } from "../cli-error.ts";
import type { Verb } from "../program.ts";

/** Each asks the command itself for the words that may come next, so it never knows less than this version. */
const scripts: Record<string, string> = {
  bash: `_host_runner() {
  local IFS=$'\\n'
  COMPREPLY=($(host-runner complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _host_runner host-runner
`,
  zsh: `#compdef host-runner
_host_runner() {
  local -a found
  found=("\${(@f)$(host-runner complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _host_runner host-runner
`,
  fish: `function __host_runner
  set -l words (commandline -opc) (commandline -ct)
  set -l found (host-runner complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c host-runner -f -a '(__host_runner)'
`,
};

export const completion: Verb = async ({ out }, [shell = ""]) => {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined)
    throw new CliError(`there is a completion for ${Object.keys(scripts).join(", ")}`);
  await out.write(script);
  return 0;
};
