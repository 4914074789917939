/** Variables whose value a shell, the dynamic linker or a widespread program runs, or reads code by. */
const NAMES = [
  // Shells and the linker
  "PS[0-4]|PROMPT_COMMAND|ENV|BASH_ENV|BASH_FUNC_.*|ZDOTDIR|FPATH|PATH|SHELL|SHELLOPTS|BASHOPTS|IFS|COMSPEC",
  "LD_\\w+|DYLD_\\w+|GCONV_PATH|MALLOC_.*|NLSPATH",
  // Editors, pagers and browsers that others start
  "EDITOR|VISUAL|PAGER|BROWSER|\\w+_(EDITOR|PAGER|ASKPASS)|(MAN|HG|SVN_|KUBE_)(PAGER|EDITOR)|LESSOPEN|LESSCLOSE|LESS",
  // Languages
  "PYTHON(STARTUP|PATH|HOME|INSPECT|BREAKPOINT|WARNINGS)|PERL(5OPT|5LIB|5DB|LIB|IO)|RUBY(OPT|LIB)|NODE_(OPTIONS|PATH)",
  "LUA_(INIT|PATH|CPATH)\\w*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|PHP_INI_SCAN_DIR|PHPRC",
  "R_(PROFILE|ENVIRON)\\w*|JULIA_LOAD_PATH|ERL_\\w*FLAGS|ELIXIR_ERL_OPTIONS|EMACSLOADPATH|GOFLAGS|RUSTC(_\\w*WRAPPER)?|CLASSPATH",
  "(VIM|EX|MYVIM)(INIT|RC)|TCLLIBPATH|GUILE_LOAD_PATH|DENO_\\w*|BUN_\\w*",
  // Programs with a command in a variable
  "GIT_(SSH|SSH_COMMAND|PROXY_COMMAND|EXTERNAL_DIFF|EXEC_PATH|TEMPLATE_DIR|CONFIG\\w*|ALLOW_PROTOCOL|DIR)|RSYNC_RSH|CVS_RSH|SVN_SSH",
  "KUBECTL_EXTERNAL_DIFF|FZF_DEFAULT_\\w+|TAR_OPTIONS|MAKEFLAGS|MFLAGS|GNUMAKEFLAGS|RIPGREP_CONFIG_PATH|npm_config_\\w+|NPM_CONFIG_\\w+",
  "CC|CXX|CPP|LD|AR|SYSTEMD_\\w*|TMUX|XARGS_\\w*|PARALLEL|SUDO_\\w+|WGETRC|CURL_HOME|INPUTRC|TERMINFO|TERMCAP",
].join("|");

const EVALUATED = new RegExp(`^(${NAMES})$`);

const ASSIGNMENT = /^([A-Za-z_]\w*)\+?=/;

/** The name that a word gives a value to; null if the word is no assignment. */
export const assignedName = (fixed: string): string | null => ASSIGNMENT.exec(fixed)?.[1] ?? null;

/** Whether a variable's value is run, or leads to code that is run. */
export const isEvaluated = (name: string): boolean => EVALUATED.test(name);
