/** What the load generator is told to do: so many connections, each sending the next request when it has its answer. */
export interface LoadOrder {
  url: string;
  connections: number;
  seconds: number;
  method: "GET" | "POST";
  /** Taken in turn. */
  paths: string[];
  body?: string;
}

/** What came of it. */
export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** How many answers there were. */
  answers: number;
}
