// biome-ignore-all lint/suspicious/noTemplateCurlyInString: examples are templates
/**
 * What is known of programs: which options and operands take code, and which look like code and take data.
 *
 * One line for each program: its names, a colon, and clauses between semicolons. A name with a slash is a subcommand,
 * which also knows the options of the names before it; `*` stands for all other subcommands. Options, each with its value:
 *
 *   code      the value is run as code
 *   file      the value names a file that is run as code
 *   pipe      the value is run as code if it begins with "|" or "!"
 *   command   the words that follow, up to ";" or "+" if there is one, are a command
 *   script    the first operand is code, and all that follow are arguments for it (bash -c)
 *   final     the value is code, and all that follow are arguments for it (python -c)
 *   data      the value is data; `--bind:2` takes two
 *   assign    the value is NAME=data
 *   joined    the rest of the word is data; the next word is not the value
 *   flags     there is no value
 *
 * `operands` gives the roles of the other arguments; the last one holds for all that follow:
 *
 *   data, code, file   as above; `code?` and `file?` are left out if an option has given the code
 *   command            here begins a command with its arguments
 *   shell              here begins text for a shell
 *   sh                 here begin arguments for a shell
 *   assignments        any number of NAME=data
 *   subcommand         names another line of this table
 *   arguments          all that follow is data, whether it looks like an option or not
 *   pipe               the name of a file, or a command if it begins or ends with "|"
 *
 * `if -x: ROLES` replaces the operands where that option is given. `words` is a pattern for words that are code, `safe` one
 * for values (or the words before them) that are data after all. `stdin code`: without other code the input is code;
 * `stdin always`; `stdin arguments`: the input becomes arguments of the command. `long`: options are never clustered.
 * `nocase`: their case does not matter. `plain`: those that are not listed take no value. `noend`: -- does not end them.
 * `bare`: a placeholder that may be an option with code in it is only warned of. `example` is a template that works.
 */
export const PROGRAMS = String.raw`
# Builtins of shells
eval trap source . let integer float alias read unset mapfile readarray getopts bind complete compgen enable hash shopt zmodload autoload print fc vared zstyle exit return shift break continue: operands code
command: flags -p -v -V; operands command
exec: data -a; flags -c -l; operands command
builtin noglob nocorrect -: operands command

# Shells
sh bash dash ash zsh ksh mksh pdksh oksh yash posh rbash rksh: script -c; file --rcfile --init-file; data -o +o -O +O; flags -s -l -i -e -x --login --posix --norc --noprofile -p; operands file; if -s: arguments; stdin code; example bash -c 'echo "$1"' name {prompt}
fish: code -c --command -C --init-command; data -o -d --debug -f --features --profile; flags -l -i -n -N; operands file? arguments; stdin code; example bash -c 'echo "$1"' name {prompt}
csh tcsh: script -c; flags -f -e -x -v -i -l; operands file; stdin code
rc es elvish nu nushell xonsh osh ysh murex: script -c; code -e --commands --execute; operands file; stdin code
busybox toybox: flags --list --install; operands command
pwsh powershell: nocase; long; code -c -Command -e -ec -enc -EncodedCommand -CommandWithArgs -cwa; file -f -File; data -ExecutionPolicy -ex -ep -WorkingDirectory -wd -OutputFormat -InputFormat -ConfigurationName; flags -NoProfile -nop -NonInteractive -NoLogo -Login -i -sta -mta -NoExit; operands code? data; stdin code; example pwsh -NoProfile -File script.ps1 {prompt_file}
cmd: nocase; code /c /k /r -c; operands shell; stdin code
wscript cscript: operands file

# Languages
python pypy ipython bpython jython micropython: plain; final -c; command -m; data -W -X --check-hash-based-pycs; flags -b -B -d -E -i -I -O -OO -P -q -s -S -u -v -x; operands file; stdin code; example python3 -c 'import sys; print(sys.argv[1])' {prompt}
timeit: operands code; data -n -r -u; code -s
pdb ipdb pudb trace cProfile profile: code -c --command; operands file
perl cperl: code -e -E; code -M -m -d; data -I -C; joined -i -F -x -V; flags -n -p -l -a -s -w -W -t -T -u -U -v -c -0 -S -X; operands file? arguments; if -n -p: file? pipe; plain; stdin code; example perl -e 'print $ARGV[0]' -- {prompt}
raku perl6: code -e -M; data -I; flags -n -p; operands file? arguments; stdin code; example raku script.raku {prompt_file}
ruby jruby truffleruby mruby: code -e -r -S; data -I -C -E -W -x; joined -i -F -K -T -0; flags -n -p -l -a -s -w -v -c -h -U; operands file? arguments; plain; stdin code; example ruby -e 'puts ARGV[0]' -- {prompt}
irb pry: code -e -r; operands file; stdin code
erb: operands file; code -r
node nodejs iojs: plain; code -e --eval -p --print -pe -r --require --import --loader --experimental-loader; flags -i -c --check --no-warnings --test; data -C --conditions --env-file --max-old-space-size; operands file? arguments; stdin code; example node -e 'console.log(process.argv[1])' -- {prompt}
ts-node tsx swc-node esno jiti: plain; code -e --eval -p --print -r --require --import; data -P --project --tsconfig; operands file? arguments; stdin code; example tsx script.ts -- {prompt}
deno: operands subcommand
deno/eval: operands code
deno/run deno/serve: plain; data -c --config --import-map --lock; flags -A -q -r; file --preload --import; operands file
deno/repl: code --eval; file --eval-file; stdin always
deno/task: data -c --config --cwd; code --eval; operands data shell
deno/*: data -c -e
bun: plain; code -e --eval -p --print -r --preload --require; operands subcommand; stdin code
bun/run: operands file
bun/x: flags --bun; data -p --package; operands command
bun/exec: operands shell
bun/*: operands data
coffee: code -e --eval -r --require; operands file? arguments; stdin code
qjs quickjs d8 jsc rhino js hermes v8 mujs duk: code -e --eval -m --module -f -I --include; operands file? arguments; stdin code
phantomjs casperjs slimerjs: operands file
php php-cgi hhvm: plain; code -r --run -B --process-begin -R --process-code -E --process-end -d --define -z; file -f --file -F --process-file -c --php-ini; data -S -t; flags -a -n -i -m -v -w -l -q -C; operands file? arguments; stdin code; example php -r 'echo $argv[1];' -- {prompt}
psysh: operands file; stdin code
artisan: operands subcommand
artisan/tinker: code --execute
lua luajit luau texlua: code -e -l -j; flags -i -v -E -W; operands file; stdin code; example lua script.lua --prompt={prompt}
fennel moonscript moon janet: code -e --eval -l; operands file; stdin code
tclsh wish jimsh: operands file; stdin code
expect: code -c; file -f -b; flags -d -i -n -N; operands file? arguments; stdin code; example expect script.exp --prompt={prompt}
R: final --args:0; code -e; file -f --file; flags --no-save --vanilla --slave -q --quiet -s --silent; data -g -d; operands data; stdin code; example Rscript script.R --prompt={prompt}
Rscript littler: code -e; data --default-packages; flags --vanilla; operands file? arguments; example Rscript script.R --prompt={prompt}
julia: code -e --eval -E --print; file -L --load; data -t -p -J -C --project; flags -q -i; operands file? arguments; stdin code; example julia script.jl --prompt={prompt}
octave octave-cli: code --eval; flags -q --silent; operands file; stdin code
matlab: long; code -r -batch -logfile -sd; operands data; stdin code
scilab scilab-cli: long; code -e -f; operands data; stdin code
maxima gp sage pari: code -c -r --run-string --batch-string -e; file -b -f -l -p; operands file; stdin code
gnuplot: code -e; flags -p -persist --persist -d -c; operands file; stdin code; example gnuplot -c plot.gp {prompt_file}
elixir iex: code -e --eval -E --rpc-eval -r -S -pr -pa -pz --erl; data --name --sname --cookie; operands file; stdin code
mix: operands subcommand
mix/run: code -e --eval -r --require; operands file
mix/*: data -c
erl: long; code -eval -run -s -config -args_file; operands data; stdin code
escript: operands file
rebar3: operands subcommand
rebar3/shell: code --eval; file --script
ghc ghci runghc runhaskell runhugs hugs: code -e -package -ghci-script -F -pgmF; operands file; stdin code
stack cabal: operands subcommand
stack/exec stack/runghc stack/runhaskell stack/ghc stack/script cabal/exec: operands command
stack/* cabal/*: data -c
clojure clj: code -e --eval -i --init -M -X -T -A -Sdeps -J; file -m; operands file; stdin code
bb babashka joker: code -e --eval -f -m -x; operands file? arguments; stdin code; example bb script.clj --prompt={prompt}
lein boot: operands subcommand
lein/run lein/*: data -m
scala scala-cli amm amm-repl kotlin kotlinc groovy groovysh: code -e -c --execute-snippet --script-snippet --predef-code --code -script; data -cp -classpath --class-path; operands file? arguments; stdin code; example groovy script.groovy --prompt={prompt}
jshell: code -R -C; file --startup; data --class-path; operands file; stdin code
jrunscript jjs: code -e; file -f; data -cp -l; operands file? arguments; stdin code
java: long; plain; file -jar -m --module; code -agentlib -agentpath -javaagent -XX:OnError -XX:OnOutOfMemoryError -XX:Flags; data -cp -classpath --class-path -p --module-path --add-opens --add-modules; operands file? arguments; stdin none
dotnet: operands subcommand
dotnet/fsi dotnet/exec: code --use --load; operands file
dotnet/script: operands file
dotnet/script/eval: operands code
dotnet/run: data -c --configuration -p --project -f --framework; operands data
dotnet/*: data -c --configuration -e
csi csharp fsi fsharpi mono: code -e; operands file; stdin code
swift: code -e; operands file; stdin code
swift/run: operands data
swift/build swift/test swift/package: data -c
ocaml utop: code -e; file -init -I; operands file; stdin code
sbcl ecl ccl clisp abcl: code --eval -x -eval -e; file --load --script -i -load -l; data --dynamic-space-size --control-stack-size; flags --noinform --non-interactive; operands data; stdin code
guile: final -c; file -l -s; code -e; data -L -x -C; operands file; stdin code
racket gracket: code -e --eval -m; file -f --load -t --require -l -u -r; operands file; stdin code
scheme chezscheme gsi gsc chibi-scheme mit-scheme: code -e -eval -p -P -q --eval; file -script --script -s --load; operands file; stdin code
hy: code -c; operands file; stdin code
swipl prolog gprolog yap: code -g -t --goal --query-goal --init-goal; file -s -f -l -x -c; operands file; stdin code
osascript: code -e; data -l; flags -s; operands file? arguments; stdin code; example osascript script.scpt --prompt={prompt}
go: operands subcommand
go/run: long; code -exec -toolexec -ldflags -gcflags; data -tags -mod -C; operands file; example go run . -- {prompt}
go/test: long; code -exec -toolexec -vettool -ldflags -gcflags; data -run -bench -skip -fuzz -tags -timeout -count -v -p -o -c; operands data
go/generate: long; data -run -skip
go/build go/vet go/install go/get go/*: long; code -toolexec -vettool -ldflags -gcflags -overlay; data -o -tags -C
rust-script cargo-script evcxr: code -e --expr -l --loop -d --dep; operands file; stdin code
cargo: code --config; data -C -Z --color --manifest-path; operands subcommand
cargo/script cargo/eval cargo/play: code -e --expr; operands file
cargo/install cargo/add: operands data
cargo/run: data -p --package --bin --example -F --features --profile --target; operands data
cargo/*: data -p --package -e --exclude
crystal: operands subcommand
crystal/eval: operands code
crystal/run crystal/*: operands file
nim: operands subcommand
nim/e nim/r nim/c: code -d --define; operands file
nim/*: code --eval
zig: operands subcommand
zig/run zig/test: operands file
zig/*: operands data
awk gawk mawk nawk original-awk goawk: code -e --source -i --include -l --load -E --exec; file -f --file; data -F --field-separator -v --assign; flags -c -t -P -S -O -d -p -o -b -n -r; operands code? data; if -E --exec: arguments; example env PROMPT={prompt} awk 'BEGIN { print ENVIRON["PROMPT"] }'
sed gsed ssed: code -e --expression; file -f --file; data -l --line-length; joined -i --in-place; flags -n -E -r -s -u -z --quiet --silent --regexp-extended --null-data --sandbox --debug --posix; operands code? data; example sed -n 1p {prompt_file}
jq gojq jaq: file -f --from-file; data --arg:2 --argjson:2 --slurpfile:2 --rawfile:2 --indent -L --tab:0; flags -n -r -c -e -s -R -a -j -S -C -M --null-input --raw-output --compact-output --exit-status --slurp --raw-input --join-output; if --args --jsonargs: code? arguments; operands code? data; example jq -n --arg prompt {prompt} '$prompt'
yq xq tomlq: code -y --expression; data -p -o -I -s --arg:2 --argjson:2; file --from-file -f; flags -r -n -i -e -c -C -M -P; operands code? data; example env PROMPT={prompt} yq -n 'strenv(PROMPT)'
yq/eval yq/e yq/eval-all yq/ea: operands code data
mlr dasel gron fx jless jj xidel: code -e -f -s --eval; operands code? data; words ^
rename prename file-rename perl-rename: code -e -E; flags -n -v -f -d -o -i; operands code data
m4: file -F; data -D --define; operands code; stdin always
bc: code -e --expression; flags -l -q -s -w -i; file -f --file; operands file; stdin always
dc: code -e --expression; file -f --file; operands file; stdin code
qalc units genius calc: code -e -s -f; operands code; stdin code
tex latex pdftex pdflatex xetex xelatex luatex lualatex latexmk context: code -e -cnf-line -pdflatex -usepretex -pretex; data -jobname -output-directory; long; operands code; stdin code
gs ghostscript: code -c -sDEVICE; file -f; operands file; stdin code
groff troff nroff pic eqn tbl soelim: flags -U; operands code; stdin always
lilypond: code -e --evaluate; operands file
blender: code --python-expr --python-text --addons --python-console; file -P --python; operands data
gimp: code -b --batch --batch-interpreter; operands data
soffice libreoffice: words ^(macro|vnd\.sun\.star):; operands data
bpftrace: code -e; file -f; operands file? arguments
dtrace stap: code -n -e -c -P -D -s -x; operands file; stdin code

rails: operands subcommand
rails/runner rails/r: operands code
rails/*: data -c -e -p
wp: operands subcommand; code --exec; file --require
wp/eval: operands code
wp/eval-file: operands file
wp/db/query: operands code; stdin code
wp/*: operands data
drush: operands subcommand
drush/php:eval drush/php-eval drush/ev drush/eval drush/sql:query drush/sqlq: operands code
drush/php:script drush/scr: operands file
drush/*: operands data

# Programs that start the command in their arguments
timeout gtimeout: data -k --kill-after -s --signal; flags -f --foreground -p --preserve-status -v --verbose; operands data command
nice gnice: data -n --adjustment; operands command
nohup gnohup setsid: flags -c --ctty -f --fork -w --wait; operands command
renice: operands data
sudo: data -u --user -g --group -p --prompt -C --close-from -h --host -r --role -t --type -T --command-timeout -U --other-user -D --chdir -R --chroot -a -c; joined --preserve-env; flags -A -b -B -E -H -i -K -k -l -n -N -P -S -s -V -v --askpass --background --login --shell --non-interactive --set-home --stdin --list --validate --preserve-groups; operands assignments command; stdin none
sudo-rs: data -u --user -g --group; flags -n -i -s; operands assignments command
sudoedit: data -u -g; operands data
doas: data -u -a; file -C; flags -L -n -s; operands command
pkexec: data --user; flags --disable-internal-agent --keep-cwd; operands command
gksudo gksu kdesu kdesudo lxsudo beesu: data -u; code -c; operands shell
run0: data -u --user -g --group --unit --property --slice -D --chdir -p --nice --description --setenv --machine -M; operands command
su ksu: code -c --command --session-command -e; file -s --shell; data -g --group -G --supp-group -w --whitelist-environment -n; flags - -l --login -m -p --preserve-environment -f -P --pty; operands data sh; stdin code; example su user -c 'echo "$1"' -- name {prompt}
runuser: code -c --command --session-command; file -s --shell; data -u --user -g --group -G --supp-group -w; flags - -l --login -m -p -f -P; operands data sh; if -u --user: command; stdin code
sg newgrp: code -c; flags -; operands data shell; stdin code
gosu su-exec setuidgid s6-setuidgid: operands data command
chpst envuidgid: data -u -U -e -/ -n -l -L -m -d -o -p -f -c -r -t; flags -v -P -0 -1 -2; operands command
softlimit s6-softlimit: data -m -d -s -l -a -o -p -f -c -r -t -h -H; operands command
envdir setlock s6-envdir s6-setlock: operands data command
env genv: code -S --split-string; data -u --unset -C --chdir -a --argv0; file --env-file; flags - -i --ignore-environment -0 --null -v --debug --list-signal-handling; joined --block-signal --default-signal --ignore-signal; operands assignments command
cross-env: operands assignments command
cross-env-shell: operands shell
dotenv: data -f -e -c -p -v; flags -o --override; operands command
dotenvx: operands subcommand
dotenvx/run: data -f --env-file -e --env; operands command
envchain: operands data command
xargs gxargs: data -a --arg-file -d --delimiter -E -I -L --max-lines -n --max-args -P --max-procs -s --max-chars --process-slot-var -J -R -S; joined -i --replace -e --eof -l; flags -0 --null -r --no-run-if-empty -t --verbose -p --interactive -x --exit -o --open-tty; operands command; stdin arguments; example bash -c 'printf "%s\0" "$1" | xargs -0 my-program --' name {prompt}
stdbuf gstdbuf: data -i --input -o --output -e --error; operands command
unbuffer: flags -p; operands command
rlwrap: data -a -b -C -D -e -f -g -H -l -m -O -p -P -q -s -S -t -z; operands command
time gtime: data -f --format -o --output; flags -p --portability -v --verbose -a --append -q -l; operands command
multitime: data -n -f -i -I -r -s -o; operands command
chroot gchroot: flags --skip-chdir; data --userspec --groups -u -g -G; operands data command; stdin code
fakechroot fakeroot eatmydata catchsegv dbus-run-session dbus-launch torsocks torify tsocks usewithtor wine wine64 proxychains proxychains4 proxychains-ng: data -f -s -i -l -b -a; flags -q -u -h --sh-syntax --exit-with-session; operands command
faketime datefudge: data -f; operands data command
chronic ts-run ifne: flags -e -v; operands command
trickle: data -d -u -w -t -l -n -L; operands command
cpulimit: data -l --limit -p --pid -e --exe; flags -z -i -f -b -v; operands command
watch gwatch viddy: data -n --interval -q --equexit -s --shotsdir; flags -b -c -d -e -g -p -t -w -C -x --exec --color --no-title --differences --errexit --chgexit --beep --precise; operands shell; if -x --exec: command
hwatch: operands shell
entr: flags -a -c -d -n -p -r -z -x; flags -s; operands command; if -s: shell
watchexec: operands shell
nodemon: code -x --exec; data -w --watch -e --ext -i --ignore -d --delay; operands file
chokidar onchange: code -c --command; operands data shell
concurrently npm-run-all run-p run-s: operands shell
hyperfine: code -p --prepare -s --setup -c --cleanup -C --conclude -S --shell; data -w -r -n; operands shell
flock: code -c --command; data -w --wait --timeout -E --conflict-exit-code; flags -e -x -s -u -n -o -F --exclusive --shared --unlock --nonblock --nb --close --no-fork --verbose; operands data command
lockf: data -t; flags -k -n -s -w; operands data command
ionice: data -c --class -n --classdata -p --pid -P -u; flags -t --ignore; operands command
chrt: data -T -P -D; flags -b -f -i -o -r -d -R -m -a -v; operands data command
taskset: flags -a --all-tasks -c --cpu-list -p --pid; operands data command
numactl: data -i -N -m -C -p -P -l --interleave --membind --cpunodebind --physcpubind --preferred --localalloc:0; operands command
prlimit: data -p --pid -o --output; operands command
choom: data -n --adjust -p --pid; operands command
setpriv: data --reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig --selinux-label --apparmor-profile; flags --init-groups --clear-groups --no-new-privs --keep-groups --reset-env; operands command
capsh: flags --print; data --user --uid --gid; file --shell; operands sh; words ^--shell
setarch: flags -R -v -B -F -I -L -S -T -X -Z -3; operands data command
linux32 linux64 i386 x86_64 aarch64: operands command
unshare: data -R --root -w --wd -S --setuid -G --setgid --map-user --map-group --map-users --map-groups --propagation --setgroups --monotonic --boottime; joined --mount --uts --ipc --net --pid --user --cgroup --time --mount-proc --kill-child; flags -m -u -i -n -p -U -C -T -f -r -c --fork --map-root-user --map-current-user --map-auto --keep-caps; operands command; stdin code
nsenter: data -t --target -S --setuid -G --setgid -N --net-socket; joined -m -u -i -n -p -U -C -T -r -w --mount --uts --ipc --net --pid --user --cgroup --time --root --wd; flags -a --all -F --no-fork --preserve-credentials -e --env -Z; operands command; stdin code
strace: data -e -p -s -u -a -b -I -O -S -P -X -E -U --trace --signal --status --quiet; pipe -o --output; flags -c -C -d -D -f -ff -F -h -i -k -n -N -q -r -t -tt -ttt -T -v -V -w -x -xx -y -yy -z -Z -A; operands command
ltrace: data -e -l -n -s -u -x -a -A -D -F -p -o; flags -b -c -C -f -h -i -L -r -S -t -T -V; operands command
perf: operands subcommand
perf/record perf/stat perf/trace perf/mem perf/c2c: data -e --event -o --output -F -p -t -C -g:0 -a:0 -I -r; code --pre --post; operands command
perf/*: data -c -e -i
valgrind heaptrack uftrace kcov: joined --tool; data -o; operands command
rr: operands subcommand
rr/record: operands command
rr/*: code -x
script: code -c --command; data -E --echo -I --log-in -O --log-out -B --log-io -T --log-timing -m --logging-format -o --output-limit; joined -t --timing; flags -a -e -f -q -F -r -d -p -k --append --flush --quiet --return --force; operands data command; stdin code
scriptreplay: code -c; operands data
asciinema: operands subcommand
asciinema/rec asciinema/record: code -c --command; data -t --title -e --env -i; operands data
parallel sem env_parallel parset rush: operands shell; stdin always; example bash -c 'grep -rn -e "$1" .' name {prompt}
systemd-run: data -u --unit --description --slice --uid --gid --nice --working-directory -H --host -M --machine --on-active --on-boot --on-calendar --service-type --timer-property --background; code -p --property --path-property --socket-property; assign -E --setenv; flags --user --scope --system -t --pty -P --pipe -S --shell -q --quiet --wait -G --collect -r --remain-after-exit --no-block --same-dir -d --send-sighup --no-ask-password --ignore-failure; joined --expand-environment; operands command
systemd-inhibit: data --what --who --why --mode; operands command
systemd-cat: data -t --identifier -p --priority --stderr-priority --level-prefix; operands command
systemd-nspawn: data -D --directory -i --image -M --machine -u --user --bind --bind-ro --chdir; assign -E --setenv; flags -x -b -q -a --ephemeral --as-pid2; operands command
machinectl: data -M --machine --uid -H; assign -E --setenv; flags -q; operands subcommand
machinectl/shell: operands data command
caffeinate: data -t -w; flags -d -i -m -s -u; operands command
firejail: flags --quiet --private --noprofile; joined --net --whitelist --profile; code -c; operands command
bwrap: data --bind:2 --dev-bind:2 --ro-bind:2 --bind-try:2 --ro-bind-try:2 --dev-bind-try:2 --setenv:2 --symlink:2 --file:2 --bind-data:2 --ro-bind-data:2 --chmod:2 --proc --dev --tmpfs --mqueue --dir --unsetenv --chdir --uid --gid --hostname --lock-file --sync-fd --info-fd --seccomp --cap-add --cap-drop --exec-label --argv0 --perms --size --overlay-src --overlay:3 --userns --pidns; flags --unshare-all --unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --share-net --die-with-parent --new-session --as-pid-1 --clearenv --disable-userns; file --args; operands command
nsjail minijail minijail0: data -c -u -g -t -R -B -D -E -T -C; flags -M -Q -q; operands command
ld.so: data --library-path --inhibit-rpath --audit --argv0 --glibc-hwcaps-prepend; file --preload; flags --list --verify --inhibit-cache; operands command
qemu-x86_64 qemu-aarch64 qemu-arm box64 box86: data -L -E -U -cpu -s; operands command
tini dumb-init catatonit: flags -s -v -g -w -c --single-child -r; data -p -e --rewrite; operands command
start-stop-daemon: long; code -x --exec -a --startas; data -p --pidfile -n --name -u --user -c --chuid -d --chdir -s --signal -R --retry; flags -S --start -K --stop -b --background -m --make-pidfile -q -o -v; operands arguments
daemonize daemon: data -p -c -u -o -e -l -E -n -U; operands command
run-parts: file -a; operands data
nq fq: flags -c -q -w; operands command
logsave: flags -a -s -v; operands data command
wait-for-it wait-for-it.sh wait-for dockerize: data -h -p -t -wait -timeout -template; flags -q -s; operands data command
xvfb-run: code -s --server-args -w; data -n -e -f -p; flags -a --auto-servernum; operands command
openvt: data -c; flags -f -s -w -l -u -v -e; operands command
distcc ccache sccache buildcache nix-user-chroot: operands command
ssh-agent: data -a -E -t -P; flags -c -s -k -d -D; operands command
xterm uxterm urxvt rxvt st konsole terminator xfce4-terminal mate-terminal lxterminal foot: long; command -e -x; code --command; data -T -title -geometry -fn -fa -fs -n -name; operands data
alacritty wezterm kitty ghostty: command -e --command; operands command
gnome-terminal: command -- -x; code -e --command; operands command
tmux tmate byobu: code -c; data -L -S; file -f; operands subcommand; example tmux load-buffer {prompt_file}
tmux/load-buffer tmux/loadb tmux/set-buffer tmux/setb: data -b -t; operands data
tmux/* tmate/* byobu/*: code -n -s -t -F; operands shell
screen: data -S -e -h -p -r -T -Logfile; file -c -s; flags -d -m -D -A -a -f -L -q -R -U -x -O; operands command; if -X: shell; example screen -dm my-program -- {prompt}
zellij: operands subcommand
zellij/run zellij/r: data -n --name --cwd -d; operands command
zellij/action zellij/*: operands shell
dtach abduco: data -r -e; flags -A -c -n -N -E -z; operands data command; stdin none
at batch: file -f; data -q -t; flags -m -l -M -v -c; operands shell; stdin always; example bash -c 'my-program -- "$1"' name {prompt}
crontab: data -u; flags -l -r -e -i; operands file; stdin always
find gfind: long; command -exec -execdir -ok -okdir; data -name -iname -path -ipath -wholename -regex -iregex -lname -type -newer -mtime -mmin -atime -ctime -size -user -group -perm -maxdepth -mindepth -printf -regextype -fprint -fprintf:2 -samefile -inum -links -D; flags -L -H -P -print -print0 -delete -o -a -not -prune -empty -quit -ls; operands data; example find . -exec sh -c 'grep -e "$1" -- "$2"' name {prompt} {} ';'
fd fdfind: command -x --exec -X --exec-batch; data -e --extension -t --type -d --max-depth -E --exclude -S --size -c --color -g:0 -o --owner -j --threads; operands data
fzf sk: code --preview --bind --execute --become; data -q --query -f --filter -d --delimiter -n --nth -p --prompt --header --history; flags -m -e --exact -i -x -0 -1; operands data
run-mailcap xdg-open open: data -a -b; operands data

# Other hosts, containers and keyboards
ssh slogin dbclient autossh sshrc rsh remsh: code -o -I; safe (?i)^(user|hostname|port|connecttimeout|stricthostkeychecking|batchmode|loglevel|serveraliveinterval)[= ]; file -F; code -J; data -b -B -c -D -e -E -i -l -L -m -M:0 -O -p -P -Q -R -S -w -W; flags -4 -6 -A -a -C -f -G -g -K -k -n -N -q -s -T -t -V -v -X -x -Y -y; operands data shell; stdin code; example bash -c 'printf %s "$1" | ssh host "cat > prompt.txt"' name {prompt}
mosh et: code --ssh --server --client; data -p --port -a -n; operands data shell
sshpass: data -p -f -d -P; flags -e -v -h; operands command
scp: code -S -o -D -s; file -F; data -b -B -c -i -J -l -P -R -X; flags -3 -4 -6 -A -C -p -q -r -T -v -O; words ^[^/]+:; operands data
sftp: code -S -o -D -s; file -F -b; data -B -c -i -J -l -P -R -X; flags -3 -4 -6 -A -C -p -q -r -T -v -O; operands data; stdin always
rsync: code -e --rsh --rsync-path -M --remote-option; data -f --filter --exclude --include --exclude-from --include-from --files-from -T --temp-dir -B --backup-dir --suffix --log-file --out-format --bwlimit; flags -a -v -r -z -n -c -u -l -p -t -g -o -D -H -A -X -S -P -h -i -q -x -R -W -k -K -I -L -b -d -m -y -C; words ^[^/]+:; operands data
pssh parallel-ssh prsync pnuke pslurp: code -O -x -X; data -h -H -l -p -o -e -t; operands shell
pdsh clush dsh cssh mssh: data -w -x -g -l -u -t -f -m -a:0 -b:0; operands shell; if -m --machine: shell
ansible ansible-console: code -a --args -e --extra-vars --ssh-common-args --ssh-extra-args -M; data -i --inventory -m --module-name -u --user -l --limit -f -c --connection; operands data; example env PROMPT={prompt} ansible-playbook play.yml
ansible-playbook: code -e --extra-vars --ssh-common-args --ssh-extra-args -M; data -i --inventory -l --limit -t --tags --skip-tags -u -c --connection -f; operands file; example env PROMPT={prompt} ansible-playbook play.yml
salt salt-call salt-ssh: flags -G -E -L -N -C; operands data data code
fab: flags -l; code -c; data -H -i -u; operands shell
knife chef-shell: operands shell
vagrant: operands subcommand
vagrant/ssh: code -c --command; operands data; stdin code
vagrant/winrm vagrant/powershell: code -c --command; operands data
multipass lxc incus: operands subcommand
multipass/exec: data -d --working-directory; flags -n; operands data command
lxc/exec incus/exec: assign --env; data --user --group --cwd --mode; flags -t -T -n; operands data command
lxc/* incus/* multipass/*: data -c
lxc-attach lxc-execute: data -n --name -e -a -P -u -g; assign -v --set-var; operands command; stdin code
docker podman nerdctl lima-nerdctl finch: data -c --context --connection -H --host --config -l --log-level --url --root; flags -D --debug --tls; operands subcommand; example docker exec container sh -c 'my-program -- "$1"' name {prompt}
docker/exec podman/exec nerdctl/exec docker/container/exec podman/container/exec: data -u --user -w --workdir --detach-keys --preserve-fds; assign -e --env; file --env-file; flags -i -t -d -l --interactive --tty --detach --privileged --latest; operands data command
docker/run docker/create docker/container/run docker/container/create podman/run podman/create podman/container/run podman/container/create nerdctl/run finch/run: data -v --volume --mount -w --workdir -u --user --name -p --publish --network --net --platform --memory -m --cpus --label -l --hostname -h --add-host --cap-add --cap-drop --device --dns --gpus --log-driver --log-opt --pull --restart --runtime --security-opt --shm-size --stop-signal --tmpfs --ulimit --userns --pid --ipc --cgroupns --pids-limit --expose --link --volumes-from --cidfile --group-add --annotation --entrypoint-args -a --attach -c --cpu-shares --pod --secret --stop-timeout; assign -e --env; file --env-file; code --entrypoint --health-cmd; flags -i -t -d --rm --init --interactive --tty --detach --privileged --read-only -P --publish-all --no-healthcheck --oom-kill-disable -q --quiet --replace; operands data command; if --entrypoint: data arguments; example docker run --entrypoint my-program image -- {prompt}
docker/compose podman/compose: data -f --file -p --project-name --profile --project-directory --env-file; operands subcommand
docker-compose podman-compose: data -f --file -p --project-name --profile --project-directory --env-file; operands subcommand
docker/compose/exec docker-compose/exec podman/compose/exec podman-compose/exec: data -u --user -w --workdir --index; assign -e --env; flags -T -t -d --no-TTY --detach --privileged; operands data command
docker/compose/run docker-compose/run podman/compose/run podman-compose/run: data -u --user -w --workdir --name -v --volume -p --publish -l --label; assign -e --env; code --entrypoint; flags -T -d --rm --no-deps --service-ports -P --detach --build -i --quiet-pull; operands data command; if --entrypoint: data arguments
docker/commit docker/import podman/commit: code -c --change; operands data
docker/build docker/buildx/build podman/build docker/image/build: data -t --tag -f --file --target --platform -o --output --build-arg --label; operands data
docker/* podman/* nerdctl/* finch/*: data -c -e
apptainer singularity: operands subcommand
apptainer/exec singularity/exec: data -B --bind -H --home -W --pwd; assign --env; flags -c -e -C --cleanenv --containall --nv --rocm -i -p -u; operands data command
apptainer/run apptainer/shell singularity/run singularity/shell: data -B --bind -H --home --pwd; assign --env; flags -c -e -C --cleanenv --nv; operands data arguments
distrobox toolbox: operands subcommand
distrobox/enter toolbox/run: data -n --name -c --container; flags -T; command -e --; operands command
distrobox/* toolbox/*: data -c
distrobox-enter: data -n --name; command -e --; operands command
runc crun youki: operands subcommand
runc/exec crun/exec youki/exec: data -u --user --cwd -c --cap -p --process; assign -e --env; flags -t -d; operands data command
ctr: operands subcommand
ctr/task/exec ctr/tasks/exec ctr/t/exec: data --exec-id --cwd --user; operands data command
ctr/run: operands data data command
crictl: operands subcommand
crictl/exec: flags -i -t -s; operands data command
crictl/*: data -c
kubectl oc k kubecolor microk8s.kubectl: data -n --namespace --context --kubeconfig --cluster --user -s --server --as --token -v; operands subcommand; example kubectl exec pod -- sh -c 'my-program -- "$1"' name {prompt}
kubectl/exec oc/exec k/exec kubecolor/exec: data -c --container -f --filename --pod-running-timeout; flags -i -t -q --stdin --tty --quiet; operands data command
kubectl/run oc/run k/run kubecolor/run: data --image --restart -l --labels --image-pull-policy --port --annotations -o --output; assign --env; code --overrides; flags -i -t --rm --attach --stdin --tty --expose -q --command; operands data command
kubectl/debug oc/debug k/debug: data -c --container --image --target --copy-to --profile -f; assign --env; flags -i -t -q --attach --stdin --tty; operands data command
oc/rsh: data -c --container --shell --timeout; flags -t -T; operands data command; stdin code
kubectl/* oc/* k/* kubecolor/*: data -c -e --container; code --patch -p --overrides; flags -w -A -R; operands data
helm: code --post-renderer --post-renderer-args; operands subcommand
helm/*: data -f --values --set --set-string --set-json --set-file --version; operands data
nomad: operands subcommand
nomad/exec nomad/alloc/exec: long; data -task -e -region -namespace; flags -i -t -job; operands data command
consul: operands subcommand
consul/exec consul/watch: operands shell
consul/lock: operands data shell
consul-template envconsul: long; code -exec -template; data -config -prefix; operands command
minikube colima limactl orb: operands subcommand
minikube/ssh colima/ssh: data -p --profile -n --node; operands shell
minikube/kubectl: operands command
limactl/shell: data --workdir --shell; operands data command
lima: operands command
wsl: command -e --exec --; data -d --distribution -u --user --cd; operands shell
adb: data -s -t -H -P -L; flags -d -e -a; operands subcommand
adb/shell adb/exec-out adb/exec-in: flags -n -T -t -x; data -e; operands shell; stdin code
adb/*: data -c -e
heroku: operands subcommand
heroku/run heroku/run:detached heroku/ps:exec: data -a --app -s --size -r; assign -e --env; operands shell
heroku/pg:psql: code -c --command
heroku/*: data -c -e
fly flyctl: operands subcommand
fly/ssh/console flyctl/ssh/console fly/machine/exec fly/machine/run fly/console: code -C --command; data -a --app; operands shell
gcloud: operands subcommand; example gcloud pubsub topics publish topic --message={prompt}
gcloud/compute/ssh gcloud/alpha/compute/tpus/tpu-vm/ssh gcloud/compute/tpus/tpu-vm/ssh gcloud/cloud-shell/ssh gcloud/app/instances/ssh gcloud/workstations/ssh: code --command --ssh-flag --container; data --zone --project --tunnel-through-iap:0; operands data shell
gcloud/beta/compute/ssh gcloud/alpha/compute/ssh: code --command --ssh-flag; operands data shell
gcloud/run/jobs/execute gcloud/run/deploy: data --args
gcloud/*: code --metadata --metadata-from-file --container-command --args; data --zone --project
bq: operands subcommand
bq/query bq/mk: operands code; stdin code
gh: operands subcommand; example gh issue create --title=Prompt --body={prompt}
gh/codespace/ssh gh/cs/ssh: data -c --codespace -R --repo --profile --server-port; flags -d --debug --config --stdio; operands shell; stdin code
gh/alias/set: flags -s --shell --clobber; operands data code
gh/alias/import: operands file
gh/extension/exec gh/ext/exec: operands command
gh/extension/install gh/ext/install: operands code
gh/api: data -f --raw-field -F --field -H --header -X --method -p --preview --input --hostname; code -q --jq -t --template; operands data
gh/*: data -b --body -t --title -e --env -c --comment -F --body-file -l --label -R --repo -B --base -H --head -m --milestone -r --reviewer -a --assignee -n --notes; code -q --jq -T --template; operands data
glab: operands subcommand
glab/alias/set: operands data code
glab/*: data -e -c -m
aws: data --profile --region --output --query --endpoint-url; operands subcommand
aws/ssm/send-command aws/ssm/start-session: code --parameters --cli-input-json --cli-input-yaml; operands data
aws/ecs/execute-command: code --command; data --cluster --task --container; operands data
aws/ecs/run-task aws/batch/submit-job: code --overrides --container-overrides --cli-input-json; operands data
aws/ec2/run-instances: code --user-data --cli-input-json; operands data
aws/*: operands data
az: data -g --resource-group -n --name --subscription; operands subcommand
az/vm/run-command az/vmss/run-command: code --scripts --script --parameters; operands data
az/container/exec az/containerapp/exec: code --exec-command --command; operands data
az/container/create: code --command-line; operands data
az/ssh/vm: operands shell
az/*: operands data
doctl: operands subcommand
doctl/compute/ssh: code --ssh-command; operands data
doctl/*: data -c
cf: operands subcommand
cf/ssh: code -c --command; data -i -L; operands data
cf/run-task: code --command -c; operands data code
cf/push: code -c; data -p -f -i -m -k -b -s
eb: operands subcommand
eb/ssh: code -c --command --custom; operands data
railway doppler infisical op teller phase chamber aws-vault: operands subcommand
railway/run doppler/run infisical/run op/run teller/run phase/run: code --command; data -p --project -c --config -e --env --env-file --environment -s --service --scope -t --token; operands command
aws-vault/exec chamber/exec: data -d -t --duration --region; flags -n -j --no-session --ec2-server; operands data command
sops: operands subcommand
sops/exec-env sops/exec-file: operands data shell
sops/*: data -e -d -i
tsh: operands subcommand
tsh/ssh: data -l --login -p -i -L -A:0; operands data shell
tsh/kubectl: operands command
ip: data -f -b -n --netns; flags -4 -6 -o -j -d -s -c; operands subcommand
ip/netns/exec ip/vrf/exec: operands data command
srun mpirun mpiexec orterun prun salloc aprun jsrun: data -n -np -N -c -p -t -A -J -o -e -H -w -D --mem --partition --time --job-name --output --error --nodes --ntasks --host --hostfile -x --map-by --bind-to; code --prolog --epilog --task-prolog --task-epilog; operands command
sbatch: code --wrap; data -n -N -c -p -t -A -J -o -e -D -w -d --mem --partition --time --job-name --output --error --export; operands file; stdin code; example sbatch job.sh {prompt_file}
qsub: data -N -l -q -o -e -A -M -m -P -j -t -W -v; flags -V -cwd -I -b; operands file; stdin code
bsub: data -J -q -n -o -e -W -R -M -P; code -E -Ep; operands shell; stdin code
condor_submit: code -a -append; operands file; stdin code
virsh: operands subcommand
virsh/qemu-agent-command virsh/qemu-monitor-command virsh/lxc-enter-namespace: operands data code
virsh/*: data -c
telnet: operands data
nc ncat netcat nc.traditional nc.openbsd: code -e --exec -c --sh-exec --lua-exec; data -p -s -w -x -X -i -q; operands data
socat: operands code; data -lf -lp -t -T -b
stunnel: operands file
xdotool ydotool wtype: operands shell
x11vnc: long; code -afteraccept -accept -gone; operands data
nmap: code --script --script-args; data -p -oN -oX -oG -oA -iL -e; operands data
tcpdump: code -z; data -i -w -r -c -C -G -s; operands data
tshark wireshark: code -X --lua-script; data -i -w -r -c -Y -f -T -e; operands data
sqlmap: code --eval --sql-query --os-cmd; data -u -p; operands data
smbclient: code -c --command; data -U -W -I -p -D; operands data; stdin always
lftp: code -c -e; file -f --rcfile; data -u -p; operands data; stdin code
ftp ncftp: operands data; stdin always
openvpn: long; code --up --down --route-up --ipchange --client-connect --auth-user-pass-verify --tls-verify --learn-address --plugin; file --config; operands file
msfconsole: code -x; file -r; operands data; stdin code
mail mailx mutt neomutt s-nail: code -e; data -s -c -b -r -a -i:0 -q -F; operands data
sendmail: file -C; code -O -o -Q; operands data
procmail maildrop: operands file
certbot: code --pre-hook --post-hook --deploy-hook --renew-hook --manual-auth-hook --manual-cleanup-hook --config; data -d --domains -m --email -w -a -i; operands data
restic borg rclone rustic: code --password-command --rsh -o --option; data -r --repo --exclude -e --tag; operands data

# Databases
psql pgcli: code -c --command; pipe -o --output; file -f --file -X:0; data -d --dbname -h --host -p --port -U --username -v --set --variable -P --pset -F -R -T -L; flags -a -A -b -e -E -l -n -q -s -S -t -w -W -x -z -0 -1; operands data; stdin code; example psql -v prompt={prompt} -f query.sql
mysql mariadb mycli mysqlsh: code -e --execute --init-command --init-connect -c --cmd --sql --py --js --pager --prompt; file -f --file; joined -p --password; data -u --user -h --host -P --port -D --database -S --socket --default-character-set; flags -N -B -s -t -v -A -C -r -E -H -X -n -w -q; operands data; stdin code; example python3 query.py --prompt={prompt}
mysqladmin mysqldump pg_dump pg_restore createdb dropdb: data -u -h -p -P -U -d -f -F -t -n -e -c; operands data
sqlite3 sqlite litecli sqlite-utils sqlcipher: long; code -cmd -e --execute; file -init; data -separator -nullvalue -newline -maxsize -mmap -vfs; flags -batch -csv -json -line -list -column -header -noheader -html -quote -table -box -markdown -readonly -bail -echo -interactive; operands data code; stdin code; example python3 query.py --prompt={prompt}
duckdb: long; code -c -s -cmd; file -init -f; data -separator -nullvalue -newline; flags -batch -csv -json -line -list -column -readonly -bail; operands data code; stdin code; example python3 query.py --prompt={prompt}
clickhouse-client clickhouse-local chdb: code -q --query; file --queries-file; data -h --host --port -u --user --password -d --database; operands data; stdin code
clickhouse: operands subcommand
clickhouse/client clickhouse/local: code -q --query; file --queries-file; data -h --host --port -u --user -d; operands data; stdin code
cqlsh: code -e --execute; file -f --file; data -u -p -k; operands data; stdin code
redis-cli valkey-cli keydb-cli: file --eval; data -h -p -s -a -u -n -r -i -d -D --user --pass; flags -x -c -3 -2 --raw --no-raw --csv --json --tls -e; operands subcommand; stdin code; example redis-cli SET prompt {prompt}
redis-cli/eval redis-cli/eval_ro redis-cli/EVAL redis-cli/EVAL_RO valkey-cli/eval valkey-cli/EVAL keydb-cli/eval keydb-cli/EVAL: operands code arguments
redis-cli/script redis-cli/SCRIPT redis-cli/function redis-cli/FUNCTION redis-cli/config redis-cli/CONFIG redis-cli/module redis-cli/MODULE valkey-cli/script valkey-cli/SCRIPT valkey-cli/function valkey-cli/FUNCTION: operands code
redis-cli/* valkey-cli/* keydb-cli/*: operands arguments
mongosh mongo: code --eval -e; data -u -p -h --host --port -d --authenticationDatabase --username --password; flags --quiet --norc --nodb --shell; operands data file; stdin code; example env PROMPT={prompt} mongosh --quiet script.js
mongodump mongoexport: code -q --query --queryFile; data -d -c --collection --db --uri; operands data
influx flux: operands subcommand; code -execute
influx/query: operands code; file -f --file; stdin code
influx/*: data -c -e
sqlcmd go-sqlcmd: code -Q -q --query --initial-query; file -i; data -S -U -P -d -o; assign -v; operands data; stdin code
sqlplus sql sqlcl: words ^@; code -C; operands data; stdin always
snowsql: code -q --query; file -f --filename; data -a -u -d -s -r -w -c --connection; operands data; stdin code
trino presto trino-cli presto-cli: code --execute; file -f --file; operands data; stdin code
hive beeline spark-sql impala-shell: code -e -q --query --hiveconf --conf -i; file -f; data -u -n -p -d; operands data; stdin code
spark-shell pyspark: file -i -I; code --conf --driver-java-options; operands data; stdin always
spark-submit: code --conf --driver-java-options; data --class --master --name --deploy-mode; operands file
usql isql tsql bteq nzsql dbaccess db2 sqsh harlequin osqueryi osqueryd steampipe: code -c --command -e -q --query; file -f --file; operands data code; stdin code
cypher-shell: file -f --file; data -u -p -a -d -P; operands code; stdin code
arangosh gremlin couchbase-cli cbq: code --javascript.execute-string -e -s --script; file --javascript.execute -f; operands data; stdin code
surreal: operands subcommand
surreal/sql: stdin always
hbase: operands subcommand
hbase/shell: operands file; stdin always
ldapmodify ldapadd: file -f; stdin always; operands data

# Builders and package tools
make gmake bmake remake pmake: file -f --file --makefile; code --eval; data -C --directory -j -I -l -o -W; operands shell; stdin none; example env PROMPT_FILE={prompt_file} make target
cmake: file -P; code -D -C; data -S -B -G -T -A -U; command --build:0; operands data
cmake/-E: operands subcommand
cmake/-E/env: operands assignments command
cmake/-E/time: operands command
ctest: code -S -SP --build-and-test --build-run-dir; data -R -E -L -j -C; operands data
ninja samu: file -f; data -C -j -k -l -d -t -w; operands data
just: code -c --command --shell --shell-arg --set:2; file -f --justfile; data -d --working-directory; operands data code; example env PROMPT={prompt} just recipe
go-task: operands data code; example env PROMPT={prompt} go-task fix
rake: code -e --execute -p --execute-print -E --execute-continue -r --require; file -f --rakefile -R --rakelibdir; operands data
scons waf meson bazel buck2 pants: file -f; data -C; operands data
bazel/run: code --run_under; data -c; operands arguments
ant mvn gradle gradlew mvnw: file -f -b -I --init-script -s -lib; code -e; data -p -D -P --tests; bare; long; operands data
npm: data --prefix -C -w --workspace --loglevel --registry; code --script-shell --node-options --shell --git; operands subcommand; example npm test -- {prompt}
npm/exec npm/x: code -c --call; data -p --package; flags -y --yes --no -q; operands command
npm/explore: operands data shell
npm/run npm/run-script npm/test npm/t npm/start npm/restart: flags -s --silent --if-present --ignore-scripts; operands data
npm/install npm/i npm/add npm/ci npm/init npm/create npm/rebuild: operands code
npm/pkg npm/set npm/config: operands code
npm/*: data -c -e -m --message
npx bunx pnpx: code -c --call; data -p --package -w --workspace --node-options; flags -y --yes --no -q --no-install --ignore-existing --bun; operands command; example npx my-program -- {prompt}
pnpm: data -C --dir -F --filter --loglevel; flags -r -w -s --silent --recursive; code --script-shell --node-options; operands subcommand
pnpm/exec: flags -r --recursive --parallel --no-bail -c --shell-mode; operands command; if -c --shell-mode: shell
pnpm/dlx: data --package; flags -c --shell-mode -s; operands command; if -c --shell-mode: shell
pnpm/run pnpm/test pnpm/t pnpm/start: operands data
pnpm/install pnpm/add pnpm/i pnpm/create: operands code
pnpm/*: operands data
yarn yarnpkg: data --cwd; operands subcommand
yarn/exec: operands shell
yarn/dlx: data -p --package; flags -q; operands command
yarn/node: operands file
yarn/run yarn/test yarn/start: operands data
yarn/workspace: operands data subcommand
yarn/add yarn/create yarn/install yarn/init: operands code
yarn/*: operands data
volta fnm nvm n: operands subcommand
volta/run fnm/exec nvm/exec nvm/run: data --using --node --npm; operands command
corepack: operands command
pip pip3 easy_install: code --editor --config-settings --global-option --build-option -C; operands subcommand
pip/install pip/download pip/wheel pip3/install easy_install/*: file -r --requirement -c --constraint -e --editable; operands code
pip/* pip3/*: data -c -e -f -r
pipx: operands subcommand
pipx/run: data --spec --python --with --pip-args; flags -q; operands command
pipx/install pipx/inject: operands code
uvx: data --from --with -p --python --index-url --with-editable -w; flags -q -n; operands command
uv: operands subcommand
uv/run uv/tool/run: command -m --module -s --script; data --with --from -p --python --project --directory --package --extra --group --env-file -w --with-requirements; flags -q -n --isolated --no-sync --frozen --locked --no-project --no-dev --all-extras; operands command
uv/pip/install uv/add uv/tool/install: operands code
uv/*: data -c -e
poetry pipenv pdm hatch rye conda mamba micromamba bundle bundler rbenv pyenv nodenv jenv goenv asdf mise rtx direnv pixi devbox flox spack: data -C --directory -P --project; operands subcommand
poetry/run pipenv/run pdm/run hatch/run rye/run pixi/run rbenv/exec pyenv/exec nodenv/exec jenv/exec goenv/exec asdf/exec bundle/exec bundler/exec: data -p -e --environment -s --site; flags -q; operands command
conda/run mamba/run micromamba/run: data -n --name -p --prefix --cwd; flags --no-capture-output --live-stream -v; operands command
mise/exec mise/x rtx/exec rtx/x: code -c --command; data -C --cd -j; operands data command
mise/run mise/r: operands data shell
direnv/exec: operands data command
devbox/run: operands shell
flox/activate: code -c --command; data -d -r; operands command
poetry/add pipenv/install pdm/add conda/install: operands code
gem brew apt apt-get dnf yum apk pacman opkg zypper emerge: operands subcommand; code -o --option --config -c; data -e
gem/install brew/install apt/install apt-get/install dnf/install yum/install apk/add pacman/-S opkg/install zypper/install: operands code
cpan cpanm: operands code
composer: operands subcommand
composer/exec: operands command
composer/require composer/create-project: operands code
composer/*: data -d
rpm rpmbuild rpmquery rpmverify: code -E --eval -D --define --pipe --rcfile --macros; operands data
dpkg: code --pre-invoke --post-invoke; operands data
snap flatpak: operands subcommand
snap/run: code --command --shell:0; operands data arguments
flatpak/run: code --command; data --env --branch --arch --filesystem; operands data arguments
flatpak-spawn: flags --host --clear-env --sandbox; operands command
nix-shell: code --run --command -E --expr -p --packages; file -I; data -A --attr -j --keep; assign --arg:2 --argstr:2; flags --pure -Q -v --impure; operands file; stdin none
nix: data -f --file -I --option:2 --override-input:2; operands subcommand
nix/run: data -p; code --expr --apply -E; operands code arguments; example nix run nixpkgs#hello -- {prompt}
nix/develop nix/shell: command -c --command; code --expr -E --phase; operands code
nix/eval nix/build nix/repl nix/flake: code --expr --apply -E; operands code
nix/*: code --expr --apply
nix-build nix-instantiate nix-env: code -E --expr -p; data -A --attr -o; operands file
guix: operands subcommand
guix/shell guix/environment: data -m -f -D; flags -C -N --pure --container; code -e --expression; command --; operands data
guix/repl: operands file; stdin code
guix/*: code -e --expression
steam-run appimage-run: operands command
tox nox: data -e --env -c --conf -f --noxfile -s; operands data
pre-commit: operands subcommand
pre-commit/*: data -c
gcc g++ cc c++ clang clang++ c89 c99 tcc: long; code -wrapper -B -specs -fplugin -run; data -o -x -I -L -l -D -e -c:0 -include -T; operands data; stdin none
ld: long; data -o -e -l -L -T -c; code -plugin; operands data

# Tools with an option that runs a command
git: code -c --config-env --exec-path; safe (?i)^((user|author|committer)\.(name|email)|color\.[\w.]+|advice\.\w+|i18n\.\w+|init\.defaultbranch|push\.default|http\.extraheader|core\.(quotepath|autocrlf|abbrev))=; data -C --git-dir --work-tree --namespace --super-prefix; flags -p -P --no-pager --paginate --bare --no-optional-locks --literal-pathspecs; operands subcommand; example git commit -m {prompt}
git/rebase: code -x --exec -s --strategy -X; data --onto; operands data
git/bisect: operands subcommand
git/bisect/run: operands command
git/bisect/*: operands data
git/submodule: operands subcommand
git/submodule/foreach: operands shell
git/submodule/*: operands data
git/filter-branch: code --setup --env-filter --tree-filter --index-filter --parent-filter --msg-filter --commit-filter --tag-name-filter; operands data
git/difftool git/mergetool: code -x --extcmd -t --tool; operands data
git/grep: code -O --open-files-in-pager; file -f; data -e -m --max-depth -A -B -C --threads; flags -n -i -l -w -c -E -F -P -v -r -o -q -h -H -L; operands data
git/clone: code -u --upload-pack -c --config --template; data -b --branch -o --origin --depth -j --filter --reference; operands data; words ^ext::
git/fetch git/pull git/ls-remote git/fetch-pack: code --upload-pack --exec; data -j --depth -o -s --strategy -X; words ^ext::; operands data
git/push git/send-pack: code --receive-pack --exec; data -o --push-option; words ^ext::; operands data
git/archive: code --exec --remote; data -o --output --prefix --format; operands data
git/remote: words ^ext::; operands data
git/send-email: code --sendmail-cmd --to-cmd --cc-cmd --header-cmd --smtp-server; data --to --cc --subject --from; operands data
git/config: safe (?i)^((user|author|committer)\.(name|email)|color\.[\w.]+|advice\.\w+|i18n\.\w+|init\.defaultbranch|push\.default)$; data -f --file --type --default; operands code; example git config user.name {prompt}
git/instaweb git/daemon git/cvsserver git/svn: code --httpd --access-hook -b --browser; operands data
git/hook git/maintenance git/for-each-repo: operands code
git/*: data -c -e -m --message -F --file -C -b -B -t --author --date --trailer --grep -S -G --format --pretty -n -u -L; operands data
hg mercurial: code --config --debugger --tool --ssh --remotecmd; data -R --repository -m --message -u -r -e; operands data
svn: code --config-option --editor-cmd --diff-cmd --diff3-cmd --merge-cmd; data -m --message -r -F -c --username --password; operands data
cvs: code -e -d; data -m; operands data
tar gtar bsdtar: code -I --use-compress-program --to-command --checkpoint-action -F --info-script --new-volume-script --rsh-command --rmt-command; data -f --file -C --directory -b -T --files-from -X --exclude-from --exclude --transform -K -N -V -g -L; flags -c -x -t -z -j -J -v -p -k -O -u -r -h -m -P -S -w -W -l -a --create --extract --list --gzip --verbose; words ^[^/]+:; operands data
cpio pax: code --rsh-command --rmt-command; data -F -H -D -I -O -E -C; flags -o -i -p -c -v -d -m -u; operands data
zip: code -TT --unzip-command; data -i -x -n -b -t; joined -P -s; flags -r -q -T -9 -e -j -m -u -f -d -l; operands data
unzip: data -x -d; joined -P; flags -c -o -q -l -p -j; operands data
sort gsort: code --compress-program; data -k --key -t --field-separator -S --buffer-size -T --temporary-directory -o --output --parallel; file --files0-from; flags -n -r -u -b -d -f -g -h -i -M -R -V -c -C -m -s -z; operands data
split gsplit: code --filter; data -a -b -C -l -n -t; flags -d -e -u -x; operands data
less more most pg zless: words ^\+; data -b -h -j -p -P -x -y -z -T -t; file -k --lesskey-file --lesskey-src; pipe -o -O; flags -e -E -c -F -R -X -S -N -i -I -n -r -m -M -q -s -u -d -f; operands data
man: code -P --pager -H --html -p --preprocessor --recode; file -C --config-file; data -L -m -M -S -s -e -r -E; flags -k -f -a -w -K -l -t -T -X; operands data
vi vim nvim view gvim vimdiff nvim-qt rvim rview evim gview neovide mvim macvim ex vim.tiny vim.basic vim.nox elvis nvi vis: code -c --cmd -S --remote-send --remote-expr --startuptime-cmd; file -s -u -U -l -W -w -i; words ^\+; data -t -T -V -r; flags -e -E -d -R -n -N -b -m -M -O -o -p -y -Z -es -Es; operands data; stdin code; example vim -R -- {prompt_file}
ed red: data -p; operands data; words ^!; flags -s -G -v; stdin always
emacs emacsclient emacs-nox emacs-gtk xemacs mg zile: code -eval --eval -e --execute -f --funcall --function -a --alternate-editor; file -l --load -script --script --init-directory --load-path -L; data -T -t -display -c:0 -nw:0; words ^\+; flags -q -Q --quick --batch -batch -n; operands data
kak: code -e -E -p; operands data
helix hx nano pico micro joe jed: code -e -f -l; data -s; operands data
code codium cursor subl: data -g -w -n -r; flags --wait; operands data
gdb lldb cgdb crash radare2 r2 rizin pwndbg: code -ex --eval-command -iex --init-eval-command -o --one-line -O --one-line-before-file -k --one-line-on-crash -K -qc; file -x --command -ix --init-command -S -s --source -i; data -p --pid -c --core --core-file -d --directory -b -e -n; flags -q -batch --batch -nx -nh -quiet; operands file; if --args: command; stdin code; example gdb -batch -ex run --args my-program -- {prompt}
curl: file -K --config; data -d --data --data-raw --data-binary --data-urlencode --data-ascii --json -H --header -F --form --form-string -u --user -X --request -o --output -e --referer -c --cookie-jar -b --cookie -A --user-agent -x --proxy -m --max-time -w --write-out -T --upload-file -E --cert --url --url-query -G:0 -r -C -y -Y -z -D --dump-header --connect-timeout --retry; flags -s -S -L -f -k -i -I -v -N -O -g -q -n -l -a -j -J -p -R -0 -1 -2 -3 -4 -6 -#; bare; operands data
wget wget2: code -e --execute --use-askpass --preserve-program; file --config -i --input-file; data -O --output-document -o --output-file -a --append-output -P --directory-prefix -U --user-agent -t -T -w -Q -l -A -R -D -I -X --header --post-data --post-file --body-data --method --user --password; flags -q -v -c -N -r -k -p -m -x -E -H -L -S -nv -nc -np -nd -nH -b -d -F; operands data
aria2c: code --on-download-complete --on-download-error --on-download-start --on-download-stop --on-download-pause --on-bt-download-complete; file --conf-path -i --input-file; data -o --out -d --dir -x -s -j -k --header; operands data
yt-dlp youtube-dl: code --exec --exec-before-download --netrc-cmd --postprocessor-args --ppa --downloader-args --use-postprocessor --external-downloader --downloader; file --config-locations --config-location --load-info-json --plugin-dirs -a --batch-file; data -o --output -f --format -P --paths; flags -e -c -q -s -x -v -i; operands data
w3m links lynx elinks: code -o -e -cmd_script -eval; data -T -I -O -cols; operands data
terraform tofu terragrunt: operands subcommand
terraform/console tofu/console: stdin always
terraform/* tofu/* terragrunt/*: long; data -var -var-file -target -out
puppet: operands subcommand
puppet/apply: code -e --execute; operands file; stdin code
chef-client chef-apply: code -e --execute -j; operands file; stdin code
facter: code --custom-dir --external-dir; operands data
openssl: operands subcommand
openssl/*: long; code -engine -provider -provider-path; data -in -out -passin -passout -e; operands data
ssh-keygen ssh-add: code -D -w -P11; data -f -t -C -N -b -I -n -V -O -s -Y; operands data
pandoc: code -F --filter -L --lua-filter --template --pdf-engine --pdf-engine-opt; file -d --defaults; data -f --from -t --to -o --output -M --metadata -V --variable -c --css -s:0 -B -A -H; operands data
asciidoctor sphinx-build: code -r --require -D; data -a -o -b -c; operands data
exiftool: code -if -p -execute -config -api -geotag; long; words ^-.*<; operands data; file -@
convert magick mogrify identify: words ^(msl|mvg|ephemeral|\||@); long; operands data
ffmpeg ffplay ffprobe: long; data -i -c -f -e -vf -af -ss -t -to -metadata -y:0; operands data
scrot maim: code -e --exec; data -d -q; operands data
sox play rec: words ^["|]; operands data
enscript a2ps: code --filter -P; data -c:0 -e -p -o; operands data
highlight source-highlight: code --plug-in -D --config-file; operands data
dialog whiptail zenity kdialog yad: long; data --text --title --msgbox --yesno --body; operands data
pidstat: command -e; operands data
msgfilter msgexec: data -i -o; operands command
grc: data -c --config -s -e:0; operands command
logrotate: operands file; data -s -l
update-alternatives: operands code
xdg-user-dir: operands code
cobc: code -std; data -o; flags -x -F -j
cowsay cowthink: file -f; data -e -T -W; operands data
dosbox: code -c; file -conf; operands data
minicom: file -S; code -C; operands data
rtorrent: code -o; operands data
zathura: code -x --synctex-editor-command; file -c; data -d; operands data
snakemake nextflow: code -C --config --shell-executable --cluster; file -s --snakefile -c:0; data -j; operands data
airflow dbt: operands subcommand
airflow/* dbt/*: data -c --conf -e -s --select; code --vars
celery flask django-admin manage.py gunicorn uvicorn: operands subcommand; code --app-cmd
manage.py/shell django-admin/shell flask/shell: code -c --command; stdin code
jupyter: operands subcommand
jupyter/console jupyter/run jupyter/execute: operands file; stdin code; code --Application.exec_lines
jupyter/*: data -c
rspec minitest cucumber phpunit jest vitest mocha: data -e --example -n --name -t --testNamePattern -g --grep --filter; code -r --require -c --config --bootstrap; bare; operands data
pytest py.test: bare; data -k -m -c -o --rootdir -n --maxfail --tb; code -p --confcutdir; operands data
mypy pyright ruff flake8 black: code -c --command --code; data -p -m -e; operands data
coverage: operands subcommand
coverage/run: command -m; data --source --include --omit --rcfile; flags -a -p --branch; operands file
coverage/*: data -c

# Programs whose -c, -e or the like take data, or nothing
echo: flags -n -e -E; noend; operands data; example printf '%s\n' {prompt}
printf: code -v; operands data arguments
true false: operands arguments
test [: long; flags -a -b -c -d -e -f -g -G -h -k -L -N -n -O -o -p -r -S -s -t -u -w -x -z !; operands arguments
grep egrep fgrep zgrep bzgrep xzgrep ggrep: data -e --regexp -f --file -m --max-count -A -B -C -d -D --include --exclude --exclude-dir --label --color; flags -c --count -n -i -r -R -v -w -x -l -L -o -q -s -h -H -E -F -G -P -a -b -z -Z -I -U -T -y; operands data
rg ripgrep: code --pre --hostname-bin; data -e --regexp -f --file -g --glob -t --type -T -m -A -B -C -M -r --replace -j -d --pre-glob --sort -E --encoding --iglob; flags -c --count -n -N -i -S -s -F -P -v -w -x -l -o -q -u -U -z -a -H -I -L -p -0 --json --hidden; operands data
ag ack ugrep ug: code --pager --filter; data -e -f -g -G -m -A -B -C; flags -c -i -l -n -Q -w -v; operands data
wc cat tac nl cp mv ln ls gls dir touch chmod chown chgrp du df od hexdump hd xxd uniq comm tee fold fmt expand unexpand pr ps rm mkdir readlink realpath base64 gzip gunzip bzip2 bunzip2 xz unxz zstd zcat lz4 md5sum sha1sum sha256sum sha512sum b2sum cksum column tr iconv strings look nm objdump rev: flags -c -e; data -s -o -w -d; operands data
cut head tail stat date join paste cmp diff colordiff sdiff diff3 patch shuf seq numfmt csplit ping ping6 file tree jo: data -c -d -f -n -s -o; flags -e; operands data
cal top htop lp lpr kill pkill pgrep killall useradd usermod flac espeak say figlet toilet notify-send logger wall write msmtp aspell hunspell gpg gpg2 sqlfluff: data -c -e -t -f -m -u; operands data
install truncate lsof iperf iperf3 ab wrk hey htpasswd pv mtr host traceroute readelf passwd: data -c; flags -e; operands data
wl-copy xclip xsel pbcopy clip.exe: data -t -selection -sel; flags -c -n -o; operands data; long
sleep gsleep: operands data

# Agents
codex: data -c --config -m --model -p --profile -s --sandbox -a --ask-for-approval -C --cd -i --image --enable --disable --add-dir --output-schema -o --output-last-message --color; flags --json --full-auto --oss --search --skip-git-repo-check --ephemeral; operands data
claude: data -p:0 --append-system-prompt --system-prompt --model --fallback-model --session-id --allowedTools --disallowedTools --permission-mode --output-format --input-format --max-turns --max-budget-usd --add-dir -r --resume --json-schema --agents; code --mcp-config --settings; flags -c --continue -e --print --verbose --bare; bare; operands data
gemini qwen: noend; data --prompt -m --model -o --output-format -e --extensions -r --resume --approval-mode --include-directories; flags -y -d -s -l -p -i; operands data; example gemini --prompt={prompt}
opencode crush: data -m --model -s --session --agent --format --dir --title --attach -f --file --command --variant; flags -c --continue --fork --share --auto; operands data
cursor-agent copilot amp droid mods fabric cline auggie kilocode kiro-cli q plandex cody cn openhands pi: data -m --model --message --prompt -t --text -f --message-file -x --execute -o -i; flags -c -e; operands data
llm: data -m --model -s --system -t --template -a --attachment -f --fragment; flags -c; operands data
aider: code --test-cmd --lint-cmd --notifications-command --load --git-commit-verify-cmd; data -m --msg --message -f --message-file --model --read --file -c --config --edit-format; operands data
goose: data -t --text -i --instructions -n --name; code --with-extension --with-remote-extension; operands subcommand
goose/*: data -c
aichat sgpt: code -e --execute -s --shell -c --code -r; data -m --model; operands data
interpreter open-interpreter: operands code; stdin code
ollama: operands data
`;
