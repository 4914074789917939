/** What ends `up`, in words for whoever typed it: one message, with what to do. */
export class UpError extends Error {
  override readonly name = "UpError";
}
