import type { RealRefusalWord, Refusal, RefusalWord } from "../proxy/refusal.ts";
import type { KeptRedis } from "./keep-redis.ts";
import type { Life } from "./life.ts";
import type { RemoteProxy } from "./start-proxy.ts";

/** A stretch in which the fleet, or one member of it, did not get what it asked of Redis. Times in ms since the epoch. */
export interface RefusalSpan {
  word: RefusalWord /** Redis did what was asked, and its answers came late or never. */ | "NO ANSWERS";
  /** Null: everybody. */
  member: string | null;
  /** From the moment at which it began to be. */
  from: number;
  /** From here on nothing is refused any more; null: that has not come. */
  to: number | null;
}

/** Whether it keeps a member from its work: what waits in Redis may wait again at once, and lost answers are few. */
export const isShuttingOut = ({ word }: RefusalSpan): boolean =>
  word !== "UNBLOCKED" && word !== "NO ANSWERS";

/** Whether a refusal concerns that member. */
export const concerns = ({ member }: RefusalSpan, { name }: Pick<Life, "name">): boolean =>
  member === null || member === name;

/** Who was refused what, and does it. */
export interface Refusals {
  readonly spans: readonly RefusalSpan[];
  /** By the proxy, to one member or everybody (null), until the wait is over. */
  refuse(member: string | null, refusal: Refusal, wait: () => Promise<unknown>): Promise<void>;
  /** The member's connections are cut when the wait is over; what Redis answers until then does not arrive. */
  loseAnswers(member: string, wait: () => Promise<unknown>): Promise<void>;
  /** What Redis answers the member arrives when the wait is over. */
  delayAnswers(member: string, wait: () => Promise<unknown>): Promise<void>;
  /** By Redis itself, to everybody. */
  refuseReally(word: RealRefusalWord, wait: () => Promise<unknown>): Promise<void>;
}

export function createRefusals(proxy: RemoteProxy, redis: KeptRedis): Refusals {
  const spans: RefusalSpan[] = [];

  async function during(
    { word, member }: Pick<RefusalSpan, "word" | "member">,
    act: () => Promise<void>,
  ): Promise<void> {
    const span: RefusalSpan = { word, member, from: Date.now(), to: null };
    spans.push(span);
    await act().finally(() => {
      span.to = Date.now();
    });
  }

  return {
    spans,
    refuse: (member, refusal, wait) =>
      during({ word: refusal.word, member }, async () => {
        await proxy.refuse(member, refusal);
        await wait();
        await proxy.refuse(member, null);
      }),
    loseAnswers: (member, wait) =>
      during({ word: "NO ANSWERS", member }, async () => {
        await proxy.hold(member);
        await wait();
        await proxy.cut(member);
      }),
    delayAnswers: (member, wait) =>
      during({ word: "NO ANSWERS", member }, async () => {
        await proxy.hold(member);
        await wait();
        await proxy.release(member);
      }),
    refuseReally: (word, wait) => during({ word, member: null }, () => redis.refuse(word, wait)),
  };
}
