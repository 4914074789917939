/** One place that may say where the API is, and with which token. */
export interface Source {
  /** For people: "--url", "profile night". */
  name: string;
  url?: string | undefined;
  token?: string | undefined;
}

export interface Target {
  url: string;
  token: string | undefined;
  /** Which source said so. */
  urlFrom: string;
  tokenFrom: string | null;
}

/**
 * The first source with an address wins, and the first token that may go there: a token that stands beside an address is
 * for that address alone, so that none is sent to a host that it was not made for. Pure.
 */
export function chooseTarget(sources: readonly Source[], fallback: string): Target {
  const { url = fallback, name: urlFrom } = sources.find(({ url }) => url !== undefined) ?? {
    name: "default",
  };
  const withToken = sources.find(
    (source) => source.token !== undefined && (source.url === undefined || isSame(source.url, url)),
  );
  return { url, token: withToken?.token, urlFrom, tokenFrom: withToken?.name ?? null };
}

function isSame(one: string, other: string): boolean {
  return new URL(one).href === new URL(other).href;
}
