/**
 * How many bytes of the buffer come before a character that it cuts; all of them where it cuts none, or what looks
 * like a cut character can be none.
 */
export function splitIncompleteCharacter(bytes: Buffer): number {
  // A character has four bytes at most, so the first byte of one that is cut is among the last three.
  for (let i = bytes.length - 1; i >= Math.max(0, bytes.length - 3); i--) {
    const byte = bytes[i]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return i + length > bytes.length ? i : bytes.length;
    }
  }
  return bytes.length;
}
