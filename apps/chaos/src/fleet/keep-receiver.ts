import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SpoiltWay } from "../receiver/ways.ts";
import type { TrialFolder } from "../trial-folder.ts";
import { freePort } from "./free-port.ts";
import type { Life } from "./life.ts";
import { type Member, superviseMember } from "./supervise-member.ts";

/** Who is called back: a process that is killed, frozen and spoilt, at one address, with one journal. */
export interface KeptReceiver {
  /** Where callbacks go. */
  url: string;
  /** With which the workers are to sign. */
  secret: string;
  member: Member;
  /** Answers in that way from now on, in all of its lives. */
  spoil(way: SpoiltWay): void;
  /** Answers well from now on. */
  mend(): void;
}

interface ReceiverOptions {
  folder: TrialFolder;
  path: string;
  onLife: (life: Life) => void;
}

const program = fileURLToPath(new URL("../../dist/receiver/main.js", import.meta.url));

export async function keepReceiver({ folder, path, onLife }: ReceiverOptions): Promise<KeptReceiver> {
  const url = `http://127.0.0.1:${await freePort()}/`;
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const member = superviseMember({
    ...{ name: "receiver", role: "receiver", program, logFile: folder.log("receiver") },
    environment: {
      ...{ PATH: path, HOME: folder.home, TMPDIR: folder.temp },
      ...{ PORT: new URL(url).port, SECRET: secret, JOURNAL: folder.receipts, SPOILT: folder.spoilt },
    },
    readyUrl: url,
    onLife,
  });
  return { url, secret, member, spoil, mend };

  function spoil(way: SpoiltWay): void {
    writeFileSync(folder.spoilt, way);
  }

  function mend(): void {
    rmSync(folder.spoilt, { force: true });
  }
}
