import type { Socket } from "node:net";

/** Gathers what goes to a socket, so that what came together also leaves together. */
export interface Outbox {
  add(bytes: Buffer): void;
  /** False: the socket has more than it can send, and will say when it has not. */
  leave(): boolean;
}

export function createOutbox(socket: Socket): Outbox {
  let held: Buffer[] = [];
  return {
    add(bytes) {
      const last = held.at(-1);
      // Neighbours in memory are one piece: what passes untouched is not copied.
      if (last && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
        held[held.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
      } else held.push(bytes);
    },
    leave() {
      const [first, ...more] = held;
      held = [];
      if (!first || socket.destroyed) return true;
      return socket.write(more.length === 0 ? first : Buffer.concat([first, ...more]));
    },
  };
}
