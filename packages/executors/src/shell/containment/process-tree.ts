import { bornSince, type FoundProcess, findMarked } from "./find-marked.ts";
import { isAlive, listPids, readStat } from "./proc.ts";
import { groupExists, sendSignal } from "./process-group.ts";

/** All processes of one attempt: its command, which leads a session and a group, and whatever descends from it. */
export interface ProcessTree {
  /** Those that live. Empty is certain; see docs/containment.md for what cannot be seen. */
  members(): Promise<FoundProcess[]>;
  /** Whether any of these, found before, still lives. Cheap enough to ask often. */
  anyAlive(members: readonly FoundProcess[]): boolean;
  /**
   * Sends the signal to the command's own process group, whoever is in it. Only while the command itself has not been
   * waited for: until then the group's number is nobody else's.
   */
  signalGroup(signal: NodeJS.Signals): void;
  /** Whether it was found in that group. */
  isInGroup(member: FoundProcess): boolean;
  /** Sends each member the signal once. */
  signal(members: readonly FoundProcess[], signal: NodeJS.Signals): void;
  /** Sends SIGKILL to these, and to whatever else can be reached at once. */
  kill(members: readonly FoundProcess[]): void;
}

export interface Leader {
  pid: number;
  /** Null where the system does not tell. */
  startTime: string | null;
  spawnedAtMs: number;
}

interface ProcessTreeOptions {
  leader: Leader;
  /** What the environment of this attempt's processes holds. */
  mark: Buffer;
  /** The leaders of this worker's commands: the others are none of ours, whatever else is told of them. */
  leaders: ReadonlySet<number>;
}

/** Finds members by environment and by process group, and takes them all. */
export function createProcessTree({ leader, mark, leaders }: ProcessTreeOptions): ProcessTree {
  const isInGroup = ({ pgrp }: FoundProcess) => pgrp === leader.pid;
  return { members, anyAlive, signalGroup, isInGroup, signal, kill };

  async function members(): Promise<FoundProcess[]> {
    const ageMs = performance.now() - leader.spawnedAtMs;
    const young = bornSince({ pid: leader.pid, ageMs });
    // Nothing born since can be in its group but what is its own.
    const pgid = young || ownsGroup() ? leader.pid : null;
    const candidates = (young ?? listPids()).filter((pid) => pid === leader.pid || !leaders.has(pid));
    return findMarked({ mark, pgid, candidates });
  }

  /**
   * Whether the group is there and still this attempt's: its number may be given out again once it is empty, and
   * then a process of that number and another start time is its leader.
   */
  function ownsGroup(): boolean {
    if (!groupExists(leader.pid)) return false;
    const stat = readStat(leader.pid);
    return stat === null || stat.startTime === leader.startTime;
  }

  function anyAlive(known: readonly FoundProcess[]): boolean {
    return known.some(lives);
  }

  function signalGroup(name: NodeJS.Signals): void {
    sendSignal(-leader.pid, name);
  }

  function signal(targets: readonly FoundProcess[], name: NodeJS.Signals): void {
    // The group in one call, so that none of it can fork away between two; the others one by one.
    const group = targets.some(isInGroup) && ownsGroup();
    if (group) signalGroup(name);
    for (const target of targets) {
      if (!(group && isInGroup(target)) && lives(target)) sendSignal(target.pid, name);
    }
  }

  function kill(targets: readonly FoundProcess[]): void {
    signal(targets, "SIGKILL");
  }
}

/** Compares start times: a pid may have been given to another process since it was found. */
export function lives({ pid, startTime }: FoundProcess): boolean {
  const stat = readStat(pid);
  return stat !== null && isAlive(stat) && stat.startTime === startTime;
}

/** The same where there is no /proc: the process group is all there is to go by. */
export function createGroupOnlyTree({ leader }: Pick<ProcessTreeOptions, "leader">): ProcessTree {
  const group = { pid: leader.pid, startTime: "", pgrp: leader.pid };
  return {
    members: async () => (groupExists(leader.pid) ? [group] : []),
    anyAlive: () => groupExists(leader.pid),
    signalGroup: (name) => void sendSignal(-leader.pid, name),
    isInGroup: () => true,
    signal: (members, name) => {
      if (members.length > 0) sendSignal(-leader.pid, name);
    },
    kill: () => void sendSignal(-leader.pid, "SIGKILL"),
  };
}
