#!/usr/bin/perl
# Starts the commands of one worker, waits for them, and stops everything that they started.
#
#   worker --.-- helper            this program: forks keepers, adopts what a killed keeper leaves
#            |-- keeper 1          runs one command after the other
#            |     `-- command     whatever it starts stays below its keeper
#            `-- keeper 2 ...
#
# A keeper is a subreaper: a process that loses its parent becomes the child of its nearest living ancestor that is one.
# So all descendants of a command stay below its keeper, whatever session, group or environment they give themselves.
# When the keeper has no child left, nothing of the command is left. That proof costs one system call.
#
# Worker, helper and keepers talk in lines. Each line is written by one write(2) of less than PIPE_BUF bytes, so lines
# of several keepers never mix.
#
# The worker says to the helper, on the helper's stdin:
#
#   keeper N                            fork keeper N, which reads its orders from the FIFO keeper-N
#   fifos FIRST COUNT                   make so many FIFOs, named by numbers from FIRST on: Node cannot make one
#   ping N                              answer "pong N"
#
# The worker says to keeper N, in the FIFO keeper-N:
#
#   run ID GRACE_MS SIGNAL,SIGNAL...    run the command of the request file request-ID. The rest says how it is stopped:
#                                       these signals (numbers), a grace period apart, and a grace period later SIGKILL
#   stop ID                             stop it, if it is still the one that runs
#
# Helper and keepers answer on the stdout of the helper:
#
#   ready CONTAINMENT                   the helper's first line: "cgroup" where commands are born in cgroups, else "alone".
#                                       Or: unable REASON
#   keeper N PID START_TIME             keeper N runs
#   unforked N ERRNO                    there is no keeper N, the system refused it
#   fifos FIRST ERRNO                   0: they are made; else none of them is
#   failed ID STEP ERRNO                the command could not be started; STEP is fork, claim, cgroup, open, chdir or exec.
#                                       A line "ended ID" follows
#   ended ID STATUS CAUSE PIDS          the command has ended, and all of its descendants have, but for PIDS ("-": none),
#                                       which SIGKILL did not end. STATUS is its full wait status; CAUSE is what came first:
#                                       its own end (self), "stop ID" (stop), a silent (silence) or dead worker (orphaned)
#   gone N PIDS                         keeper N has ended, and so have all processes that it left, but for PIDS
#   pong N
#
# A request file holds fields that each end in NUL: working directory; paths of stdin, stdout and stderr; the number of
# arguments; the arguments, of which the first is the program; and the environment, as NAME=value. Only the process that
# becomes the command reads it, and removes it before anything else: whoever removes it first, that process or the worker,
# decides whether the command starts. So no prompt is ever in the memory or the arguments of helper and keepers.
#
# The end of the worker is the end of file on these pipes. Keepers stop their commands then, with the grace period. The
# helper waits for the keepers, stops what is left, and removes the worker's folders and cgroup. Keepers need no helper for
# their part. A worker that is only stopped is silent: it writes the time (CLOCK_MONOTONIC, nanoseconds) into the file
# "beat" while commands run, and keepers stop their commands when that time is too old.
#
# The FIFO "watch" has readers as long as the helper or a keeper lives: others who want to clear up wait for that.
#
#   perl keeper.pl NAME=VALUE...
#
#   folder           where the FIFOs, request files and "beat" are; removed in the end
#   state            the worker's other folder; removed in the end
#   cgroup           the folder of the worker's cgroup, with a cgroup N below it for each keeper N, and one to try with,
#                    "probe"; empty: there is none
#   mark             a text in the environment of all the worker's commands
#   grace_ms         the grace period where no command tells its own
#   kill_ms          how long SIGKILL may take before a process counts as one that it does not end
#   silent_ms        how long a worker may be silent while a command runs; 0: for ever
#   silent_grace_ms  the grace period then
#
# It needs perl-base alone, and loads no module: Config and constant double the memory that every fork has to copy.
use strict;

# Of system calls.
my %numbers = (
  x86_64 => {
    rt_sigprocmask => 14, setsid => 112, prctl => 157, clock_gettime => 228, mknodat => 259, signalfd4 => 289,
    clone3 => 435,
  },
  aarch64 => {
    rt_sigprocmask => 135, setsid => 157, prctl => 167, clock_gettime => 113, mknodat => 33, signalfd4 => 74,
    clone3 => 435,
  },
);

# Numbers of Linux, the same on both.
sub SIGKILL() { 9 }
sub SIGTERM() { 15 }
sub SIGCHLD() { 17 }
sub SIGCONT() { 18 }
sub O_RDONLY() { 0 }
sub O_WRONLY() { 1 }
sub O_NONBLOCK() { 04000 }
sub F_SETFL() { 4 }
sub AT_FDCWD() { -100 }
sub S_IFIFO() { 010000 }
sub PR_SET_CHILD_SUBREAPER() { 36 }
sub CLOCK_MONOTONIC() { 1 }
sub CLONE_INTO_CGROUP() { 0x200000000 }
sub SIG_BLOCK() { 0 }
sub SIG_SETMASK() { 2 }
sub SFD_NONBLOCK_CLOEXEC() { 02004000 }
sub MASK_BYTES() { 8 }
sub WNOHANG() { 1 }
sub WUNTRACED() { 2 }
sub WALL() { 0x40000000 }
sub EPERM() { 1 }
sub E2BIG() { 7 }
sub EAGAIN() { 11 }
sub ENOMEM() { 12 }
sub EINVAL() { 22 }
sub ENOSYS() { 38 }

# Seconds between two looks while killing: soon at first, since most processes end at once.
sub FIRST_PAUSE() { 0.001 }
sub LONGEST_PAUSE() { 0.05 }

my $call = $numbers{ find_architecture() };
my %option = map { split /=/, $_, 2 } @ARGV;
my $folder = $option{folder};
my ($grace, $kill_within, $silent_after, $silent_grace) =
  map { $option{$_} / 1000 } qw(grace_ms kill_ms silent_ms silent_grace_ms);

# Masks of signals. Not as constants: what syscall gets a pointer to must be writable.
my ($all_signals, $no_signals, $only_sigchld) = ("\xff" x MASK_BYTES, "\0" x MASK_BYTES, pack('Q', 1 << SIGCHLD - 1));
# $answers leads to the worker. $children is readable when a child has ended or was stopped. $watch is only held open.
my ($answers, $children, $watch, $beat);
# Whether the kernel lists the children of a process. Without that list all processes are searched.
my $lists_children = -e "/proc/$$/task/$$/children";

help();
exit 0;

# ---------------------------------------------------------------------------------------------------------------- helper

sub help {
  open($answers, '>&', 1) or exit 1;
  my $lack = find_lack();
  return answer("unable $lack") if $lack;
  open(my $orders, '<&', 0) or exit 1;
  open(STDIN, '<', '/dev/null');
  open(STDOUT, '>', '/dev/null');
  chdir '/';
  $0 = "host-runner helper of $folder";
  $option{cgroup} = '' if !can_use_cgroup();
  answer('ready ' . ($option{cgroup} ? 'cgroup' : 'alone'));

  my %keepers;        # number by pid
  my @ended;          # numbers of keepers whose end has not been told
  my %given_up;       # processes that SIGKILL did not end
  my $stop;           # the stop of what killed keepers left
  my $text = '';
  for (my $is_over = 0; !$is_over || %keepers || @ended;) {
    my $is_told = wait_for($orders, $stop);
    if ($is_told) {
      my @lines = read_lines($orders, \$text);
      $orders = undef if !@lines;
      for (@lines) {
        my ($verb, $number, $count) = split;
        if ($verb eq 'ping') { answer("pong $number") }
        elsif ($verb eq 'fifos') { answer("fifos $number " . make_fifos($number, $count)) }
        elsif ($verb eq 'keeper') {
          my $pid = fork;
          if (!defined $pid) { answer("unforked $number " . ($! + 0)) }
          elsif ($pid) { $keepers{$pid} = $number }
          else { close $orders; keep($number); exit 0 }
        }
      }
    }
    $is_over = 1 if !$orders;

    while ((my $pid = waitpid(-1, WNOHANG | WUNTRACED | WALL)) > 0) {
      if ((${^CHILD_ERROR_NATIVE} & 0xff) == 0x7f) { kill SIGCONT, $pid if $keepers{$pid} }
      elsif (my $number = delete $keepers{$pid}) { push @ended, $number }
    }
    next if !@ended;

    # They are in no keeper's care, so nobody may still want them.
    my $find = sub { descendants(grep { !$keepers{$_} && !$given_up{$_} } children_of($$)) };
    if ($find->()) {
      $stop ||= begin_stop($grace, SIGTERM);
      advance($stop, 0, $find);
      next if !$stop->{is_given_up};
    }
    my @left = $stop && $stop->{is_given_up} ? grep { is_alive($_) } $find->() : ();
    $given_up{$_} = 1 for @left;
    answer("gone $_ " . list(@left)) for @ended;
    @ended = ();
    $stop = undef;
  }
  remove_all() if !grep { is_alive($_) } keys %given_up;
}

# What keeps this program from doing its work on this system; empty where nothing does.
sub find_lack {
  return 'its Perl is built for another system than x86-64 or arm64' if !$call;
  return 'no /proc' if !-r "/proc/$$/stat";
  # Signals would have to be handled between two statements. Blocked, and read from a descriptor, they are events.
  syscall($call->{rt_sigprocmask}, SIG_BLOCK, $all_signals, 0, MASK_BYTES) == 0 or return "rt_sigprocmask: $!";
  my $descriptor = syscall($call->{signalfd4}, -1, $only_sigchld, MASK_BYTES, SFD_NONBLOCK_CLOEXEC);
  $descriptor >= 0 && open($children, '<&=', $descriptor) or return "signalfd: $!";
  syscall($call->{prctl}, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or return "prctl: $!";
  # It may be there already, made by a helper before this one.
  make_fifo("$folder/watch");
  sysopen($watch, "$folder/watch", O_RDONLY | O_NONBLOCK) or return "$folder/watch: $!";
  sysopen($beat, "$folder/beat", O_RDONLY) or return "$folder/beat: $!";
  return '';
}

# What this Perl was built for, from the head of its program file: a 32-bit Perl on a 64-bit kernel has other numbers.
sub find_architecture {
  sysopen(my $program, '/proc/self/exe', O_RDONLY) or return '';
  sysread($program, my $head, 20) == 20 or return '';
  my ($magic, $class, $order, $machine) = unpack 'a4 C C x12 v', $head;
  # Of 64 bits, little-endian.
  return '' if $magic ne "\x7fELF" || $class != 2 || $order != 1;
  return { 62 => 'x86_64', 183 => 'aarch64' }->{$machine} || '';
}

# Found out by trying: whether a process may be put into a cgroup depends on more than the mode of a file.
sub can_use_cgroup {
  return 0 if !$option{cgroup};
  my ($pid, $place) = fork_into(open_cgroup("$option{cgroup}/probe"));
  if (defined $pid && $pid == 0) { exit(!$place || enter_cgroup($place) ? 0 : 1) }
  return defined $pid && waitpid($pid, WALL) == $pid && $? == 0;
}

# Removes what the worker had. Keepers of a helper before this one may still be at work: they get the time to end it.
# Where something is left all the same, its record stays for another worker.
sub remove_all {
  my $until = now() + $grace + $kill_within;
  while (is_any_marked()) {
    return if now() > $until;
    select(undef, undef, undef, LONGEST_PAUSE);
  }
  # A process that is just going away holds its cgroup for a moment longer than it can be seen there.
  for (my $tries = 0; $option{cgroup} && -d $option{cgroup}; $tries++) {
    return if $tries > 20;
    kill_cgroup($option{cgroup}) if $tries > 0;
    remove_cgroup($option{cgroup}) or select(undef, undef, undef, LONGEST_PAUSE);
  }
  remove_tree($folder);
  remove_tree($option{state});
}

# ---------------------------------------------------------------------------------------------------------------- keeper

sub keep {
  my ($number) = @_;
  $0 = "host-runner keeper $number of $folder";
  # What a terminal or a supervisor sends to the helper's group is not for the keeper.
  syscall($call->{setsid});
  syscall($call->{prctl}, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  # Not to block where the worker, the only writer, is gone already.
  sysopen(my $orders, "$folder/keeper-$number", O_RDONLY | O_NONBLOCK) or exit 1;
  fcntl($orders, F_SETFL, 0);
  answer("keeper $number $$ " . start_time($$));
  my $cgroup = $option{cgroup} && open_cgroup("$option{cgroup}/$number");

  my $text = '';
  # An idle keeper has no child that it would have to notice.
  while (my @lines = read_lines($orders, \$text)) {
    for (@lines) {
      my ($verb, $id, $grace_ms, $signals) = split;
      # A "stop" here came after the end of what it was for.
      next if $verb ne 'run';
      run_command($id, $orders, \$text, $cgroup, $grace_ms / 1000, split(/,/, $signals)) or return;
    }
  }
}

# Runs one command to its end. False where the worker is gone, or where processes are left that stay with this keeper.
sub run_command {
  my ($id, $orders, $text, $cgroup, $command_grace, @signals) = @_;
  my ($command, $place) = fork_into($cgroup);
  if (!defined $command) {
    my $step = $cgroup && $! != EAGAIN && $! != ENOMEM ? 'cgroup' : 'fork';
    answer("failed $id $step " . ($! + 0));
    answer("ended $id 0 self -");
    return 1;
  }
  become_command($id, $place) if $command == 0;

  my $status;                 # of the command, once it has ended
  my $stop;                   # the stop of the whole tree, once it has begun
  my $cause = 'self';
  my $is_orphaned = 0;
  my $listen_until = $silent_after && now() + $silent_after;
  my $find = sub { descendants(children_of($$)) };
  my $begin = sub {
    my ($why, $with_grace) = @_;
    return if $stop;
    $cause = $why;
    $stop = begin_stop($with_grace, @signals);
    $stop->{cgroup} = $cgroup && $cgroup->{path};
  };
  for (;;) {
    my $is_told = wait_for($is_orphaned ? undef : $orders, $stop, $listen_until);
    my $pid;
    while (($pid = waitpid(-1, WNOHANG | WALL)) > 0) { $status = ${^CHILD_ERROR_NATIVE} if $pid == $command }
    # No child: nothing of it is left.
    last if $pid < 0;
    $begin->('self', $command_grace) if defined $status;

    if ($is_told) {
      my @lines = read_lines($orders, $text);
      if (!@lines) {
        $is_orphaned = 1;
        $begin->('orphaned', $command_grace);
      }
      for (@lines) { $begin->('stop', $command_grace) if $_ eq "stop $id" }
    }
    if ($listen_until && now() >= $listen_until) {
      $listen_until = last_beat() + $silent_after;
      if (now() >= $listen_until) {
        # Others will take the task over: whatever is under way must be over by then.
        $listen_until = 0;
        $begin->('silence', $silent_grace / @signals);
        hurry($stop, $silent_grace);
      }
    }
    advance($stop, defined $status ? 0 : $command, $find) if $stop;
    last if $stop && $stop->{is_given_up};
  }
  my @survivors = $stop && $stop->{is_given_up} ? grep { is_alive($_) } $find->() : ();
  # Only a process that SIGKILL does not end has no status to tell of.
  answer("ended $id " . (defined $status ? $status : SIGKILL) . " $cause " . list(@survivors));
  stay_with($orders, $find) if @survivors && !$is_orphaned;
  return !$is_orphaned && !@survivors;
}

# Waits for the end of processes that SIGKILL could not end, as nobody else would wait for them.
sub stay_with {
  my ($orders, $find) = @_;
  for (;;) {
    my $is_told = wait_for($orders, undef, now() + 1);
    my $pid;
    1 while ($pid = waitpid(-1, WNOHANG | WALL)) > 0;
    return if $pid < 0 || ($is_told && !sysread($orders, my $ignored, 4096));
    kill SIGKILL, $find->();
  }
}

# Forks a process that is born in the cgroup, if any. To move it there would be simpler, but a move takes the kernel up to
# 20 ms where none was made lately. Returns what fork does, and the cgroup where the process has to move itself after all.
sub fork_into {
  my ($cgroup) = @_;
  return fork if !$cgroup;
  if ($cgroup->{directory}) {
    # Flags, four fields for threads, the signal of its end, five for stack and ids, and the cgroup.
    my $arguments = pack('Q11', CLONE_INTO_CGROUP, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, fileno $cgroup->{directory});
    my $pid = syscall($call->{clone3}, $arguments, length $arguments);
    return $pid if $pid >= 0;
    # Before Linux 5.7, or where a filter of system calls holds it up.
    return undef if $! != ENOSYS && $! != EINVAL && $! != E2BIG && $! != EPERM;
    $cgroup->{directory} = undef;
  }
  return (scalar(fork), $cgroup->{path});
}

sub enter_cgroup {
  my ($path) = @_;
  sysopen(my $members, "$path/cgroup.procs", O_WRONLY) or return 0;
  return syswrite($members, '0');
}

sub open_cgroup {
  my ($path) = @_;
  opendir(my $directory, $path);
  return { path => $path, directory => $directory };
}

# Turns this process, which has just been forked, into the command. Does not return.
sub become_command {
  my ($id, $place) = @_;
  my $refuse = sub {
    answer("failed $id $_[0] " . ($! + 0));
    exit 127;
  };
  syscall($call->{rt_sigprocmask}, SIG_SETMASK, $no_signals, 0, MASK_BYTES);
  syscall($call->{setsid});
  # Before the claim: a command whose cgroup is refused can be asked for again.
  !$place || enter_cgroup($place) or $refuse->('cgroup');
  my $path = "$folder/request-$id";
  my ($file, $request);
  sysopen($file, $path, O_RDONLY) && sysread($file, $request, -s $file) && unlink($path) or $refuse->('claim');
  my ($directory, $stdin, $stdout, $stderr, $count, @fields) = split /\0/, $request, -1;
  # The last field ends in NUL like all others.
  pop @fields;
  my @arguments = splice(@fields, 0, $count);

  sysopen(STDIN, $stdin, O_RDONLY) or $refuse->('open');
  for ([*STDOUT, $stdout], [*STDERR, $stderr]) {
    my ($stream, $fifo) = @$_;
    sysopen($stream, $fifo, O_WRONLY) or $refuse->('open');
    # A FIFO of this folder has served its purpose: nobody else may open it.
    unlink $fifo if index($fifo, "$folder/") == 0;
  }
  chdir $directory or $refuse->('chdir');
  %ENV = map { split /=/, $_, 2 } @fields;
  exec { $arguments[0] } @arguments;
  $refuse->('exec');
}

# When the worker last wrote that it goes on, in seconds of the monotonic clock.
sub last_beat {
  sysseek($beat, 0, 0);
  my $length = sysread($beat, my $nanoseconds, 32);
  return $length ? $nanoseconds / 1e9 : now();
}

# ---------------------------------------------------------------------------------------------------------------- stopping
#
# A stop ends a set of processes: each signal once to each of them, a grace period apart, SIGCONT behind each, since a
# stopped process gets a signal only when it continues; then SIGKILL until nothing is left. It has
#
#   signals      those still to be sent
#   grace        seconds from one to the next
#   step         what is done next, at `due`: tell_group, tell_rest or finish
#   group        the process group that had the current signal at once, if any
#   kill_at      when it comes to SIGKILL whatever signals are left, if it has to hurry
#   until        once it has come to SIGKILL: when that has had its time
#   cgroup       the cgroup whose processes are killed in the end, if any
#   is_given_up  whether SIGKILL has had its time

sub begin_stop {
  my ($with_grace, @signals) = @_;
  return { signals => \@signals, grace => $with_grace, step => \&tell_group, due => 0 };
}

# Does what is due. $leader is the command where it has not been waited for: until then its group's number is no other's.
sub advance {
  my ($stop, $leader, $find) = @_;
  while (!$stop->{is_given_up} && now() >= $stop->{due}) { $stop->{step}->($stop, $leader, $find) }
}

sub do_next {
  my ($stop, $step, $seconds) = @_;
  my $due = now() + $seconds;
  @$stop{qw(step due)} = ($step, $stop->{kill_at} && $due > $stop->{kill_at} ? $stop->{kill_at} : $due);
}

# Kills what is left after this long, whatever else was planned.
sub hurry {
  my ($stop, $seconds) = @_;
  return if $stop->{until};
  $stop->{kill_at} = now() + $seconds;
  $stop->{due} = $stop->{kill_at} if $stop->{due} > $stop->{kill_at};
}

# The group at once, before anything is looked for: that takes longer than most commands take to end.
sub tell_group {
  my ($stop, $leader) = @_;
  my $signal = shift @{ $stop->{signals} };
  if (!$signal || ($stop->{kill_at} && now() >= $stop->{kill_at})) {
    @$stop{qw(pause until kill_at)} = (0, now() + $kill_within, 0);
    return do_next($stop, \&finish, 0);
  }
  @$stop{qw(signal group)} = ($signal, $leader);
  # Where it does not lead a group yet, it has started nothing.
  for my $each ($leader ? ($signal, SIGCONT) : ()) { kill($each, -$leader) or kill($each, $leader) }
  do_next($stop, \&tell_rest, $leader ? FIRST_PAUSE : 0);
}

# Those that have left the group. What is forked later, by a clean-up perhaps, is told nothing before SIGKILL.
sub tell_rest {
  my ($stop, undef, $find) = @_;
  for my $pid ($find->()) {
    next if $stop->{group} && getpgrp($pid) == $stop->{group};
    kill $_, $pid for $stop->{signal}, SIGCONT;
  }
  do_next($stop, \&tell_group, $stop->{grace});
}

sub finish {
  my ($stop, undef, $find) = @_;
  return $stop->{is_given_up} = 1 if now() > $stop->{until};
  kill_cgroup($stop->{cgroup}) if $stop->{cgroup};
  my @found = $find->();
  my @new = grep { !$stop->{killed}{$_}++ } @found;
  kill SIGKILL, @found;
  # Soon again while there are new ones: they fork as fast as they are killed.
  my $pause = @new ? FIRST_PAUSE : $stop->{pause} * 2 || FIRST_PAUSE;
  $stop->{pause} = $pause < LONGEST_PAUSE ? $pause : LONGEST_PAUSE;
  do_next($stop, \&finish, $stop->{pause});
}

# --------------------------------------------------------------------------------------------------------------- processes

# The processes below and including these.
sub descendants {
  my @queue = @_;
  my ($parents, %seen);
  for (my $at = 0; $at < @queue; $at++) {
    push @queue, grep { !$seen{$_}++ } $lists_children ? children_of($queue[$at]) : @{ ($parents ||= list_by_parent())->{ $queue[$at] } || [] };
  }
  return @queue;
}

# Those of all threads of a process.
sub children_of {
  my ($pid) = @_;
  return @{ list_by_parent()->{$pid} || [] } if !$lists_children;
  my @threads = $pid;
  if ($pid != $$) {
    opendir(my $tasks, "/proc/$pid/task") or return;
    @threads = grep { /^\d/ } readdir $tasks;
  }
  return map { split ' ', read_file("/proc/$pid/task/$_/children") } @threads;
}

sub list_by_parent {
  my %children;
  for (all_pids()) {
    my @stat = stat_of($_) or next;
    push @{ $children{ $stat[1] } }, $_;
  }
  return \%children;
}

sub all_pids {
  opendir(my $proc, '/proc') or return;
  return grep { /^\d/ } readdir $proc;
}

# The fields of /proc/PID/stat from the state on: a name, in parentheses, may itself hold spaces and parentheses.
sub stat_of {
  my ($pid) = @_;
  my $text = read_file("/proc/$pid/stat");
  return split ' ', substr($text, rindex($text, ')') + 1);
}

sub start_time { (stat_of($_[0]))[19] }

# A zombie has ended; it only waits for its parent to notice.
sub is_alive {
  my ($state) = stat_of($_[0]);
  return $state && $state !~ /[ZXx]/;
}

sub is_any_marked {
  for my $pid (all_pids()) {
    return 1 if index(read_file("/proc/$pid/environ"), $option{mark}) >= 0 && is_alive($pid);
  }
  return 0;
}

sub kill_cgroup {
  my ($path) = @_;
  # Before Linux 5.14 there is none: what is in it is then killed one by one.
  sysopen(my $file, "$path/cgroup.kill", O_WRONLY) or return;
  syswrite($file, '1');
}

# ------------------------------------------------------------------------------------------------------- files and events

# Waits until a child has ended, $orders can be read, or something is due. True where $orders can be read.
sub wait_for {
  my ($orders, $stop, $listen_until) = @_;
  my $readable = '';
  vec($readable, fileno($children), 1) = 1;
  vec($readable, fileno($orders), 1) = 1 if $orders;
  my $timeout;
  for ($stop && $stop->{due}, $listen_until) {
    next if !$_;
    my $left = $_ - now();
    $timeout = $left > 0 ? $left : 0 if !defined $timeout || $left < $timeout;
  }
  my $found = select($readable, undef, undef, $timeout);
  return 0 if !$found || $found < 0;
  sysread($children, my $signals, 4096) if vec($readable, fileno($children), 1);
  return $orders && vec($readable, fileno($orders), 1);
}

# The whole lines that can be read now, waiting for the first one; none at the end of the file.
sub read_lines {
  my ($file, $text) = @_;
  for (;;) {
    my $length = sysread($file, $$text, 4096, length $$text);
    return if !$length;
    my $end = rindex($$text, "\n");
    next if $end < 0;
    my @lines = split /\n/, substr($$text, 0, $end + 1, '');
    return @lines if @lines;
  }
}

# Returns 0, or the number of the error with which it failed; none is left then.
sub make_fifos {
  my ($first, $count) = @_;
  my @made;
  for my $number ($first .. $first + $count - 1) {
    my $path = "$folder/$number";
    if (!make_fifo($path)) {
      my $error = $! + 0;
      unlink @made;
      return $error;
    }
    push @made, $path;
  }
  return 0;
}

sub make_fifo {
  my ($path) = @_;
  # Commands get the mask that the worker has.
  my $mask = umask 0;
  my $result = syscall($call->{mknodat}, AT_FDCWD, $path, S_IFIFO | 0600, 0);
  umask $mask;
  return $result == 0;
}

sub answer { syswrite($answers, "$_[0]\n") }

sub list { join(',', @_) || '-' }

# Empty where it cannot be read: a process may end at any time.
sub read_file {
  my ($path) = @_;
  sysopen(my $file, $path, O_RDONLY) or return '';
  my $text = '';
  1 while sysread($file, $text, 65536, length $text);
  return $text;
}

# In seconds, of the clock that no step of the wall clock moves.
sub now {
  my $time = "\0" x 16;
  syscall($call->{clock_gettime}, CLOCK_MONOTONIC, $time);
  my ($seconds, $nanoseconds) = unpack 'qq', $time;
  return $seconds + $nanoseconds / 1e9;
}

# Removes a cgroup with those below it, as far as they are empty. True where it is gone.
sub remove_cgroup {
  my ($path) = @_;
  opendir(my $entries, $path) or return !-d $path;
  remove_cgroup($_) for grep { -d && !/\/\.\.?$/ } map { "$path/$_" } readdir $entries;
  return rmdir $path;
}

sub remove_tree {
  my ($path) = @_;
  if (-d $path && !-l $path && opendir(my $entries, $path)) {
    remove_tree("$path/$_") for grep { $_ ne '.' && $_ ne '..' } readdir $entries;
    rmdir $path;
  }
  else { unlink $path }
}
