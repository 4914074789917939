/** Takes something away from a process. The function that it returns gives it back. Throws where it could not. */
export type Starve = (pid: number) => () => void;

/** What the host of one worker can be made to lack. */
export interface Starver {
  /** Null: this machine can. Otherwise why not. */
  impossible: string | null;
  /** Whether it has to be given back before the process ends: in its way are folders that it or its guard removes then. */
  endsWithStop: boolean;
  starve: Starve;
}

/** For a machine that cannot. */
export const unable = (impossible: string): Starver => ({
  ...{ impossible, endsWithStop: false },
  starve() {
    throw new Error(impossible);
  },
});
