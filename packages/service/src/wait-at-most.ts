interface Bound {
  ms: number;
  /** When the time starts to count; at once where it is not given. */
  from?: AbortSignal;
}

/** Settles as `promise` does, or resolves to "timeout" where that takes too long. */
export function waitAtMost<T>(promise: Promise<T>, { ms, from }: Bound): Promise<T | "timeout"> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timeout">((resolve) => {
    const start = () => {
      timer = setTimeout(resolve, ms, "timeout");
    };
    if (from === undefined || from.aborted) start();
    else from.addEventListener("abort", start, { once: true });
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
