/** The promises, by the name under which a breach of them is told. */
export const rules = {
  "task-missing": "an acknowledged task or execution is there",
  "not-ended": "every execution ends",
  "end-changed": "an end that was told once never changes",
  "started-too-often": "an execution starts at most max_attempts times, and each attempt once",
  "started-after-end": "nothing starts of an execution whose end was told",
  "started-after-cancel": "no attempt starts after a cancel was requested",
  "success-without-end": "success is told only of a command that came to its end",
  "result-differs": "what is told of an end is what the command did",
  "history-differs": "an execution's attempts are all told, numbered without a gap",
  "ran-on": "nothing runs of an execution whose end was told",
  overlap: "two attempts of one execution never run at once",
  "left-running": "nothing runs when all tasks have ended",
  "executed-twice": "no submission makes more than one execution, whatever answers are lost",
  "key-differs": "the same Idempotency-Key gets the same answer",
  "unexpected-answer": "the API answers what it documents, and no internal error",
  "slow-answer": "the API answers within 2 s, a cancel within 5 s, whatever Redis does",
  "no-retry-after": "whoever is refused because of an outage or a full queue is told when to try again",
  "readiness-lied": "a process says that it is ready when it is, and only then",
  "noticed-late": "a worker that died is missed within one and a half leases while Redis is there",
  "left-waiting": "a task is taken within 5 s where a worker is well, has a slot free, and Redis is there",
  "lost-without-cause":
    "an attempt is lost only where something happened to its worker, or Redis refused it alone",
  "unexplained-reason": "nothing fails for a reason inside of host-runner",
  "died-by-itself": "no process of host-runner ends but when it is told to",
  "stopped-badly": "SIGTERM ends a process in time and with exit code 0",
  "not-ready": "everything is ready again when nothing is done to it any more",
  "callback-missing": "all that is to be told of an execution is called back, its end above all",
  "callback-doubled": "a callback has one event_id, that no other one has, and an execution one end",
  "callback-disordered": "a task's callbacks come in order, each when the one before was taken",
  "callback-differs": "a callback says what the task says, and the task what became of the callback",
  "callback-too-early": "an end is called back when nothing of the execution runs any more",
  "callback-unproven": "each callback has its task's token and a signature",
  "callback-unasked": "nobody is called back about a task that did not ask for it",
  "callback-owed": "in the end no callback is owed or given up",
  "instant-differs": "instants are those of Redis' clock, whatever a process' own clock says",
  "password-logged": "no log has Redis' password in it",
  "redis-inconsistent": "Redis holds each record in its one place, and nothing without an owner",
} as const;
export type Rule = keyof typeof rules;

export interface Violation {
  rule: Rule;
  /** What was seen, in one line. */
  detail: string;
  /** Absent where it is not about one task. */
  taskId?: string;
  execution?: number;
  /** ms since the epoch, where it has a time. */
  at?: number;
}
